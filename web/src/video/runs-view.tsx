import { useEffect, useState } from 'preact/hooks';
import { isAbort, messageOf, type Schemas } from '../api/client.ts';
import { stageLabel } from '../library/progress.ts';
import { formatRoute } from '../router.ts';
import { useServices } from '../services.ts';
import { count, duration } from '../ui/format.ts';
import { useHeading } from '../ui/hooks.ts';
import { Icon } from '../ui/icons.tsx';
import { NotHere } from './not-here.tsx';
import { spanOf, summarize, type Span } from './runs.ts';
import { useVideo } from './use-video.ts';

type Run = Schemas['TaskRun'];

/** What ran for the newest indexing of a video: when, how long, how often, with what error. */
export function RunsView({ id }: { id: string }) {
  const { video, error, isUnknown, reload } = useVideo(id);
  const { timeline, failure } = useTimeline(id, video?.updated_at);
  const heading = useHeading<HTMLHeadingElement>(video ? `What ran for ${video.title}` : 'What ran');
  if (error) return <NotHere message={error} isUnknown={isUnknown} onRetry={reload} />;
  return (
    <section class="runs-view">
      <a class="back-link" href={formatRoute({ view: 'video', id })}>
        <Icon name="back" size={16} /> {video?.title ?? 'Video'}
      </a>
      <h1 ref={heading} tabIndex={-1}>
        What ran
      </h1>
      {failure && (
        <p class="notice" role="alert">
          {failure}
        </p>
      )}
      {video?.error && (
        <p class="notice notice-error">
          <span>
            <strong>{video.error.name}</strong> in {video.error.state}: {video.error.message}
          </span>
        </p>
      )}
      {timeline && <Runs timeline={timeline} />}
    </section>
  );
}

function useTimeline(id: string, changedAt: string | undefined) {
  const { api } = useServices();
  const [state, setState] = useState<{ timeline?: Schemas['Timeline']; failure?: string }>({});
  useEffect(() => {
    const stopping = new AbortController();
    let timer: ReturnType<typeof setTimeout>;
    const load = () =>
      api.call('get', '/videos/{id}/timeline', { id, signal: stopping.signal }).then(
        (timeline) => {
          setState({ timeline });
          if (timeline.tasks.some(({ ended_at }) => ended_at === null)) timer = setTimeout(() => void load(), 2000);
        },
        (error: unknown) => isAbort(error) || setState({ failure: messageOf(error) }),
      );
    void load();
    return () => {
      stopping.abort();
      clearTimeout(timer);
    };
  }, [id, changedAt]);
  return state;
}

function Runs({ timeline }: { timeline: Schemas['Timeline'] }) {
  const nowMs = Date.now();
  const span = spanOf(timeline.tasks, nowMs);
  const summary = summarize(timeline.tasks, nowMs);
  return (
    <>
      <dl class="figures">
        <Figure name="Indexing" value={`no. ${timeline.generation}`} />
        <Figure name="From start to end" value={duration(span.endMs - span.startMs)} />
        <Figure name="Work in all" value={duration(summary.workMs)} />
        <Figure name="Repeated" value={count(summary.repeats, 'attempt')} />
        <Figure name="Errors" value={String(summary.errors)} />
      </dl>
      <div class="runs-scroll" tabIndex={0} role="region" aria-label="Table of runs">
        <table class="runs">
          <thead>
            <tr>
              <th scope="col">Stage</th>
              <th scope="col">Part</th>
              <th scope="col">Took</th>
              <th scope="col" class="runs-bars">
                When
              </th>
              <th scope="col">Items</th>
              <th scope="col">Attempts</th>
            </tr>
          </thead>
          <tbody>
            {timeline.tasks.map((task) => (
              <RunRow key={`${task.stage}${task.chunk}`} task={task} span={span} nowMs={nowMs} />
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

function Figure({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

function RunRow({ task, span, nowMs }: { task: Run; span: Span; nowMs: number }) {
  const start = Date.parse(task.started_at);
  const end = task.ended_at === null ? nowMs : Date.parse(task.ended_at);
  const whole = Math.max(1, span.endMs - span.startMs);
  const state = task.error ? 'error' : task.ended_at === null ? 'running' : task.reused ? 'reused' : 'done';
  return (
    <tr class={`run-${state}`}>
      <th scope="row">
        {stageLabel(task.stage)}
        {task.error && <span class="failure">{task.error}</span>}
      </th>
      <td class="number">{task.chunk === null ? '' : task.chunk + 1}</td>
      <td class="number">{state === 'running' ? `${duration(end - start)} …` : duration(end - start)}</td>
      <td class="runs-bars">
        <span class="run-track">
          <i style={{ left: `${((start - span.startMs) / whole) * 100}%`, width: `${Math.max(0.4, ((end - start) / whole) * 100)}%` }} />
        </span>
      </td>
      <td class="number">{state === 'reused' ? 'reused' : (task.units ?? '')}</td>
      <td class="number">{task.attempts}</td>
    </tr>
  );
}
