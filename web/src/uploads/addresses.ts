import type { Api } from '../api/client.ts';

/** Presigned addresses are good for an hour; those older than this are asked for again. */
const GOOD_MS = 50 * 60_000;
/** How often a part's address is looked for among those that come, before its absence is a fault. */
const LOOKS = 8;

/** Where the parts of one upload are put to. */
export class PartAddresses {
  private readonly known = new Map<number, { url: string; atMs: number }>();
  private asking: Promise<void> | undefined;

  constructor(
    private readonly api: Pick<Api, 'call'>,
    private readonly now: () => number,
    private readonly videoId: string,
    private readonly uploadId: string,
  ) {}

  async of(number: number): Promise<string> {
    for (let look = 0; look < LOOKS; look += 1) {
      const known = this.known.get(number);
      if (known && this.now() - known.atMs < GOOD_MS) return known.url;
      // One answer holds a hundred addresses, so parts that start at the same time share it.
      this.asking ??= this.ask(number).finally(() => (this.asking = undefined));
      await this.asking;
    }
    throw new Error(`The API gave no address for part ${number}.`);
  }

  /** The storage took one for expired. */
  forget(): void {
    this.known.clear();
  }

  private async ask(from: number): Promise<void> {
    const query = { upload_id: this.uploadId, from };
    const page = await this.api.call('get', '/uploads/{id}/parts', { id: this.videoId, query });
    const atMs = this.now();
    for (const part of page.parts) this.known.set(part.part_number, { url: part.url, atMs });
  }
}
