import assert from 'node:assert/strict';
import test from 'node:test';
import { day, duration, fileSize, timecode, timeLeft } from './format.ts';

function check<Input>(format: (input: Input) => string, expected: [Input, string][]): void {
  for (const [input, text] of expected) assert.equal(format(input), text);
}

test('times inside a video', () => {
  check(timecode, [
    [0, '0:00'],
    [12_999, '0:12'],
    [723_000, '12:03'],
    [3_723_000, '1:02:03'],
    [-5, '0:00'],
  ]);
});

test('durations', () => {
  check(duration, [
    [240, '240 ms'],
    [1500, '1.5 s'],
    [41_000, '41 s'],
    [60_000, '1 min'],
    [200_000, '3 min 20 s'],
    [3_900_000, '1 h 5 min'],
    [7_200_000, '2 h'],
  ]);
});

test('time left is rounded, and silent where nothing is known', () => {
  check(timeLeft, [
    [undefined, ''],
    [Infinity, ''],
    [3000, 'a few seconds left'],
    [41_000, 'about 50 s left'],
    [58_000, 'about 1 min left'],
    [150_000, 'about 3 min left'],
    [3_600_000, 'about 1 h left'],
    [5_400_000, 'about 1 h 30 min left'],
  ]);
});

test('sizes of files', () => {
  check(fileSize, [
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1.0 KB'],
    [1_440_000_000, '1.4 GB'],
    [23_400_000, '23 MB'],
    [999_900_000, '1.0 GB'],
  ]);
});

test('days', () => {
  const now = new Date(2026, 10, 26, 0, 30);
  assert.equal(day(new Date(2026, 10, 26, 0, 1).toISOString(), now), 'today');
  assert.equal(day(new Date(2026, 10, 25, 23, 59).toISOString(), now), 'yesterday');
  assert.match(day(new Date(2025, 2, 12).toISOString(), now), /2025/);
});
