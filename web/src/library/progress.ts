import type { Schemas, Video } from '../api/client.ts';

/** How far an indexing is. */
export interface Progress {
  label: string;
  /** 0 to 1. */
  fraction: number;
  leftMs?: number;
}

/** Shares of the work of one chunk, as measured on narrated videos. */
const WEIGHTS: Record<string, number> = { extract: 0.12, transcribe: 0.44, embed: 0.4, index: 0.04 };
const LABELS: Record<string, string> = {
  probe: 'Reading the file',
  extract: 'Taking sound and pictures',
  transcribe: 'Writing down what is said',
  embed: 'Understanding words and pictures',
  index: 'Making it searchable',
  finalize: 'Finishing',
};
/** What comes before and after the chunks. */
const ENDS = 0.04;

/** What a stage is called for people. */
export function stageLabel(stage: string): string {
  return LABELS[stage] ?? stage.charAt(0).toUpperCase() + stage.slice(1);
}

/** Reads progress and time left off the runs of an indexing: what has run tells how long the rest takes. */
export function progressOf(video: Video, tasks: Schemas['TaskRun'][], nowMs: number): Progress {
  const chunks = video.chunks_total;
  const running = tasks.filter((task) => task.ended_at === null);
  const current = running.at(-1) ?? tasks.at(-1);
  const label = current ? stageLabel(current.stage) : 'Waiting for its turn';
  if (chunks === 0) return { label, fraction: tasks.length > 0 ? ENDS / 2 : 0 };

  let done = 0;
  let workedMs = 0;
  let workedWeight = 0;
  for (const task of tasks) {
    const weight = WEIGHTS[task.stage];
    if (weight === undefined || task.ended_at === null || task.error !== null) continue;
    done += weight;
    // What an earlier run had done already tells nothing of the speed.
    if (task.reused) continue;
    workedMs += Date.parse(task.ended_at) - Date.parse(task.started_at);
    workedWeight += weight;
  }
  const msPerWeight = workedWeight > 0 ? workedMs / workedWeight : undefined;
  for (const task of running) done += runningShare(task, nowMs, msPerWeight);
  const left = Math.max(0, chunks - done);
  const progress: Progress = { label: withCount(label, video), fraction: ENDS / 2 + (1 - ENDS) * Math.min(1, done / chunks) };
  if (msPerWeight !== undefined) progress.leftMs = (left * msPerWeight) / Math.max(1, running.length);
  return progress;
}

function runningShare(task: Schemas['TaskRun'], nowMs: number, msPerWeight: number | undefined): number {
  const weight = WEIGHTS[task.stage] ?? 0;
  if (msPerWeight === undefined || weight === 0) return weight * 0.2;
  const expectedMs = Math.max(1, msPerWeight * weight);
  // Never quite done before it says so.
  return weight * Math.min(0.9, Math.max(0, nowMs - Date.parse(task.started_at)) / expectedMs);
}

function withCount(label: string, { chunks_done, chunks_total }: Video): string {
  return chunks_total > 1 && chunks_done > 0 ? `${label} · ${chunks_done} of ${chunks_total} parts searchable` : label;
}
