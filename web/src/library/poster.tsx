import { useEffect, useRef, useState } from 'preact/hooks';
import type { Video } from '../api/client.ts';
import { useServices } from '../services.ts';
import { Icon } from '../ui/icons.tsx';

const TRY_AGAIN_MS = 4000;

/** A picture of a video, looked for when it comes into sight. */
export function Poster({ video }: { video: Video }) {
  const { posters } = useServices();
  const element = useRef<HTMLDivElement>(null);
  const [url, setUrl] = useState<string>();
  const isServed = video.serving_generation !== null && video.channels.includes('visual');
  useEffect(() => {
    if (!isServed || !element.current) return;
    const observer = new IntersectionObserver(([entry]) => {
      if (!entry?.isIntersecting) return;
      observer.disconnect();
      const show = () => posters.poster(video).then(setUrl);
      show().catch(() => setTimeout(() => void show().catch(() => {}), TRY_AGAIN_MS));
    });
    observer.observe(element.current);
    return () => observer.disconnect();
  }, [video.video_id, video.serving_generation, isServed]);
  return (
    <div ref={element} class="poster-picture">
      {url ? <img src={url} alt="" decoding="async" /> : <Icon name={video.channels.includes('visual') || !isSound(video) ? 'film' : 'said'} size={32} />}
    </div>
  );
}

function isSound(video: Video): boolean {
  return /\.(mp3|wav|flac|m4a|aac|ogg|oga|opus|mka)$/i.test(video.file_name);
}
