import assert from 'node:assert/strict';
import test from 'node:test';
import { isAbort } from '../api/client.ts';
import { eventually, fakeApi, FakeStorage, file, plan, stuck, until } from './fakes.ts';
import { fingerprint, UploadMemory } from './memory.ts';
import { arrivedBytes, missingParts, partRange } from './parts.ts';
import { backOffMs, Slots, Speed } from './patience.ts';
import { PutError, type Put } from './put.ts';
import { titleOf } from './upload.ts';
import { Uploads } from './uploads.ts';

test('parts cover a file without gap or overlap', () => {
  assert.deepEqual([1, 2, 3].map((number) => partRange(plan, 10, number)), [
    { start: 0, end: 4 },
    { start: 4, end: 8 },
    { start: 8, end: 10 },
  ]);
  assert.deepEqual(missingParts(plan, { 2: 'b' }), [1, 3]);
  assert.equal(arrivedBytes(plan, 10, { 1: 'a', 3: 'c' }), 6);
});

test('waits double, have a cap and are spread', () => {
  assert.deepEqual([0, 1, 4, 5, 20].map((attempt) => backOffMs(attempt, () => 1)), [1000, 2000, 16_000, 30_000, 30_000]);
  assert.equal(backOffMs(1, () => 0), 1000);
});

test('time left follows the speed', () => {
  const speed = new Speed();
  assert.equal(speed.timeFor(100), undefined);
  for (let second = 0; second <= 20; second += 1) speed.add(second * 100, second * 1000);
  assert.equal(speed.timeFor(1000), 10_000);
});

test('no more than so many at once, in order', async () => {
  const slots = new Slots(2);
  const order: number[] = [];
  let running = 0;
  const work = (number: number) => async () => {
    running += 1;
    assert.ok(running <= 2);
    await new Promise((done) => setTimeout(done, 5));
    order.push(number);
    running -= 1;
  };
  await Promise.all([1, 2, 3, 4, 5].map((number) => slots.run(work(number))));
  assert.deepEqual(order, [1, 2, 3, 4, 5]);
});

test('who is stopped leaves the queue, and the others move up', async () => {
  const slots = new Slots(1);
  const order: string[] = [];
  let end = () => {};
  const first = slots.run(() => new Promise<void>((done) => (end = done)));
  const stopping = new AbortController();
  const stopped = slots.run(async () => order.push('stopped'), stopping.signal);
  const last = slots.run(async () => order.push('last'), new AbortController().signal);
  stopping.abort();
  await assert.rejects(stopped, isAbort);
  await assert.rejects(slots.run(async () => order.push('too late'), stopping.signal), isAbort);
  end();
  await Promise.all([first, last]);
  assert.deepEqual(order, ['last']);
});

test('a title is the name without its ending', () => {
  assert.deepEqual(['a.b.mp4', '.mp4', 'My film'].map(titleOf), ['a.b', '.mp4', 'My film']);
});

test('files are told apart by their bytes too', async () => {
  const make = (text: string) => new File([text], 'a.mp4', { lastModified: 1 });
  assert.equal(await fingerprint(make('same')), await fingerprint(make('same')));
  assert.notEqual(await fingerprint(make('same')), await fingerprint(make('diff')));
});

test('a file that is chosen again goes on where it was', async () => {
  const storage = new FakeStorage();
  const { api } = fakeApi();
  const onlyTwo: Put = async (url, _headers, _bytes, _progress, signal) => (url === 'part 2' ? '"two"' : stuck(signal));
  const first = new Uploads(api, new UploadMemory(storage, 'me'), onlyTwo);
  await first.add([{ file }]);
  await eventually(() => first.memory.all()[0]?.etags[2]);
  first.list[0]!.pause();
  await until(first, 'paused');

  const sent: string[] = [];
  const { api: after, calls, completed } = fakeApi();
  const second = new Uploads(after, new UploadMemory(storage, 'me'), async (url, _headers, bytes) => {
    sent.push(`${url}: ${await bytes.text()}`);
    return `"${url}"`;
  });
  await eventually(() => second.interrupted.length);
  assert.deepEqual(second.interrupted.map(({ fileName }) => fileName), ['a.mp4']);
  assert.deepEqual([...second.underWay], ['v1']);
  assert.deepEqual(new UploadMemory(storage, 'another').all(), []);
  await second.add([{ file }]);
  await until(second, 'done');
  assert.deepEqual(sent.sort(), ['part 1: 0123', 'part 3: 89']);
  assert.ok(!calls.includes('post /uploads'));
  const etags = { 1: '"part 1"', 2: '"two"', 3: '"part 3"' };
  const parts = Object.entries(etags).map(([number, etag]) => ({ part_number: Number(number), etag }));
  assert.deepEqual(completed, [{ upload_id: 'u1', parts }]);
  assert.deepEqual(second.memory.all(), []);
  assert.deepEqual([...second.underWay], []);
});

