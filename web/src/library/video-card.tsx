import { sentence, type Video } from '../api/client.ts';
import { formatRoute } from '../router.ts';
import { useServices } from '../services.ts';
import { Bar } from '../ui/bar.tsx';
import { day, timecode, timeLeft } from '../ui/format.ts';
import { Icon } from '../ui/icons.tsx';
import { Poster } from './poster.tsx';
import { VideoMenu } from './video-menu.tsx';

/** One video of the library. */
export function VideoCard({ video }: { video: Video }) {
  const isGoing = video.status === 'DELETING';
  return (
    <li class={`card card-${video.status.toLowerCase()}`}>
      <div class="poster">
        <Poster video={video} />
        {video.duration_ms !== null && <span class="poster-time">{timecode(video.duration_ms)}</span>}
      </div>
      <div class="card-head">
        <h2 title={video.title}>
          {isGoing ? video.title : <a href={formatRoute({ view: 'video', id: video.video_id })}>{video.title}</a>}
        </h2>
        {!isGoing && <VideoMenu video={video} />}
      </div>
      <CardState video={video} />
      {video.tags.length > 0 && (
        <ul class="tags tags-line" aria-label="Tags">
          {video.tags.slice(0, 3).map((tag) => (
            <li key={tag}>{tag}</li>
          ))}
          {video.tags.length > 3 && <li>+{video.tags.length - 3}</li>}
        </ul>
      )}
    </li>
  );
}

function CardState({ video }: { video: Video }) {
  const { library } = useServices();
  switch (video.status) {
    case 'PROCESSING': {
      const progress = library.progress.get(video.video_id) ?? { label: 'Starting', fraction: 0 };
      return (
        <div class="card-state">
          <Bar value={progress.fraction} label={`Indexing of ${video.title}`} />
          <p>{[progress.label, timeLeft(progress.leftMs)].filter(Boolean).join(' · ')}</p>
        </div>
      );
    }
    case 'FAILED':
      return <Failure video={video} />;
    case 'AWAITING_UPLOAD':
      return (
        <p class="card-state quiet">{library.isStarting(video) ? 'Waiting for its turn' : 'Waits for its file'}</p>
      );
    case 'DELETING':
      return <p class="card-state quiet">Being deleted</p>;
    case 'READY':
      return (
        <p class="card-state quiet">
          Added {day(video.created_at)}
          {video.warnings.length > 0 && (
            <span class="warning" title={video.warnings.map(({ message }) => sentence(message)).join('\n')}>
              <Icon name="alert" size={16} /> {video.warnings.length === 1 ? 'a warning' : `${video.warnings.length} warnings`}
            </span>
          )}
        </p>
      );
  }
}

function Failure({ video }: { video: Video }) {
  return (
    <p class="card-state failure">
      <Icon name="alert" size={16} />
      <span>{sentence(video.error?.message ?? 'The indexing failed')}</span>
    </p>
  );
}
