import type { RefObject } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { Moment } from '../api/client.ts';
import { timecode } from '../ui/format.ts';
import { cueAt } from './cues.ts';

/** The shots of a video in a strip; a click plays from there. */
export function Shots(props: {
  shots: Moment[] | undefined;
  player: RefObject<HTMLVideoElement | null>;
  onSeek: (seconds: number) => void;
}) {
  const { shots } = props;
  const strip = useRef<HTMLOListElement>(null);
  useCurrentShot(strip, props.player, shots ?? []);
  if (shots?.length === 0) return null;
  return (
    <ol class="shots" ref={strip} aria-label="Shots" tabIndex={0}>
      {shots
        ? shots.map((shot, index) => (
            <li key={shot.start_ms} data-shot={index}>
              <button type="button" aria-label={shotLabel(shot)} title={shotLabel(shot)} onClick={() => props.onSeek(shot.start_ms / 1000)}>
                {shot.thumbnail_url && <img src={shot.thumbnail_url} alt="" loading="lazy" decoding="async" />}
                <time aria-hidden="true">{timecode(shot.start_ms)}</time>
              </button>
            </li>
          ))
        : [1, 2, 3, 4, 5, 6].map((number) => <li key={number} class="skeleton" />)}
    </ol>
  );
}

function shotLabel(shot: Moment): string {
  const labels = shot.evidence[0]?.labels ?? [];
  return `Shot at ${timecode(shot.start_ms)}${labels.length ? `: looks like ${labels.join(', ')}` : ''}`;
}

/** The shot that plays. */
export function shotAt(shots: Moment[], ms: number): Moment | undefined {
  return shots[cueAt(shots, ms)];
}

function useCurrentShot(strip: RefObject<HTMLOListElement | null>, player: RefObject<HTMLVideoElement | null>, shots: Moment[]): void {
  useEffect(() => {
    const element = player.current;
    const mark = () => {
      const index = cueAt(shots, (element?.currentTime ?? 0) * 1000);
      const now = strip.current?.querySelector<HTMLElement>(`[data-shot="${index}"]`);
      const before = strip.current?.querySelector('[aria-current]');
      if (now === before) return;
      before?.removeAttribute('aria-current');
      now?.setAttribute('aria-current', 'true');
      if (now && strip.current) {
        const left = now.offsetLeft - strip.current.offsetLeft - (strip.current.clientWidth - now.clientWidth) / 2;
        strip.current.scrollTo({ left, behavior: 'smooth' });
      }
    };
    element?.addEventListener('timeupdate', mark);
    element?.addEventListener('seeking', mark);
    mark();
    return () => {
      element?.removeEventListener('timeupdate', mark);
      element?.removeEventListener('seeking', mark);
    };
  });
}
