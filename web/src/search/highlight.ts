/** A stretch of text, and whether it matched. */
export interface Stretch {
  text: string;
  isMatch: boolean;
}

/**
 * Cuts a text at its highlights, `[from, to)` in UTF-16 code units, which are what JavaScript counts. Highlights that
 * overlap, touch or have nothing but spaces between them become one, and what lies outside the text is left out.
 */
export function splitHighlights(text: string, highlights: readonly (readonly number[])[]): Stretch[] {
  const stretches: Stretch[] = [];
  const add = (from: number, to: number, isMatch: boolean) => {
    if (from >= to) return;
    const last = stretches.at(-1);
    if (last?.isMatch === isMatch) last.text += text.slice(from, to);
    else stretches.push({ text: text.slice(from, to), isMatch });
  };
  let position = 0;
  for (const [from = 0, to = 0] of [...highlights].sort((one, other) => (one[0] ?? 0) - (other[0] ?? 0))) {
    const start = Math.max(position, from);
    const end = Math.min(to, text.length);
    if (start >= end) continue;
    const joins = stretches.at(-1)?.isMatch === true && text.slice(position, start).trim() === '';
    add(position, start, joins);
    add(start, end, true);
    position = end;
  }
  add(position, text.length, false);
  return stretches;
}

/** The part of a long text around its first highlight, at most so long, cut between words. */
export function excerpt(text: string, highlights: readonly (readonly number[])[], length: number) {
  const first = Math.min(...highlights.map(([from = 0]) => from));
  if (text.length <= length) return { text, highlights };
  const start = Number.isFinite(first) && first > length / 3 ? wordStart(text, first - Math.floor(length / 3)) : 0;
  const end = start + length >= text.length ? text.length : wordStart(text, start + length);
  const before = start > 0 ? '… ' : '';
  const after = end < text.length ? '…' : '';
  const moved = highlights
    .filter(([from = 0, to = 0]) => from < end && to > start)
    .map(([from = 0, to = 0]) => [Math.max(from, start), Math.min(to, end)].map((at) => at - start + before.length));
  return { text: before + text.slice(start, end).trimEnd() + after, highlights: moved };
}

function wordStart(text: string, near: number): number {
  const space = text.lastIndexOf(' ', near);
  return space > 0 ? space + 1 : near;
}
