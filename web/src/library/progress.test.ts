import assert from 'node:assert/strict';
import test from 'node:test';
import type { Schemas, Video } from '../api/client.ts';
import { progressOf } from './progress.ts';

const at = (seconds: number) => new Date(seconds * 1000).toISOString();
const run = (stage: string, chunk: number | null, start: number, end: number | null): Schemas['TaskRun'] => ({
  stage,
  chunk,
  attempts: 1,
  started_at: at(start),
  ended_at: end === null ? null : at(end),
  units: null,
  reused: false,
  error: null,
});
const video = (chunks_total: number, chunks_done = 0) => ({ chunks_total, chunks_done }) as Video;

test('before the plan there is a label and no time', () => {
  assert.deepEqual(progressOf(video(0), [], 0), { label: 'Waiting for its turn', fraction: 0 });
  const reading = progressOf(video(0), [run('probe', null, 0, null)], 1000);
  assert.equal(reading.label, 'Reading the file');
  assert.equal(reading.leftMs, undefined);
});

test('what has run tells how long the rest takes', () => {
  const tasks = [run('probe', null, 0, 1), run('extract', 0, 1, 13), run('transcribe', 0, 13, null)];
  const progress = progressOf(video(1), tasks, 35_000);
  assert.equal(progress.label, 'Writing down what is said');
  // 12 s were 0.12 of the work, so all takes 100 s, and 22 of the 44 s of the second stage have passed.
  assert.ok(Math.abs(progress.leftMs! - 66_000) < 1, String(progress.leftMs));
  assert.ok(progress.fraction > 0.33 && progress.fraction < 0.36);
});

test('a task that runs on is never quite done, and parts are counted', () => {
  const tasks = [run('extract', 0, 0, 12), run('extract', 1, 0, 12), run('transcribe', 0, 12, null)];
  const progress = progressOf(video(2, 1), tasks, 10_000_000);
  assert.ok(progress.fraction < 0.5);
  assert.match(progress.label, /1 of 2 parts searchable/);
});
