import { isAbort, messageOf, type Api, type Schemas } from '../api/client.ts';
import { PartAddresses } from './addresses.ts';
import type { Remembered, UploadMemory } from './memory.ts';
import { arrivedBytes, missingParts, partRange, type PartPlan } from './parts.ts';
import { backOffMs, Speed, waitFor, type Slots } from './patience.ts';
import { PutError, type Put } from './put.ts';
import { checkReadable, ifKnown, isLost, passes } from './refusals.ts';

export type UploadState =
  | 'queued'
  | 'sending'
  /** The network or a service is away; it goes on by itself. */
  | 'waiting'
  | 'paused'
  | 'failed'
  | 'done';

/** What an upload is made with. */
export interface UploadTools {
  api: Pick<Api, 'call'>;
  put: Put;
  memory: UploadMemory;
  /** Bounds the parts on their way, of all files together. */
  slots: Slots;
  /** Says `wake` when the network is back. */
  wake: EventTarget;
  now: () => number;
  changed: () => void;
}

const PARTS_IN_LINE = 4;
/** Their number among what is put; parts of the file are numbered from 1. */
const SUBTITLES = 0;

/** One file on its way, from the first byte to the moment its indexing starts. */
export class Upload {
  state: UploadState = 'queued';
  message = '';
  videoId = '';
  private arrived = 0;
  private readonly underWay = new Map<number, number>();
  private readonly speed = new Speed();
  private stopping = new AbortController();
  /** Whether what is sent belongs to an upload that was begun in an earlier run. */
  private isOld = false;

  constructor(
    readonly key: string,
    public file: File,
    public subtitles: File | undefined,
    private readonly tools: UploadTools,
  ) {}

  get sentBytes(): number {
    let bytes = this.arrived;
    for (const sent of this.underWay.values()) bytes += sent;
    return Math.min(bytes, this.file.size);
  }

  /** Estimated milliseconds to the end; undefined where nothing is known. */
  get leftMs(): number | undefined {
    return this.state === 'sending' ? this.speed.timeFor(this.file.size - this.sentBytes) : undefined;
  }

  /** Sends what has not arrived. Ends with a state, never with an exception. */
  async run(): Promise<void> {
    this.become('sending');
    try {
      await this.attempt(true).catch((error: unknown) => {
        if (!this.isOld || !isLost(error)) throw error;
        return this.attempt(false);
      });
      this.tools.memory.forget(this.key);
      this.arrived = this.file.size;
      this.become('done');
    } catch (error) {
      if (isAbort(error)) this.become('paused');
      else this.become('failed', messageOf(error));
    } finally {
      this.underWay.clear();
      this.speed.forget();
      this.tools.changed();
    }
  }

  pause(): void {
    this.stopping.abort();
    if (this.state === 'queued') this.become('paused');
  }

  fail(message: string): void {
    this.become('failed', message);
  }

  /** Removes what has arrived. It must have been stopped, and no other tab be at work on it. */
  async discard(): Promise<void> {
    const kept = this.tools.memory.get(this.key);
    // What is kept no more has been ended by another tab, unless it was too late to stop it.
    const videoId = this.state === 'done' ? this.videoId : kept?.videoId;
    this.tools.memory.forget(this.key);
    if (videoId) await this.remove(videoId);
  }

  private async attempt(mayGoOn: boolean): Promise<void> {
    const stopping = (this.stopping = new AbortController());
    try {
      const begun = await this.begin(mayGoOn, stopping.signal);
      if (begun) await this.send(begun);
    } finally {
      // Where one part failed, the others stop too: without it they are of no use.
      stopping.abort();
    }
  }

  /** A new upload or, where this file's was begun before, the old one; nothing where all has arrived already. */
  private async begin(mayGoOn: boolean, signal: AbortSignal): Promise<Begun | undefined> {
    this.isOld = false;
    const kept = this.tools.memory.get(this.key);
    // Another tab may have ended it meanwhile, and kept nothing.
    const oldId = kept?.videoId || this.videoId;
    const status = oldId ? await this.patiently(() => this.statusOf(oldId), signal) : undefined;
    if (status === 'AWAITING_UPLOAD') {
      // Addresses for subtitles are given at the beginning only.
      const lacksSubtitles = this.subtitles && !kept?.haveSubtitlesArrived;
      this.isOld = mayGoOn && !lacksSubtitles && Boolean(kept?.multipart);
      if (kept && this.isOld) return this.goOn(kept, signal);
      // Else nothing of it is of use: its record would wait for ever.
      await this.patiently(() => this.remove(oldId), signal);
    } else if (status && status !== 'DELETING') {
      this.videoId = oldId;
      return undefined;
    }
    const upload = await this.patiently(() => this.create(), signal);
    const remembered: Remembered = {
      key: this.key,
      videoId: upload.video_id,
      fileName: this.file.name,
      sizeBytes: this.file.size,
      multipart: upload.multipart,
      etags: {},
    };
    this.tools.memory.keep(remembered);
    return { ...this.goOn(remembered, signal), subtitles: upload.subtitles, source: upload.source };
  }

  private goOn(remembered: Remembered, signal: AbortSignal): Begun {
    const { videoId, multipart, etags } = remembered;
    this.videoId = videoId;
    this.arrived = multipart ? arrivedBytes(multipart, this.file.size, etags) : 0;
    this.tools.changed();
    const { api, now } = this.tools;
    const addresses = new PartAddresses(api, now, videoId, multipart?.upload_id ?? '');
    return { remembered, addresses, signal, subtitles: null, source: null };
  }

