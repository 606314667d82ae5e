/** Does the newest piece of work only: an older one is stopped, and its answer, should it still come, is dropped. */
export class Latest {
  private stopping: AbortController | undefined;

  /** Resolves with the answer, or with undefined where a newer piece of work took its place. */
  async run<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T | undefined> {
    this.stopping?.abort();
    const stopping = new AbortController();
    this.stopping = stopping;
    try {
      const answer = await work(stopping.signal);
      return stopping.signal.aborted ? undefined : answer;
    } catch (error) {
      if (stopping.signal.aborted) return undefined;
      throw error;
    }
  }

  stop(): void {
    this.stopping?.abort();
  }
}
