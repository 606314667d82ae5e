import type { Api, Moment, Video } from '../api/client.ts';
import { backOffMs, Slots } from '../uploads/patience.ts';

const SHOTS_PER_SEARCH = 50;
const SHOTS_FOR_POSTER = 12;
/** Together they wait about a minute, which is enough for a model to be opened. */
const TRIES = 7;

/** What is near no query is left out of an answer, so the shots are asked for by more than one. */
const ANYTHING = 'picture';

/**
 * Pictures of videos. The API lists no shots, but searches among the pictures of one video give them, with what is
 * only near: nearly all of a short video's, the nearest 50 or so of a long one's.
 */
export class Posters {
  private readonly slots = new Slots(2);
  private readonly kept = new Map<string, Promise<string | undefined>>();

  constructor(
    private readonly api: Pick<Api, 'call'>,
    private readonly pause: (ms: number) => Promise<void> = (ms) => new Promise((done) => setTimeout(done, ms)),
  ) {}

  /** A picture of the video's beginning; undefined where it has none. */
  poster(video: Video): Promise<string | undefined> {
    const key = `${video.video_id}:${video.serving_generation}`;
    let poster = this.kept.get(key);
    if (!poster) {
      poster = this.slots.run(async () => {
        const shots = await this.search(video, plainWords(video.title), SHOTS_FOR_POSTER);
        return firstOf(shots)?.thumbnail_url ?? undefined;
      });
      poster.catch(() => this.kept.delete(key));
      this.kept.set(key, poster);
    }
    return poster;
  }

  /** Shots of a video in order of time. Tries again for a while where they can't be had just now. */
  async shots(video: Video, signal: AbortSignal): Promise<Moment[]> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.shotsNow(video, signal);
      } catch (error) {
        if (attempt === TRIES) throw error;
        await this.pause(backOffMs(attempt));
        signal.throwIfAborted();
      }
    }
  }

  private async shotsNow(video: Video, signal: AbortSignal): Promise<Moment[]> {
    const queries = [plainWords(video.title), ANYTHING];
    const found = await Promise.all(queries.map((q) => this.search(video, q, SHOTS_PER_SEARCH, signal)));
    const byStart = new Map(found.flat().map((shot) => [shot.start_ms, shot]));
    return [...byStart.values()].sort((one, other) => one.start_ms - other.start_ms);
  }

  private async search(video: Video, q: string, limit: number, signal?: AbortSignal): Promise<Moment[]> {
    if (!video.channels.includes('visual')) return [];
    const query = { q, videos: video.video_id, channels: 'visual', nearest: true, limit };
    const answer = await this.api.call('get', '/search', { query, signal });
    // A model that is still being opened; a moment later it answers.
    if (answer.degraded.includes('visual')) throw new Error('pictures can’t be searched just now');
    return [...answer.moments, ...(answer.nearest ?? [])].filter(({ thumbnail_url }) => thumbnail_url !== null);
  }
}

/** A title without what a query takes for operators. */
export function plainWords(title: string): string {
  const words = title.replace(/[^\p{L}\p{N}]+/gu, ' ').trim();
  return (words || ANYTHING).slice(0, 200);
}

function firstOf(shots: Moment[]): Moment | undefined {
  return shots.reduce<Moment | undefined>((best, shot) => (!best || shot.start_ms < best.start_ms ? shot : best), undefined);
}
