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
  const url = useSteadyUrl(video);
  const renewals = useRef(0);
  useSeek(element, props.atSeconds, url.current);
  const onError = () => {
    renewals.current += 1;
    if (renewals.current > 1) return setFailed(true);
    url.renew();
    props.onExpired();
  };
  if (hasFailed) return <Unplayable video={video} />;
  return (
    <video
      ref={element}
      class="player"
      controls
      playsInline
      preload="auto"
      aria-label={video.title}
      src={url.current}
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

/** Every look at the video gives another address of the same file; taking each would start the player anew. */
function useSteadyUrl(video: Video): { current: string | undefined; renew: () => void } {
  const kept = useRef<string | undefined>(undefined);
  kept.current ??= video.source_url;
  return { current: kept.current, renew: () => (kept.current = undefined) };
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
