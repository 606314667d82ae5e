import type { Api, Moment, Video } from '../api/client.ts';
import { Slots } from '../uploads/patience.ts';

const SHOTS_PER_SEARCH = 50;
const SHOTS_FOR_POSTER = 12;

/**
 * Pictures of videos. The API lists no shots, but a search for the title among the pictures of one video, with what
 * is only near, gives them all.
 */
export class Posters {
  private readonly slots = new Slots(2);
  private readonly kept = new Map<string, Promise<string | undefined>>();

  constructor(private readonly api: Api) {}

  /** A picture of the video's beginning; undefined where it has none. */
  poster(video: Video): Promise<string | undefined> {
    const key = `${video.video_id}:${video.serving_generation}`;
    let poster = this.kept.get(key);
    if (!poster) {
      poster = this.slots.run(async () => firstOf(await this.search(video, SHOTS_FOR_POSTER))?.thumbnail_url ?? undefined);
      poster.catch(() => this.kept.delete(key));
      this.kept.set(key, poster);
    }
    return poster;
  }

  /** Shots of a video in order of time, 50 at most. */
  async shots(video: Video, signal?: AbortSignal): Promise<Moment[]> {
    const shots = await this.search(video, SHOTS_PER_SEARCH, signal);
    return shots.sort((one, other) => one.start_ms - other.start_ms);
  }

  private async search(video: Video, limit: number, signal?: AbortSignal): Promise<Moment[]> {
    if (!video.channels.includes('visual')) return [];
    const query = { q: plainWords(video.title), videos: video.video_id, channels: 'visual', nearest: true, limit };
    const answer = await this.api.call('get', '/search', { query, signal });
    // A model that is still being opened; a moment later it answers.
    if (answer.degraded.includes('visual')) throw new Error('pictures can’t be searched just now');
    const byStart = new Map<number, Moment>();
    for (const moment of [...answer.moments, ...(answer.nearest ?? [])]) {
      if (moment.thumbnail_url && !byStart.has(moment.start_ms)) byStart.set(moment.start_ms, moment);
    }
    return [...byStart.values()];
  }
}

/** A title without what a query takes for operators. */
export function plainWords(title: string): string {
  const words = title.replace(/[^\p{L}\p{N}]+/gu, ' ').trim();
  return (words || 'picture').slice(0, 200);
}

function firstOf(shots: Moment[]): Moment | undefined {
  return shots.reduce<Moment | undefined>((best, shot) => (!best || shot.start_ms < best.start_ms ? shot : best), undefined);
}
