import type { Schemas } from '../api/client.ts';

/** What must be known to go on with an upload after a reload. */
export interface Remembered {
  /** Of the file: see {@link fingerprint}. */
  key: string;
  videoId: string;
  fileName: string;
  sizeBytes: number;
  /** Null for a file that goes in one piece, of which nothing can be kept. */
  multipart: Schemas['MultipartUpload'] | null;
  /** Tags of the parts that have arrived, by number. */
  etags: Record<number, string>;
  /** Whether the subtitles beside the file have arrived; missing is no. */
  haveSubtitlesArrived?: boolean;
}

/** Uploads that have begun and not ended, kept in the browser. */
export class UploadMemory {
  constructor(
    private readonly storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem' | 'key' | 'length'>,
    /** Whose uploads: another user of the browser must not go on with them. */
    private readonly owner: string,
  ) {}

  all(): Remembered[] {
    const found: Remembered[] = [];
    for (let index = 0; index < this.storage.length; index += 1) {
      const name = this.storage.key(index);
      const kept = name?.startsWith(this.prefix()) ? this.read(name) : undefined;
      if (kept) found.push(kept);
    }
    return found;
  }

  get(key: string): Remembered | undefined {
    return this.read(this.nameOf(key));
  }

  keep(upload: Remembered): void {
    try {
      this.storage.setItem(this.nameOf(upload.key), JSON.stringify(upload));
    } catch {
      // A full or forbidden storage costs the resuming after a reload, never the upload.
    }
  }

  forget(key: string): void {
    this.storage.removeItem(this.nameOf(key));
  }

  /** What an upload is called among all of the browser, also of other users. */
  nameOf(key: string): string {
    return this.prefix() + key;
  }

  private prefix(): string {
    return `vindex.upload.${this.owner}.`;
  }

  private read(name: string): Remembered | undefined {
    try {
      return (JSON.parse(this.storage.getItem(name) ?? 'null') as Remembered | null) ?? undefined;
    } catch {
      return undefined;
    }
  }
}

const SAMPLED_BYTES = 65_536;

/** Tells a file from others without reading it all: name, size, date, and a digest of its first and last bytes. */
export async function fingerprint(file: File): Promise<string> {
  const ends = new Blob([file.slice(0, SAMPLED_BYTES), file.slice(Math.max(0, file.size - SAMPLED_BYTES))]);
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', await ends.arrayBuffer()));
  const hex = Array.from(digest.slice(0, 12), (byte) => byte.toString(16).padStart(2, '0')).join('');
  return `${file.name}|${file.size}|${file.lastModified}|${hex}`;
}
