import { useState } from 'preact/hooks';
import type { Video } from '../api/client.ts';
import { useServices } from '../services.ts';
import { useChoose } from '../uploads/choose.tsx';
import { UploadList } from '../uploads/upload-list.tsx';
import { count } from '../ui/format.ts';
import { useChanges, useHeading } from '../ui/hooks.ts';
import { Icon } from '../ui/icons.tsx';
import { VideoCard } from './video-card.tsx';

type Shown = 'all' | 'ready' | 'busy' | 'failed';

const TABS: [Shown, string][] = [
  ['all', 'All'],
  ['ready', 'Ready'],
  ['busy', 'In progress'],
  ['failed', 'Failed'],
];

/** All videos, and what is on its way. */
export function LibraryView() {
  const { library, uploads } = useServices();
  useChanges(library);
  useChanges(uploads);
  const heading = useHeading<HTMLHeadingElement>('');
  const [shown, setShown] = useState<Shown>('all');
  const [tag, setTag] = useState('');
  const { underWay } = uploads;
  // What awaits its bytes is shown among the uploads.
  const videos = library.videos.filter((video) => video.status !== 'AWAITING_UPLOAD' || !underWay.has(video.video_id));
  const tags = [...new Set(videos.flatMap((video) => video.tags))].sort();
  const matching = videos.filter((video) => isShown(video, shown) && (tag === '' || video.tags.includes(tag)));
  const isEmpty = library.isLoaded && videos.length === 0 && !library.error;
  return (
    <section class="library">
      <div class="view-head">
        <h1 ref={heading} tabIndex={-1}>
          Library
        </h1>
        {library.isLoaded && <span class="quiet">{count(videos.length, 'video')}{library.hasMore && ' and more'}</span>}
        <span class="spacer" />
        {videos.length > 0 && <Tabs videos={videos} shown={shown} onShow={setShown} />}
        {tags.length > 0 && (
          <select class="chip select" aria-label="Only with tag" value={tag} onChange={(event) => setTag(event.currentTarget.value)}>
            <option value="">Any tag</option>
            {tags.map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        )}
      </div>
      {library.error && (
        <div class="notice notice-error" role="alert">
          <p>{library.error}</p>
          <button type="button" class="button" onClick={() => void library.refresh()}>
            Try again
          </button>
        </div>
      )}
      <UploadList />
      {!library.isLoaded && <CardSkeletons />}
      {isEmpty ? (
        <Invitation />
      ) : (
        <ul class="cards">
          {matching.map((video) => (
            <VideoCard key={video.video_id} video={video} />
          ))}
        </ul>
      )}
      {videos.length > 0 && matching.length === 0 && <p class="empty">No video is here just now.</p>}
    </section>
  );
}

function isShown({ status }: Video, shown: Shown): boolean {
  if (shown === 'all') return true;
  if (shown === 'ready') return status === 'READY';
  if (shown === 'failed') return status === 'FAILED';
  return status === 'PROCESSING' || status === 'AWAITING_UPLOAD' || status === 'DELETING';
}

function Tabs({ videos, shown, onShow }: { videos: Video[]; shown: Shown; onShow: (shown: Shown) => void }) {
  return (
    <div class="tabs" role="group" aria-label="Which videos">
      {TABS.map(([name, label]) => {
        const number = videos.filter((video) => isShown(video, name)).length;
        if (number === 0 && name !== 'all' && name !== shown) return null;
        return (
          <button key={name} type="button" aria-pressed={shown === name} onClick={() => onShow(name)}>
            {label}
            {name !== 'all' && <small>{number}</small>}
          </button>
        );
      })}
    </div>
  );
}

function Invitation() {
  const choose = useChoose();
  return (
    <div class="invitation">
      <div class="invitation-art" aria-hidden="true">
        <Icon name="film" size={44} />
      </div>
      <h2>Drop your first video here</h2>
      <p>
        vindex listens, reads and looks. A few minutes later you find any moment by describing it. Subtitles (.srt, .vtt)
        beside a video are taken along.
      </p>
      <div class="empty-actions">
        <button type="button" class="button button-primary" onClick={() => choose('files')}>
          <Icon name="upload" /> Choose files
        </button>
        <button type="button" class="button" onClick={() => choose('folder')}>
          Choose a folder
        </button>
      </div>
      <p class="fine-print">Up to 12 hours and 100 GB each. MP4, MOV, MKV, WebM, AVI, MPEG-TS, MP3, WAV, FLAC and more.</p>
    </div>
  );
}

function CardSkeletons() {
  return (
    <ul class="cards" aria-hidden="true">
      {[1, 2, 3, 4, 5, 6].map((number) => (
        <li key={number} class="card">
          <div class="poster skeleton" />
          <div class="skeleton line" style={{ width: '70%' }} />
          <div class="skeleton line" style={{ width: '40%' }} />
        </li>
      ))}
    </ul>
  );
}
