import type { Schemas } from '../api/client.ts';

/** The cue that is heard at a time or was last; -1 before the first. Cues are in order of time. */
export function cueAt(cues: readonly Pick<Schemas['Cue'], 'start_ms'>[], ms: number): number {
  let low = 0;
  let high = cues.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((cues[middle]?.start_ms ?? 0) <= ms) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** Where a text has some words, as `[from, to)`; capitals don't matter. */
export function occurrences(text: string, words: string): [number, number][] {
  const sought = words.trim().toLowerCase();
  const found: [number, number][] = [];
  const lower = text.toLowerCase();
  // In a few languages a capital is longer than its small letter, and offsets would be off.
  if (sought === '' || lower.length !== text.length) return found;
  for (let at = lower.indexOf(sought); at >= 0; at = lower.indexOf(sought, at + sought.length)) {
    found.push([at, at + sought.length]);
  }
  return found;
}
