import assert from 'node:assert/strict';
import test from 'node:test';
import { spanOf, summarize } from './runs.ts';

const run = (start: number, end: number | null, attempts = 1, error: string | null = null) => ({
  stage: 'extract',
  chunk: 0,
  attempts,
  started_at: new Date(start).toISOString(),
  ended_at: end === null ? null : new Date(end).toISOString(),
  units: null,
  reused: false,
  error,
});

test('what runs still ends now', () => {
  const tasks = [run(100, 300), run(200, null, 3), run(150, 250, 2, 'Throttled')];
  assert.deepEqual(spanOf(tasks, 900), { startMs: 100, endMs: 900 });
  assert.deepEqual(summarize(tasks, 900), { workMs: 200 + 700 + 100, repeats: 3, errors: 1 });
  assert.deepEqual(spanOf([], 5), { startMs: 5, endMs: 5 });
});
