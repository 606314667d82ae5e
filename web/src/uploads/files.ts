/** A file to upload, with its subtitles where they lie beside it. */
export interface Chosen {
  file: File;
  subtitles?: File;
}

/** What was chosen, and the names of what is neither video nor sound. */
export interface Choice {
  chosen: Chosen[];
  skipped: string[];
}

const MEDIA =
  /\.(mp4|m4v|mov|3gp|3g2|mj2|m4a|mkv|mka|webm|ts|m2ts|mts|avi|flv|ogg|ogv|oga|opus|wav|mp3|aac|flac)$/i;
const SUBTITLES = /\.(srt|vtt)$/i;
const PICTURES = /^image\/(jpeg|png|webp)$/;

/** What a file dialog should offer. */
export const ACCEPTED = 'video/*,audio/*,.mkv,.ts,.m2ts,.mts,.flv,.avi,.srt,.vtt';

/** Sorts files into media with their subtitles, and the rest. Subtitles belong to the media of the same bare name. */
export function sortFiles(files: File[]): Choice {
  const media = files.filter(({ name, type }) => MEDIA.test(name) || /^(video|audio)\//.test(type));
  const subtitles = new Map(files.filter(({ name }) => SUBTITLES.test(name)).map((file) => [bareName(file), file]));
  const chosen = media.map((file): Chosen => {
    const own = subtitles.get(bareName(file));
    return own ? { file, subtitles: own } : { file };
  });
  const used = new Set<File>(chosen.flatMap(({ file, subtitles: own }) => (own ? [file, own] : [file])));
  // Folders are full of files that their owner never sees.
  const skipped = files.filter((file) => !used.has(file) && !file.name.startsWith('.')).map(({ name }) => name);
  return { chosen, skipped };
}

/** A picture that can be searched for. */
export function isPicture(file: File): boolean {
  return PICTURES.test(file.type);
}

/** Every file of a drop, also those in folders. */
export async function droppedFiles(transfer: DataTransfer): Promise<File[]> {
  // The list is emptied after the first wait, so every entry is taken before.
  const entries = Array.from(transfer.items, (item) => item.webkitGetAsEntry?.() ?? null);
  const plain = Array.from(transfer.files);
  if (entries.every((entry) => !entry?.isDirectory)) return plain;
  const found = await Promise.all(entries.map((entry) => (entry ? filesOf(entry) : [])));
  return found.flat();
}

async function filesOf(entry: FileSystemEntry): Promise<File[]> {
  if (entry.isFile) return [await new Promise<File>((done, fail) => (entry as FileSystemFileEntry).file(done, fail))];
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const files: File[] = [];
  for (;;) {
    // A reader gives some hundred entries at a time, and none at the end.
    const some = await new Promise<FileSystemEntry[]>((done, fail) => reader.readEntries(done, fail));
    if (some.length === 0) return files;
    for (const inner of some) files.push(...(await filesOf(inner)));
  }
}

function bareName({ name }: File): string {
  return name.replace(/\.[^.]+$/, '').toLowerCase();
}
