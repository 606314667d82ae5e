import { useEffect, useRef } from 'preact/hooks';
import type { Moment } from '../api/client.ts';
import { timecode } from '../ui/format.ts';
import { Icon } from '../ui/icons.tsx';

/** The picture of a moment, which plays in its place when asked to. */
export function Preview(props: { moment: Moment; isOn: boolean; onToggle: (isOn: boolean) => void }) {
  const { moment, isOn } = props;
  const canPlay = moment.play_url !== null;
  return (
    <div class="preview">
      {moment.thumbnail_url ? <img src={moment.thumbnail_url} alt="" loading="lazy" decoding="async" /> : <NoPicture />}
      {isOn && <Clip moment={moment} onEnd={() => props.onToggle(false)} />}
      {canPlay && (
        <button
          type="button"
          class="preview-button"
          tabIndex={-1}
          aria-label={`${isOn ? 'Stop' : 'Play'} this moment here`}
          onClick={() => props.onToggle(!isOn)}
        >
          <span>
            <Icon name={isOn ? 'pause' : 'play'} />
          </span>
        </button>
      )}
      <span class="preview-time" aria-hidden="true">
        {timecode(moment.start_ms)}
      </span>
    </div>
  );
}

function NoPicture() {
  return (
    <div class="no-picture">
      <Icon name="said" size={28} />
    </div>
  );
}

/** Plays from the moment's start to its end, once. */
function Clip({ moment, onEnd }: { moment: Moment; onEnd: () => void }) {
  const video = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    const element = video.current;
    if (!element) return;
    element.currentTime = moment.start_ms / 1000;
    element.play().catch(onEnd);
    return () => element.removeAttribute('src');
  }, []);
  const stopAtEnd = () => {
    if (video.current && video.current.currentTime * 1000 >= moment.end_ms) onEnd();
  };
  // Without a fragment: it would stop the player at the end of the moment and for ever after.
  const src = moment.play_url?.replace(/#.*$/, '');
  return <video ref={video} src={src} playsInline onTimeUpdate={stopAtEnd} onEnded={onEnd} onError={onEnd} />;
}
