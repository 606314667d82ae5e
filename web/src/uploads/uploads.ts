import type { Api } from '../api/client.ts';
import type { Chosen } from './files.ts';
import { UploadLocks } from './locks.ts';
import { fingerprint, type Remembered, type UploadMemory } from './memory.ts';
import { Slots } from './patience.ts';
import { putByRequest, type Put } from './put.ts';
import { Upload, type UploadTools } from './upload.ts';

/** Parts on their way at once, of all files: more would only share the same line. */
const PARTS_AT_ONCE = 4;
const FILES_AT_ONCE = 2;
/** How often progress is told at most. */
const TELL_EVERY_MS = 120;

/** All uploads of this tab, and those that an earlier one left unfinished. */
export class Uploads extends EventTarget {
  readonly list: Upload[] = [];
  private readonly tools: UploadTools;
  private readonly files = new Slots(FILES_AT_ONCE);
  private telling: ReturnType<typeof setTimeout> | undefined;
  /** Keys of what no tab was at work on when it was last looked at. */
  private idle = new Set<string>();

  constructor(
    api: Pick<Api, 'call'>,
    readonly memory: UploadMemory,
    put: Put = putByRequest,
    private readonly locks = new UploadLocks(globalThis.navigator?.locks),
  ) {
    super();
    const wake = new EventTarget();
    globalThis.addEventListener?.('online', () => wake.dispatchEvent(new Event('wake')));
    const changed = () => this.tell();
    this.tools = { api, put, memory, slots: new Slots(PARTS_AT_ONCE), wake, now: Date.now, changed };
    // Another tab has begun, gone on with or ended an upload.
    globalThis.addEventListener?.('storage', () => void this.look());
    void this.look();
  }

  /** Begun before, worked on by no tab, and to be gone on with once their file is chosen again. */
  get interrupted(): Remembered[] {
    return this.memory.all().filter(({ key }) => this.idle.has(key) && !this.list.some((upload) => upload.key === key));
  }

  /** Videos that are shown among the uploads, since their bytes have not arrived. */
  get underWay(): Set<string> {
    const unfinished = this.list.filter(({ state }) => state !== 'done');
    return new Set([...unfinished, ...this.interrupted].map(({ videoId }) => videoId));
  }

  get areRunning(): boolean {
    return this.list.some(({ state }) => state === 'sending' || state === 'waiting' || state === 'queued');
  }

  /** Starts uploads; a file that is on its way already goes on. Answers with the names of files that can't be read. */
  async add(chosen: Chosen[]): Promise<string[]> {
    const unreadable: string[] = [];
    for (const { file, subtitles } of chosen) {
      try {
        this.addOne(await fingerprint(file), file, subtitles);
      } catch {
        unreadable.push(file.name);
      }
    }
    this.tell();
    return unreadable;
  }

  private addOne(key: string, file: File, subtitles: File | undefined): void {
    const known = this.list.find((upload) => upload.key === key);
    if (known && known.state !== 'failed' && known.state !== 'done') {
      // The one at hand may lead nowhere any more, after its disk was away.
      known.file = file;
      known.subtitles = subtitles ?? known.subtitles;
      return this.start(known);
    }
    if (known) this.drop(known);
    const upload = new Upload(key, file, subtitles, this.tools);
    this.list.push(upload);
    this.start(upload);
  }

  /** Starts an upload, or goes on with one that was paused or has failed. */
  start(upload: Upload): void {
    if (upload.state === 'waiting') this.tools.wake.dispatchEvent(new Event('wake'));
    else if (upload.state !== 'sending' && upload.state !== 'done') {
      upload.state = 'queued';
      void this.files.run(() => this.runAlone(upload));
    }
    this.tell();
  }

  /** Stops an upload and removes what has arrived. */
  async discard(upload: Upload): Promise<void> {
    this.drop(upload);
    upload.pause();
    await this.alone(upload.key, () => upload.discard());
  }

  async discardInterrupted({ key, videoId }: Remembered): Promise<void> {
    await this.alone(key, async () => {
      this.memory.forget(key);
      this.tell();
      await this.tools.api.call('delete', '/videos/{id}', { id: videoId });
    });
  }

  /** Takes an upload off the list. */
  drop(upload: Upload): void {
    this.list.splice(this.list.indexOf(upload) >>> 0, 1);
    this.tell();
  }

  private async runAlone(upload: Upload): Promise<void> {
    const isNext = () => upload.state === 'queued' && this.list.includes(upload);
    const run = async () => {
      if (isNext()) await upload.run();
    };
    if (!isNext() || (await this.alone(upload.key, run)) || !isNext()) return;
    upload.fail(`Another tab is uploading “${upload.file.name}”.`);
  }

  private async alone(key: string, work: () => Promise<void>): Promise<boolean> {
    try {
      return await this.locks.hold(this.memory.nameOf(key), work);
    } finally {
      void this.look();
    }
  }

  private async look(): Promise<void> {
    const held = await this.locks.held(() => void this.look());
    const keys = this.memory.all().map(({ key }) => key);
    this.idle = new Set(keys.filter((key) => !held.has(this.memory.nameOf(key))));
    this.tell();
  }

  private tell(): void {
    this.telling ??= setTimeout(() => {
      this.telling = undefined;
      this.dispatchEvent(new Event('change'));
    }, TELL_EVERY_MS);
  }
}
