/** A file, and where it lies in the folder that was chosen or dropped: `season 1/E01.mkv`. */
export interface Found {
  file: File;
  path: string;
}

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

/** Files of a dialog or the clipboard. */
export function foundFiles(files: Iterable<File>): Found[] {
  return Array.from(files, (file) => ({ file, path: file.webkitRelativePath || file.name }));
}

/**
 * Sorts files into media with their subtitles, and the rest. Subtitles belong to the media of the same bare name in the
 * same folder. What is hidden is passed over: folders are full of files that their owner never sees.
 */
export function sortFiles(found: Found[]): Choice {
  const inSight = found.filter(({ file, path }) => !file.name.startsWith('.') && !path.includes('/.'));
  const subtitles = new Map<string, File>();
  for (const { file, path } of inSight) if (SUBTITLES.test(file.name)) subtitles.set(barePath(path), file);
  const chosen = inSight.filter(({ file }) => isMedia(file)).map(({ file, path }): Chosen => {
    const own = subtitles.get(barePath(path));
    return own ? { file, subtitles: own } : { file };
  });
  const used = new Set<File>(chosen.flatMap(({ file, subtitles: own }) => (own ? [file, own] : [file])));
  return { chosen, skipped: inSight.filter(({ file }) => !used.has(file)).map(({ file }) => file.name) };
}

/** A picture that can be searched for. */
export function isPicture(file: File): boolean {
  return PICTURES.test(file.type);
}

/** What was dropped, and the names of what can't be read. */
export interface Dropped {
  found: Found[];
  unreadable: string[];
}

/** Every file of a drop, also those in folders. */
export async function droppedFiles(transfer: DataTransfer): Promise<Dropped> {
  // The list is emptied after the first wait, so every entry is taken before.
  const entries = Array.from(transfer.items, (item) => item.webkitGetAsEntry?.() ?? null);
  const dropped: Dropped = { found: foundFiles(transfer.files), unreadable: [] };
  if (entries.every((entry) => !entry?.isDirectory)) return dropped;
  dropped.found = [];
  for (const entry of entries) if (entry) await collect(entry, dropped);
  return dropped;
}

async function collect(entry: FileSystemEntry, into: Dropped): Promise<void> {
  try {
    if (entry.isFile) {
      const file = await new Promise<File>((done, fail) => (entry as FileSystemFileEntry).file(done, fail));
      into.found.push({ file, path: entry.fullPath.slice(1) });
      return;
    }
    const reader = (entry as FileSystemDirectoryEntry).createReader();
    for (;;) {
      // A reader gives some hundred entries at a time, and none at the end.
      const some = await new Promise<FileSystemEntry[]>((done, fail) => reader.readEntries(done, fail));
      if (some.length === 0) return;
      for (const inner of some) await collect(inner, into);
    }
  } catch {
    into.unreadable.push(entry.name);
  }
}

function isMedia({ name, type }: File): boolean {
  return MEDIA.test(name) || /^(video|audio)\//.test(type);
}

function barePath(path: string): string {
  return path.replace(/\.[^./]+$/, '').toLowerCase();
}