test('a broken connection and an expired address are tried again', async () => {
  const failures = [new PutError(0), new PutError(403)];
  const { api, calls } = fakeApi();
  const uploads = new Uploads(api, new UploadMemory(new FakeStorage(), 'me'), async (url) => {
    const failure = failures.shift();
    if (failure) throw failure;
    return url;
  });
  await uploads.add([{ file }]);
  await until(uploads, 'done');
  assert.equal(calls.filter((call) => call.endsWith('/parts')).length >= 4, true);
});

test('what is refused for good fails and says so, and an upload that is gone begins anew', async () => {
  const storage = new FakeStorage();
  const refusing = new Uploads(fakeApi().api, new UploadMemory(storage, 'me'), () => Promise.reject(new PutError(400)));
  await refusing.add([{ file }]);
  await until(refusing, 'failed');
  assert.match(refusing.list[0]!.message, /400/);

  const { api, calls } = fakeApi('GONE');
  const again = new Uploads(api, new UploadMemory(storage, 'me'), async (url) => url);
  await again.add([{ file }]);
  await eventually(() => calls.includes('post /uploads'));
});

test('a small file is not kept waiting by a large one', async () => {
  const sent: string[] = [];
  let made = 0;
  const sizes = { 1: 4 * 40, 2: 4 };
  const call = async (_method: string, path: string, options: { id?: string; query?: { from: number } } = {}) => {
    if (path === '/uploads') {
      made += 1;
      const part_count = sizes[made as 1 | 2] / 4;
      return { video_id: `v${made}`, subtitles: null, source: null, multipart: { upload_id: 'u', part_size_bytes: 4, part_count }, expires_in_s: 1 };
    }
    if (path === '/uploads/{id}/parts') {
      const from = options.query?.from ?? 1;
      return { parts: Array.from({ length: 100 }, (_, index) => ({ part_number: from + index, url: `${options.id} ${from + index}` })), next_part: null };
    }
    return { status: 'AWAITING_UPLOAD' };
  };
  const uploads = new Uploads({ call } as never, new UploadMemory(new FakeStorage(), 'me'), async (url) => {
    await new Promise((done) => setTimeout(done, 2));
    sent.push(url);
    return url;
  });
  const make = (name: string, bytes: number) => ({ file: new File(['x'.repeat(bytes)], name, { lastModified: 1 }) });
  await uploads.add([make('large.mp4', sizes[1]), make('small.mp4', sizes[2])]);
  await eventually(() => uploads.list.every(({ state }) => state === 'done'));
  assert.equal(sent.length, 41);
  assert.ok(sent.indexOf('v2 1') < 15, String(sent.indexOf('v2 1')));
});

test('what has arrived already is done', async () => {
  const storage = new FakeStorage();
  const key = await fingerprint(file);
  const memory = new UploadMemory(storage, 'me');
  memory.keep({ key, videoId: 'v', fileName: 'a.mp4', sizeBytes: 10, multipart: { upload_id: 'u', ...plan }, etags: {} });
  const { api, calls } = fakeApi('PROCESSING');
  const uploads = new Uploads(api, memory, () => Promise.reject(new Error('nothing to send')));
  await uploads.add([{ file }]);
  await until(uploads, 'done');
  assert.deepEqual(calls, ['get /videos/{id}']);
});
