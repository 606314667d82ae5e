import { useEffect, useState } from 'preact/hooks';
import { messageOf, sentence, type Video } from '../api/client.ts';
import { progressOf, type Progress } from '../library/progress.ts';
import { formatRoute } from '../router.ts';
import { useServices } from '../services.ts';
import { Bar } from '../ui/bar.tsx';
import { timecode, timeLeft } from '../ui/format.ts';
import { toast } from '../ui/toast.tsx';

/** What is going on with a video, or went wrong. */
export function VideoState({ video, onRetried }: { video: Video; onRetried: () => void }) {
  const { library } = useServices();
  const runs = <a href={formatRoute({ view: 'runs', id: video.video_id })}>What ran</a>;
  const retry = () =>
    library.retry(video.video_id).then(onRetried, (error: unknown) => toast(messageOf(error)));
  return (
    <>
      {video.status === 'PROCESSING' && <Processing video={video}>{runs}</Processing>}
      {video.status === 'FAILED' && (
        <div class="notice notice-error" role="alert">
          <p>
            {sentence(video.error?.message ?? 'The indexing failed')} {runs}
          </p>
          <button type="button" class="button" onClick={() => void retry()}>
            Try again
          </button>
        </div>
      )}
      {video.status === 'AWAITING_UPLOAD' && <p class="notice">This video waits for its file.</p>}
      {video.warnings.map((warning) => (
        <p key={`${warning.name}${warning.start_ms}`} class="notice">
          {sentence(warning.message)}
          {warning.start_ms !== undefined && warning.end_ms !== undefined && (
            <span class="quiet">
              {' '}
              ({timecode(warning.start_ms)} – {timecode(warning.end_ms)})
            </span>
          )}
        </p>
      ))}
    </>
  );
}

function Processing({ video, children }: { video: Video; children: preact.ComponentChildren }) {
  const { api } = useServices();
  const [progress, setProgress] = useState<Progress>({ label: 'Starting', fraction: 0 });
  useEffect(() => {
    // Drawn anew with each look at the video, every few seconds.
    let isGone = false;
    api.call('get', '/videos/{id}/timeline', { id: video.video_id }).then(
      ({ tasks }) => isGone || setProgress(progressOf(video, tasks, Date.now())),
      () => {},
    );
    return () => {
      isGone = true;
    };
  }, [video]);
  return (
    <div class="notice processing">
      <Bar value={progress.fraction} label="Indexing" />
      <p>
        {[progress.label, timeLeft(progress.leftMs)].filter(Boolean).join(' · ')} {children}
      </p>
    </div>
  );
}
