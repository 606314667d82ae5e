import type { Schemas } from '../api/client.ts';

type Run = Schemas['TaskRun'];

export interface Span {
  startMs: number;
  endMs: number;
}

/** From the first start to the last end; what runs still ends now. */
export function spanOf(tasks: readonly Run[], nowMs: number): Span {
  if (tasks.length === 0) return { startMs: nowMs, endMs: nowMs };
  return {
    startMs: Math.min(...tasks.map(({ started_at }) => Date.parse(started_at))),
    endMs: Math.max(...tasks.map((task) => endOf(task, nowMs))),
  };
}

/** Work of all runs together, attempts beyond the first, and runs that ended with an error. */
export function summarize(tasks: readonly Run[], nowMs: number): { workMs: number; repeats: number; errors: number } {
  let workMs = 0;
  let repeats = 0;
  let errors = 0;
  for (const task of tasks) {
    workMs += endOf(task, nowMs) - Date.parse(task.started_at);
    repeats += task.attempts - 1;
    errors += task.error === null ? 0 : 1;
  }
  return { workMs, repeats, errors };
}

function endOf(task: Run, nowMs: number): number {
  return task.ended_at === null ? nowMs : Date.parse(task.ended_at);
}
