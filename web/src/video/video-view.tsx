import { useEffect, useRef, useState } from 'preact/hooks';
import { messageOf, type Moment, type Video } from '../api/client.ts';
import { VideoMenu } from '../library/video-menu.tsx';
import { EMPTY_QUERY, navigate } from '../router.ts';
import { useServices } from '../services.ts';
import { day, fileSize, languageName, timecode } from '../ui/format.ts';
import { useHeading, useShortcuts } from '../ui/hooks.ts';
import { Icon } from '../ui/icons.tsx';
import { Menu } from '../ui/menu.tsx';
import { copyLink, saveText } from '../ui/share.ts';
import { toast } from '../ui/toast.tsx';
import { FoundHere } from './found-here.tsx';
import { NotHere } from './not-here.tsx';
import { Player } from './player.tsx';
import { shotAt, Shots } from './shots.tsx';
import { Transcript } from './transcript.tsx';
import { useCaptions, useTranscript, useVideo } from './use-video.ts';
import { VideoState } from './video-state.tsx';

/** Plays one video, with its words and shots beside it. */
export function VideoView({ id, atSeconds, q }: { id: string; atSeconds?: number | undefined; q?: string | undefined }) {
  const { video, error, isUnknown, reload, set } = useVideo(id);
  const player = useRef<HTMLVideoElement>(null);
  const transcript = useTranscript(video);
  const captionsUrl = useCaptions(video, (transcript?.cues.length ?? 0) > 0);
  const shots = useShots(video);
  const heading = useHeading<HTMLHeadingElement>(video?.title ?? 'Video');
  const seek = (seconds: number) => {
    if (!player.current) return;
    player.current.currentTime = seconds;
    player.current.play().catch(() => {});
  };
  useShortcuts((event) => control(event, player.current));
  if (error) return <NotHere message={error} isUnknown={isUnknown} onRetry={reload} />;
  if (!video) return <VideoSkeleton />;
  return (
    <article class="video-view">
      <div class="stage">
        {video.source_url ? (
          <Player video={video} element={player} captionsUrl={captionsUrl} atSeconds={atSeconds} onExpired={reload} />
        ) : (
          <div class={`player ${video.status === 'AWAITING_UPLOAD' ? 'player-none' : 'skeleton'}`} />
        )}
        <Shots shots={shots} player={player} onSeek={seek} />
      </div>
      <header class="video-head">
        <div class="video-title">
          <h1 ref={heading} tabIndex={-1}>
            {video.title}
          </h1>
          <VideoMenu video={video} onDeleted={() => navigate({ view: 'library' })} onChanged={set} onRetried={reload} />
        </div>
        <Facts video={video} />
        <VideoActions video={video} player={player.current} element={player} shots={shots ?? []} hasWords={captionsUrl !== undefined} />
        <VideoState video={video} onRetried={reload} />
      </header>
      <aside class="words" aria-label="Words">
        {q && <FoundHere id={id} q={q} onSeek={seek} />}
        {video.serving_generation === null ? (
          <p class="transcript-none quiet">The words appear here once the video is indexed.</p>
        ) : (
          <Transcript transcript={transcript} player={player} onSeek={seek} />
        )}
      </aside>
    </article>
  );
}

function useShots(video: Video | undefined): Moment[] | undefined {
  const { posters } = useServices();
  const [shots, setShots] = useState<Moment[]>();
  const isServed = video !== undefined && video.serving_generation !== null;
  const hasPictures = video?.channels.includes('visual');
  const isFinished = video?.status === 'READY' || video?.status === 'FAILED';
  useEffect(() => {
    if (!isServed) return;
    const stopping = new AbortController();
    posters.shots(video, stopping.signal).then(
      setShots,
      () => stopping.signal.aborted || setShots((known) => known ?? []),
    );
    return () => stopping.abort();
    // A video that is being processed is served before its pictures are, and before all of them.
  }, [video?.video_id, video?.serving_generation, hasPictures, isFinished]);
  return isServed ? shots : [];
}

function Facts({ video }: { video: Video }) {
  const facts = [
    video.duration_ms !== null && timecode(video.duration_ms),
    video.language && languageName(video.language),
    video.size_bytes !== null && fileSize(video.size_bytes),
    `added ${day(video.created_at)}`,
  ].filter(Boolean);
  return (
    <div class="facts">
      <span>{facts.join(' · ')}</span>
      {video.tags.length > 0 && (
        <ul class="tags" aria-label="Tags">
          {video.tags.map((tag) => (
            <li key={tag}>
              <button type="button" onClick={() => navigate({ view: 'search', query: { ...EMPTY_QUERY, tags: [tag] } })}>
                {tag}
              </button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

function VideoActions(props: {
  video: Video;
  player: HTMLVideoElement | null;
  element: preact.RefObject<HTMLVideoElement | null>;
  shots: Moment[];
  hasWords: boolean;
}) {
  const { api } = useServices();
  const { video, element, shots } = props;
  const save = (format: 'vtt' | 'srt') => {
    const type = format === 'vtt' ? 'text/vtt' : 'application/x-subrip';
    api.text(`/videos/{id}/captions.${format}`, video.video_id).then(
      (text) => saveText(text, type, `${video.title}.${format}`),
      (error: unknown) => toast(messageOf(error)),
    );
  };
  const findAlike = () => {
    const segment = shotAt(shots, (element.current?.currentTime ?? 0) * 1000)?.evidence[0]?.segment_id;
    if (segment) navigate({ view: 'search', query: { ...EMPTY_QUERY, like: segment } });
  };
  return (
    <div class="video-actions">
      <button type="button" class="button" onClick={() => void copyLink(video.video_id, element.current?.currentTime ?? 0)}>
        <Icon name="link" /> Copy link to this second
      </button>
      {shots.length > 0 && (
        <button type="button" class="button" onClick={findAlike}>
          <Icon name="similar" /> More like this shot
        </button>
      )}
      {props.hasWords && (
        <Menu label={<><Icon name="download" /> Captions</>} buttonClass="button" closesOnChoice>
          <div class="menu-list">
            <button type="button" onClick={() => save('vtt')}>
              WebVTT (.vtt)
            </button>
            <button type="button" onClick={() => save('srt')}>
              SubRip (.srt)
            </button>
          </div>
        </Menu>
      )}
    </div>
  );
}

/** Space plays and pauses, the arrows go back and forth by five seconds, wherever the focus is. */
function control(event: KeyboardEvent, player: HTMLVideoElement | null): void {
  if (!player || (event.target instanceof Element && event.target.closest('button, a, summary, video'))) return;
  if (event.key === ' ' || event.key === 'k') {
    if (player.paused) player.play().catch(() => {});
    else player.pause();
  } else if (event.key === 'ArrowRight') player.currentTime += 5;
  else if (event.key === 'ArrowLeft') player.currentTime = Math.max(0, player.currentTime - 5);
  else return;
  event.preventDefault();
}

function VideoSkeleton() {
  return (
    <article class="video-view" aria-busy="true">
      <div class="stage">
        <div class="player skeleton" />
      </div>
      <header class="video-head">
        <div class="skeleton line" style={{ width: '50%', height: '1.6rem' }} />
        <div class="skeleton line" style={{ width: '30%' }} />
      </header>
      <aside class="words" />
    </article>
  );
}
