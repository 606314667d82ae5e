import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import type { Video } from '../api/client.ts';
import { Library } from './library.ts';

Object.assign(globalThis, { document: Object.assign(new EventTarget(), { hidden: false }) });

/** A library of one video, which is read by hand: `answer` ends a reading. */
function libraryOf(t: TestContext, video: Partial<Video>) {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const readings: (() => void)[] = [];
  const call = (_method: string, path: string) =>
    path === '/videos'
      ? new Promise((done) => readings.push(() => done({ videos: [{ video_id: 'v', ...video }] })))
      : Promise.resolve({ tasks: [] });
  const library = new Library({ call } as never);
  const answer = async () => {
    readings.at(-1)!();
    await library.refresh();
  };
  void library.refresh();
  return { library, answer, readings, wait: (ms: number) => t.mock.timers.tick(ms) };
}

test('what has arrived is looked at soon and often until it starts', async (t) => {
  const { library, answer, readings, wait } = libraryOf(t, { status: 'AWAITING_UPLOAD' });
  await answer();
  wait(3000);
  assert.equal(readings.length, 1, 'what awaits its bytes can wait');
  library.expectStart('v');
  wait(700);
  assert.equal(readings.length, 2);
  await answer();
  assert.ok(library.isStarting(library.videos[0]!));
  library.expectStart('v');
  wait(1000);
  assert.equal(readings.length, 2, 'it is told once');
  wait(1000);
  assert.equal(readings.length, 3);
});

test('what is expected during a reading is read afterwards', async (t) => {
  const { library, answer, readings, wait } = libraryOf(t, { status: 'READY' });
  wait(100);
  library.expectChanges();
  wait(5000);
  assert.equal(readings.length, 1);
  await answer();
  wait(700);
  assert.equal(readings.length, 2);
  await answer();
  wait(5000);
  assert.equal(readings.length, 2);
});
