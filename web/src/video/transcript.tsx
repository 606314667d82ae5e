import type { RefObject } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Schemas } from '../api/client.ts';
import { splitHighlights } from '../search/highlight.ts';
import { timecode } from '../ui/format.ts';
import { Icon } from '../ui/icons.tsx';
import { cueAt, occurrences } from './cues.ts';

/** After a hand has moved the list, it does not follow for so long. */
const HANDS_OFF_MS = 4000;

/** The words of a video: they follow what plays, and a click plays from there. */
export function Transcript(props: {
  transcript: Schemas['Transcript'] | null | undefined;
  player: RefObject<HTMLVideoElement | null>;
  onSeek: (seconds: number) => void;
}) {
  const { transcript } = props;
  const [find, setFind] = useState('');
  const list = useRef<HTMLOListElement>(null);
  const cues = transcript?.cues ?? [];
  useFollow(list, props.player, cues);
  if (transcript === undefined) return <TranscriptSkeleton />;
  if (transcript === null) return <p class="transcript-none quiet">There are no words to show yet.</p>;
  if (cues.length === 0) return <p class="transcript-none quiet">Nothing is said in this video.</p>;
  const shown = cues.map((cue, index) => ({ cue, index, found: occurrences(cue.text, find) }));
  const matching = find.trim() ? shown.filter(({ found }) => found.length > 0) : shown;
  return (
    <>
      <label class="transcript-find">
        <Icon name="search" size={16} />
        <input type="search" placeholder="Find in transcript" aria-label="Find in transcript" value={find} onInput={(event) => setFind(event.currentTarget.value)} />
      </label>
      <ol class="cues" ref={list} tabIndex={0} aria-label="Transcript">
        {matching.map(({ cue, index, found }) => (
          <li key={index} data-cue={index}>
            <button type="button" onClick={() => props.onSeek(cue.start_ms / 1000)}>
              <time>{timecode(cue.start_ms)}</time>
              <span lang={cue.language ?? transcript?.language}>
                {splitHighlights(cue.text, found).map(({ text, isMatch }, at) => (isMatch ? <mark key={at}>{text}</mark> : text))}
              </span>
            </button>
          </li>
        ))}
        {matching.length === 0 && <li class="quiet cues-none">Not a word of this is said.</li>}
      </ol>
    </>
  );
}

/** Marks the cue that plays, by hand: drawing thousands of cues four times a second would be too much. */
function useFollow(list: RefObject<HTMLOListElement | null>, player: RefObject<HTMLVideoElement | null>, cues: Schemas['Cue'][]): void {
  useEffect(() => {
    const element = player.current;
    let marked: Element | null = null;
    let movedAt = -Infinity;
    const moved = () => (movedAt = performance.now());
    const follow = () => {
      const index = cueAt(cues, (element?.currentTime ?? 0) * 1000);
      const next = list.current?.querySelector(`[data-cue="${index}"]`) ?? null;
      if (next === marked) return;
      marked?.removeAttribute('aria-current');
      next?.setAttribute('aria-current', 'true');
      marked = next;
      if (next && list.current && performance.now() - movedAt > HANDS_OFF_MS) center(list.current, next as HTMLElement);
    };
    const container = list.current;
    element?.addEventListener('timeupdate', follow);
    element?.addEventListener('seeking', follow);
    container?.addEventListener('wheel', moved, { passive: true });
    container?.addEventListener('touchmove', moved, { passive: true });
    follow();
    return () => {
      element?.removeEventListener('timeupdate', follow);
      element?.removeEventListener('seeking', follow);
      container?.removeEventListener('wheel', moved);
      container?.removeEventListener('touchmove', moved);
      marked?.removeAttribute('aria-current');
    };
  });
}

/** Scrolls the list alone: `scrollIntoView` would move the page too. */
function center(list: HTMLElement, row: HTMLElement): void {
  const top = row.offsetTop - list.offsetTop - (list.clientHeight - row.clientHeight) / 2;
  const isCalm = matchMedia('(prefers-reduced-motion: reduce)').matches;
  list.scrollTo({ top, behavior: isCalm ? 'auto' : 'smooth' });
}

function TranscriptSkeleton() {
  return (
    <div class="cues" aria-hidden="true">
      {[80, 95, 60, 85, 70, 90].map((width) => (
        <div key={width} class="skeleton line" style={{ width: `${width}%` }} />
      ))}
    </div>
  );
}
