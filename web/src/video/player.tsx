import type { RefObject } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Video } from '../api/client.ts';
import { languageName } from '../ui/format.ts';

/** Plays a video from a second on, with captions. */
export function Player(props: {
  video: Video;
  element: RefObject<HTMLVideoElement | null>;
  captionsUrl: string | undefined;
  atSeconds: number | undefined;
  /** The address of the source may have expired: asks for another. */
  onExpired: () => void;
}) {
  const { video, element, captionsUrl } = props;
  const [hasFailed, setFailed] = useState(false);
  const source = useSource(video, props.atSeconds);
  useSeek(element, source.resumeAtSeconds ?? props.atSeconds, source.url);
  const onError = () => {
    if (!source.url) return;
    if (!source.expire(element.current?.currentTime || undefined)) return setFailed(true);
    props.onExpired();
  };
  if (hasFailed) return <Unplayable video={video} />;
  return (
    <video
      key={source.turn}
      ref={element}
      class="player"
      controls
      playsInline
      preload="auto"
      aria-label={video.title}
      src={source.url}
      onError={onError}
    >
      {captionsUrl && (
        <track key={captionsUrl} kind="captions" src={captionsUrl} default {...trackNames(video.language)} />
      )}
    </video>
  );
}

function trackNames(language: string | null): { srclang: string; label: string } {
  return language ? { srclang: language, label: languageName(language) } : { srclang: 'und', label: 'Captions' };
}

/** An address that fails again so soon has not expired: the file can't be played. */
const SOON_MS = 30_000;

/**
 * The address that is played. Every look at the video gives another one of the same file, and taking each would start the
 * player anew; so one is kept until it has expired, and the next look gives the next.
 */
function useSource(video: Video, atSeconds: number | undefined) {
  const kept = useRef({ url: video.source_url, expiredWith: undefined as Video | undefined, atMs: -Infinity, turn: 0 });
  const [resumeAtSeconds, setResume] = useState<number>();
  // Whoever asks for another second no longer wants the one where the address expired.
  useEffect(() => setResume(undefined), [atSeconds]);
  const state = kept.current;
  if (!state.url && state.expiredWith !== video) state.url = video.source_url;
  const expire = (playedTo: number | undefined): boolean => {
    if (performance.now() - state.atMs < SOON_MS) return false;
    kept.current = { url: undefined, expiredWith: video, atMs: performance.now(), turn: state.turn + 1 };
    setResume(playedTo);
    return true;
  };
  return { url: state.url, turn: state.turn, resumeAtSeconds, expire };
}

/** Goes to a second as soon as the player can, and plays from there where the browser lets it. */
function useSeek(element: RefObject<HTMLVideoElement | null>, atSeconds: number | undefined, url: string | undefined): void {
  useEffect(() => {
    const player = element.current;
    if (!player || atSeconds === undefined) return;
    const seek = () => {
      player.currentTime = atSeconds;
      // Without a click before it, as behind a shared link, a browser refuses; then it waits at that second.
      player.play().catch(() => {});
    };
    if (player.readyState >= HTMLMediaElement.HAVE_METADATA) {
      seek();
      return;
    }
    player.addEventListener('loadedmetadata', seek, { once: true });
    return () => player.removeEventListener('loadedmetadata', seek);
  }, [atSeconds, url]);
}

function Unplayable({ video }: { video: Video }) {
  return (
    <div class="player player-none">
      <p>Your browser can’t play this file ({video.file_name.split('.').pop()?.toUpperCase()}).</p>
      <p class="quiet">Its words and pictures are found all the same.</p>
      {video.source_url && (
        <a class="button" href={video.source_url} rel="noreferrer">
          Open the file
        </a>
      )}
    </div>
  );
}
