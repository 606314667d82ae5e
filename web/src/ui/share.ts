import { formatRoute } from '../router.ts';
import { timecode } from './format.ts';
import { toast } from './toast.tsx';

/** The address of a second of a video. */
export function linkTo(id: string, atSeconds: number): string {
  return location.origin + location.pathname + formatRoute({ view: 'video', id, atSeconds: Math.round(atSeconds * 10) / 10 });
}

/** Copies the address of a second of a video. */
export async function copyLink(id: string, atSeconds: number): Promise<void> {
  const link = linkTo(id, atSeconds);
  try {
    await navigator.clipboard.writeText(link);
    toast(`Link to ${timecode(atSeconds * 1000)} copied`);
  } catch {
    // No permission, or no secure context: the user copies by hand.
    window.prompt('Copy this link', link);
  }
}

/** Saves a text as a file. */
export function saveText(text: string, type: string, fileName: string): void {
  const anchor = document.createElement('a');
  anchor.href = URL.createObjectURL(new Blob([text], { type }));
  anchor.download = fileName;
  anchor.click();
  setTimeout(() => URL.revokeObjectURL(anchor.href), 10_000);
}
