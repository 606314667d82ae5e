/** The upload was paused or given up while something waited. */
export function abortError(): DOMException {
  return new DOMException('stopped', 'AbortError');
}

const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 30_000;

/** How long to wait before try number `attempt` + 1: doubled each time, capped, and spread so that parts don't march in step. */
export function backOffMs(attempt: number, random: () => number = Math.random): number {
  const wait = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** attempt);
  return Math.round(wait * (0.5 + random() / 2));
}

/** Waits, but no longer than until the network is back or `wake` is told; rejects where `signal` stops it. */
export function waitFor(ms: number, signal: AbortSignal, wake: EventTarget): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(abortError());
    const end = (settle: () => void) => () => {
      clearTimeout(timer);
      wake.removeEventListener('wake', woken);
      signal.removeEventListener('abort', stopped);
      settle();
    };
    const woken = end(resolve);
    const stopped = end(() => reject(abortError()));
    const timer = setTimeout(woken, ms);
    wake.addEventListener('wake', woken);
    signal.addEventListener('abort', stopped);
  });
}

/** Runs at most `limit` pieces of work at once, first come, first served. */
export class Slots {
  private free: number;
  private readonly waiting: (() => void)[] = [];

  constructor(limit: number) {
    this.free = limit;
  }

  /** Rejects where `signal` stops it before its turn. */
  async run<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    if (signal?.aborted) throw abortError();
    if (this.free > 0) this.free -= 1;
    else await this.turn(signal);
    try {
      return await work();
    } finally {
      const next = this.waiting.shift();
      if (next) next();
      else this.free += 1;
    }
  }

  private turn(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const take = () => {
        signal?.removeEventListener('abort', leave);
        resolve();
      };
      const leave = () => {
        this.waiting.splice(this.waiting.indexOf(take), 1);
        reject(abortError());
      };
      this.waiting.push(take);
      signal?.addEventListener('abort', leave, { once: true });
    });
  }
}

/** Estimates a speed from what has been sent so far, smoothed over about ten seconds. */
export class Speed {
  private bytesPerSecond: number | undefined;
  private last: { bytes: number; atMs: number } | undefined;

  add(bytes: number, atMs: number): void {
    if (!this.last || bytes < this.last.bytes) {
      this.last = { bytes, atMs };
      return;
    }
    const seconds = (atMs - this.last.atMs) / 1000;
    if (seconds < 0.5) return;
    const now = (bytes - this.last.bytes) / seconds;
    const weight = Math.min(1, seconds / 10);
    this.bytesPerSecond = this.bytesPerSecond === undefined ? now : this.bytesPerSecond * (1 - weight) + now * weight;
    this.last = { bytes, atMs };
  }

  /** Milliseconds for so many bytes; undefined where nothing is known or nothing moves. */
  timeFor(bytes: number): number | undefined {
    return this.bytesPerSecond && this.bytesPerSecond > 1 ? (bytes / this.bytesPerSecond) * 1000 : undefined;
  }

  forget(): void {
    this.bytesPerSecond = undefined;
    this.last = undefined;
  }
}
