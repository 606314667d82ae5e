/** Another tab's momentary look passes within this; its upload does not. */
const WAIT_MS = 2000;

/** Lets only one at a time work on an upload: in this tab and, where the browser has locks, in all of them. */
export class UploadLocks {
  private readonly own = new Map<string, Promise<unknown>>();
  private readonly watched = new Set<string>();

  constructor(
    private readonly browser: Pick<LockManager, 'request' | 'query'> | undefined,
    private readonly waitMs = WAIT_MS,
  ) {}

  /** Works alone, after what this tab still does under the name; false, with nothing done, where another tab does. */
  hold(name: string, work: () => Promise<void>): Promise<boolean> {
    const before = this.own.get(name) ?? Promise.resolve();
    const held = before.then(() => this.take(name, work));
    this.own.set(name, held.catch(() => {}));
    return held;
  }

  /** Names under which some tab works. Tells once when it ends, also where that tab is closed. */
  async held(onEnd: () => void): Promise<Set<string>> {
    const locks = (await this.browser?.query())?.held ?? [];
    const names = new Set(locks.map(({ name }) => name ?? ''));
    for (const name of names) void this.watch(name).then((isOver) => isOver && onEnd());
    return names;
  }

  private async take(name: string, work: () => Promise<void>): Promise<boolean> {
    let isTaken = false;
    const takeAndWork = () => {
      isTaken = true;
      return work();
    };
    try {
      if (this.browser) await this.browser.request(name, { signal: AbortSignal.timeout(this.waitMs) }, takeAndWork);
      else await takeAndWork();
    } catch (error) {
      if (isTaken) throw error;
    }
    return isTaken;
  }

  private async watch(name: string): Promise<boolean> {
    if (this.watched.has(name)) return false;
    this.watched.add(name);
    await this.browser?.request(name, { mode: 'shared' }, () => {});
    return this.watched.delete(name);
  }
}