  private create(): Promise<Schemas['Upload']> {
    const body: Schemas['UploadRequest'] = {
      file_name: this.file.name,
      title: titleOf(this.file.name),
      size_bytes: this.file.size,
      content_type: this.file.type || 'application/octet-stream',
    };
    if (this.subtitles) body.subtitles_size_bytes = this.subtitles.size;
    return this.tools.api.call('post', '/uploads', { body });
  }

  private async statusOf(id: string): Promise<Schemas['VideoStatus'] | undefined> {
    return (await ifKnown(this.tools.api.call('get', '/videos/{id}', { id })))?.status;
  }

  private async remove(id: string): Promise<void> {
    await ifKnown(this.tools.api.call('delete', '/videos/{id}', { id }));
  }

  private async send(begun: Begun): Promise<void> {
    const { remembered, signal, subtitles, source } = begun;
    // Subtitles first: the source starts the indexing.
    if (subtitles && this.subtitles) {
      await this.putPiece(begun, SUBTITLES, subtitles, this.subtitles);
      remembered.haveSubtitlesArrived = true;
      this.tools.memory.keep(remembered);
    }
    if (source) {
      await this.putPiece(begun, 1, source, this.file);
      return;
    }
    const plan = remembered.multipart;
    if (!plan) throw new Error('The API gave no address for the file.');
    const missing = missingParts(plan, remembered.etags);
    const work = async () => {
      for (let number = missing.shift(); number; number = missing.shift()) await this.sendPart(begun, plan, number);
    };
    // Each file stands in line with a few parts at a time, so that a small one passes a large one.
    await Promise.all(Array.from({ length: PARTS_IN_LINE }, work));
    const parts = Object.entries(remembered.etags).map(([number, etag]) => ({ part_number: Number(number), etag }));
    const options = { id: remembered.videoId, body: { upload_id: plan.upload_id, parts } };
    await this.patiently(() => this.tools.api.call('post', '/uploads/{id}/complete', options), signal);
  }

  private sendPart({ remembered, addresses, signal }: Begun, plan: PartPlan, number: number): Promise<void> {
    const { start, end } = partRange(plan, this.file.size, number);
    const put = async () => {
      const url = await addresses.of(number);
      try {
        return await this.put(number, url, {}, this.file.slice(start, end), signal);
      } catch (error) {
        if (error instanceof PutError && error.status === 403) addresses.forget();
        throw error;
      }
    };
    return this.tools.slots.run(async () => {
      const etag = await this.patiently(put, signal);
      // What was stopped at the last moment must not write over what goes on meanwhile.
      signal.throwIfAborted();
      if (!etag) throw new Error('The storage does not let this page read the tags of parts (CORS must expose ETag).');
      remembered.etags[number] = etag;
      this.tools.memory.keep(remembered);
      this.countArrived(end - start);
    }, signal);
  }

  private putPiece({ signal }: Begun, number: number, to: Schemas['PresignedPut'], bytes: Blob): Promise<void> {
    return this.tools.slots.run(async () => {
      await this.patiently(() => this.put(number, to.url, to.headers, bytes, signal), signal);
    }, signal);
  }

  private async put(number: number, url: string, headers: Record<string, string>, bytes: Blob, signal: AbortSignal) {
    const progress = (sent: number) => {
      if (number === SUBTITLES) return;
      this.underWay.set(number, sent);
      this.speed.add(this.sentBytes, this.tools.now());
      if (this.state === 'waiting') this.become('sending');
      this.tools.changed();
    };
    try {
      return await this.tools.put(url, headers, bytes, progress, signal);
    } catch (error) {
      // A file that can't be read looks like a broken network, and would be waited for in vain.
      if (error instanceof PutError && error.status === 0) await checkReadable(bytes, this.nameOf(number));
      throw error;
    } finally {
      this.underWay.delete(number);
    }
  }

  private nameOf(number: number): string {
    return (number === SUBTITLES && this.subtitles ? this.subtitles : this.file).name;
  }

  private countArrived(bytes: number): void {
    this.arrived += bytes;
    this.speed.add(this.sentBytes, this.tools.now());
    this.tools.changed();
  }

  /** Tries until it works, waiting longer each time, as long as the failure is one that passes. */
  private async patiently<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    for (let attempt = 0; ; attempt += 1) {
      signal.throwIfAborted();
      try {
        const done = await work();
        if (this.state === 'waiting') this.become('sending');
        return done;
      } catch (error) {
        signal.throwIfAborted();
        if (!passes(error, attempt)) throw error;
        this.speed.forget();
        this.become('waiting', messageOf(error));
        await waitFor(backOffMs(attempt), signal, this.tools.wake);
      }
    }
  }

  private become(state: UploadState, message = ''): void {
    this.state = state;
    this.message = message;
    this.tools.changed();
  }
}

/** One run of an upload. What belongs to an older one stops with its signal, and shares nothing with it. */
interface Begun {
  remembered: Remembered;
  addresses: PartAddresses;
  signal: AbortSignal;
  subtitles: Schemas['PresignedPut'] | null;
  source: Schemas['PresignedPut'] | null;
}

/** A file's name as a title: without its ending. */
export function titleOf(fileName: string): string {
  const bare = fileName.replace(/\.[a-z0-9]{1,5}$/i, '').trim();
  return (bare || fileName).slice(0, 500);
}
