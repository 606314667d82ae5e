import { ApiError } from '../api/client.ts';
import type { Uploads } from './uploads.ts';

/** Ten bytes in parts of four. */
export const plan = { part_size_bytes: 4, part_count: 3 };
export const file = new File(['0123456789'], 'a.mp4', { lastModified: 7 });

export class FakeStorage {
  private readonly map = new Map<string, string>();
  get length() {
    return this.map.size;
  }
  key(index: number) {
    return [...this.map.keys()][index] ?? null;
  }
  getItem(name: string) {
    return this.map.get(name) ?? null;
  }
  setItem(name: string, value: string) {
    this.map.set(name, value);
  }
  removeItem(name: string) {
    this.map.delete(name);
  }
}

/** Locks of a browser, all of them exclusive, which several tabs may share. */
export class FakeLocks {
  private readonly queues = new Map<string, (() => void)[]>();

  async request(name: string, { signal }: LockOptions, work: () => unknown) {
    const queue = this.queues.get(name) ?? [];
    this.queues.set(name, queue);
    await new Promise<void>((turn, fail) => {
      queue.push(turn);
      if (queue.length === 1) turn();
      signal?.addEventListener('abort', () => {
        if (queue.indexOf(turn) <= 0) return;
        queue.splice(queue.indexOf(turn), 1);
        fail(signal.reason);
      });
    });
    try {
      return await work();
    } finally {
      queue.shift();
      queue[0]?.();
    }
  }

  async query() {
    const held = [...this.queues].filter(([, queue]) => queue.length > 0).map(([name]) => ({ name }));
    return { held, pending: [] };
  }
}

interface Options {
  id?: string;
  query?: { from?: number };
  body?: { subtitles_size_bytes?: number };
}

/** An API that hands out uploads, and what was called; `before` is called first, and may throw. */
export function fakeApi(status = 'AWAITING_UPLOAD', before: (call: string) => unknown = () => {}, cut = plan) {
  const calls: string[] = [];
  const completed: unknown[] = [];
  const removed: string[] = [];
  let made = 0;
  const call = async (method: string, path: string, options: Options = {}) => {
    calls.push(`${method} ${path}`);
    await before(`${method} ${path}`);
    if (path === '/uploads') {
      made += 1;
      const subtitles = options.body?.subtitles_size_bytes ? { url: 'subtitles', headers: {} } : null;
      const multipart = { upload_id: `u${made}`, ...cut };
      return { video_id: `v${made}`, subtitles, source: null, multipart, expires_in_s: 3600 };
    }
    if (path === '/uploads/{id}/parts') {
      const from = options.query?.from ?? 1;
      return { parts: [{ part_number: from, url: `part ${from}` }], next_part: null };
    }
    if (path === '/uploads/{id}/complete') completed.push(options.body);
    if (status === 'GONE') throw new ApiError(404, 'there is no such video');
    if (method === 'delete') removed.push(options.id!);
    return { status };
  };
  return { calls, completed, removed, api: { call } as never };
}

/** Waits for what comes by itself. */
export async function eventually(holds: () => unknown): Promise<void> {
  while (!holds()) await new Promise((done) => setTimeout(done, 5));
}

/** Waits until the first upload is in a state. */
export function until(uploads: Uploads, state: string): Promise<void> {
  return eventually(() => uploads.list[0]?.state === state);
}

/** A PUT that never ends by itself. */
export function stuck(signal: AbortSignal): Promise<never> {
  return new Promise((_, fail) => signal.addEventListener('abort', () => fail(new DOMException('', 'AbortError'))));
}
