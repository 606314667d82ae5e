import { messageOf, type Api, type Schemas, type Video } from '../api/client.ts';
import { progressOf, type Progress } from './progress.ts';

const SOON_MS = 700;
const BUSY_POLL_MS = 2000;
const IDLE_POLL_MS = 60_000;
/** Videos whose runs are looked at in one turn; the others show their counts of chunks. */
const MOST_TIMELINES = 6;
/** A page that shows thousands of cards helps nobody; search does. */
const MOST_PAGES = 5;

/** The tenant's videos, kept fresh as long as the page is in sight. */
export class Library extends EventTarget {
  videos: Video[] = [];
  isLoaded = false;
  hasMore = false;
  error = '';
  readonly progress = new Map<string, Progress>();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private refreshing: Promise<void> | undefined;
  private isExpecting = false;
  private readonly arrived = new Set<string>();

  constructor(private readonly api: Api) {
    super();
    document.addEventListener('visibilitychange', () => {
      if (!document.hidden) void this.refresh();
    });
  }

  get(id: string): Video | undefined {
    return this.videos.find((video) => video.video_id === id);
  }

  /** Reads the list again; callers at the same time share one reading. */
  refresh(): Promise<void> {
    this.refreshing ??= this.read().finally(() => {
      this.refreshing = undefined;
      this.plan();
    });
    return this.refreshing;
  }

  /** Reads soon, and often for as long as something is being processed. */
  expectChanges(): void {
    this.isExpecting = true;
    this.plan();
  }

  /** The bytes of a video have arrived: its indexing starts in a moment, whatever its status still says. */
  expectStart(id: string): void {
    if (this.arrived.has(id)) return;
    this.arrived.add(id);
    this.expectChanges();
  }

  /** Whether a video's bytes have arrived and its indexing has not started. */
  isStarting({ video_id, status }: Video): boolean {
    return status === 'AWAITING_UPLOAD' && this.arrived.has(video_id);
  }

  async change(id: string, body: Schemas['VideoPatch']): Promise<void> {
    this.put(await this.api.call('patch', '/videos/{id}', { id, body }));
  }

  async remove(id: string): Promise<void> {
    this.put(await this.api.call('delete', '/videos/{id}', { id }));
    this.expectChanges();
  }

  async retry(id: string): Promise<void> {
    this.put(await this.api.call('post', '/videos/{id}/retry', { id }));
    this.expectChanges();
  }

  /** Takes over what an answer says of a video. */
  put(video: Video): void {
    this.videos = this.videos.map((known) => (known.video_id === video.video_id ? video : known));
    this.dispatchEvent(new Event('change'));
  }

  private async read(): Promise<void> {
    this.isExpecting = false;
    try {
      const found: Video[] = [];
      let cursor: string | undefined;
      for (let page = 0; page < MOST_PAGES; page += 1) {
        const query = cursor ? { limit: 100, cursor } : { limit: 100 };
        const answer = await this.api.call('get', '/videos', { query });
        found.push(...answer.videos);
        cursor = answer.next_cursor ?? undefined;
        if (!cursor) break;
      }
      this.videos = found;
      this.hasMore = cursor !== undefined;
      this.error = '';
      await this.readProgress();
    } catch (error) {
      this.error = messageOf(error);
    }
    this.isLoaded = true;
    this.dispatchEvent(new Event('change'));
  }

  private async readProgress(): Promise<void> {
    const busy = this.videos.filter(({ status }) => status === 'PROCESSING');
    for (const id of this.progress.keys()) if (!busy.some(({ video_id }) => video_id === id)) this.progress.delete(id);
    await Promise.all(
      busy.map(async (video, index) => {
        const id = video.video_id;
        const timeline =
          index < MOST_TIMELINES ? await this.api.call('get', '/videos/{id}/timeline', { id }).catch(() => undefined) : undefined;
        this.progress.set(id, progressOf(video, timeline?.tasks ?? [], Date.now()));
      }),
    );
  }

  private plan(): void {
    clearTimeout(this.timer);
    // A reading under way plans at its end, and may be too early to see what is expected.
    if (document.hidden || this.refreshing) return;
    this.timer = setTimeout(() => void this.refresh(), this.pauseMs());
  }

  private pauseMs(): number {
    if (this.isExpecting) return SOON_MS;
    const isBusy = this.videos.some(
      (video) => video.status === 'PROCESSING' || video.status === 'DELETING' || this.isStarting(video),
    );
    return isBusy ? BUSY_POLL_MS : IDLE_POLL_MS;
  }
}
