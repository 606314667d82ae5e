import assert from 'node:assert/strict';
import test from 'node:test';
import { cueAt, occurrences } from './cues.ts';

test('the cue of a time', () => {
  const cues = [0, 1000, 5000].map((start_ms) => ({ start_ms }));
  assert.deepEqual([-1, 0, 999, 1000, 4999, 5000, 99_999].map((ms) => cueAt(cues, ms)), [-1, 0, 0, 1, 1, 2, 2]);
  assert.equal(cueAt([], 5), -1);
});

test('words are found whatever their capitals', () => {
  assert.deepEqual(occurrences('Ice on ice', 'ICE'), [[0, 3], [7, 10]]);
  assert.deepEqual(occurrences('Ice', ' '), []);
  assert.deepEqual(occurrences('aaa', 'aa'), [[0, 2]]);
});
