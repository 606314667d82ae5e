import assert from 'node:assert/strict';
import test from 'node:test';
import { eventually, fakeApi, FakeLocks, FakeStorage, file, stuck, until } from './fakes.ts';
import { UploadLocks } from './locks.ts';
import { UploadMemory } from './memory.ts';
import type { Put } from './put.ts';
import { Uploads } from './uploads.ts';

const never: Put = (_url, _headers, _bytes, _progress, signal) => stuck(signal);
const atOnce: Put = async (url) => url;

/** Two tabs of a browser, the first of which is uploading. */
async function twoTabs() {
  const storage = new FakeStorage();
  const browser = new FakeLocks();
  const { api, removed, calls } = fakeApi();
  const memory = new UploadMemory(storage, 'me');
  const tab = (put: Put) => new Uploads(api, memory, put, new UploadLocks(browser as never, 20));
  const first = tab(never);
  await first.add([{ file }]);
  await eventually(() => first.memory.all().length);
  const second = tab(atOnce);
  return { first, second, removed, calls };
}

const soon = () => new Promise((done) => setTimeout(done, 50));

test('what another tab uploads is neither interrupted nor given up', async () => {
  const { first, second, removed } = await twoTabs();
  await soon();
  assert.deepEqual(second.interrupted, []);
  await second.discardInterrupted(first.memory.all()[0]!);
  assert.deepEqual(removed, []);
  assert.equal(first.memory.all().length, 1);

  first.list[0]!.pause();
  await eventually(() => second.interrupted.length);
  await second.discardInterrupted(second.interrupted[0]!);
  assert.deepEqual(removed, ['v1']);
});

test('a file that another tab uploads is left to it', async () => {
  const { first, second, removed, calls } = await twoTabs();
  await second.add([{ file }]);
  await until(second, 'failed');
  assert.equal(second.list[0]!.message, 'Another tab is uploading “a.mp4”.');
  await second.discard(second.list[0]!);
  assert.deepEqual(removed, []);
  assert.equal(first.list[0]!.state, 'sending');

  first.list[0]!.pause();
  await until(first, 'paused');
  await second.add([{ file }]);
  await until(second, 'done');
  assert.equal(calls.filter((call) => call === 'post /uploads').length, 1);
});

test('what another tab has ended stays', async () => {
  const { first, second, removed } = await twoTabs();
  first.list[0]!.pause();
  await until(first, 'paused');
  await second.add([{ file }]);
  await until(second, 'done');
  await first.discard(first.list[0]!);
  assert.deepEqual(removed, []);
});

for (const browser of [undefined, new FakeLocks()]) {
  test(`what is cancelled while it begins leaves nothing, ${browser ? 'with' : 'without'} locks`, async () => {
    let answer = () => {};
    const answered = new Promise<void>((done) => (answer = done));
    const { api, removed } = fakeApi('AWAITING_UPLOAD', (call) => (call === 'post /uploads' ? answered : undefined));
    const memory = new UploadMemory(new FakeStorage(), 'me');
    const uploads = new Uploads(api, memory, never, new UploadLocks(browser as never));
    await uploads.add([{ file }]);
    await until(uploads, 'sending');
    const discarded = uploads.discard(uploads.list[0]!);
    answer();
    await discarded;
    assert.deepEqual(removed, ['v1']);
    assert.deepEqual(memory.all(), []);
  });
}

test('what is cancelled while it is looked up is removed', async () => {
  const { first, removed } = await twoTabs();
  first.list[0]!.pause();
  await until(first, 'paused');
  let answer = () => {};
  const answered = new Promise<void>((done) => (answer = done));
  const lookUp = fakeApi('AWAITING_UPLOAD', (call) => (call === 'get /videos/{id}' ? answered : undefined));
  const later = new Uploads(lookUp.api, first.memory, never);
  await later.add([{ file }]);
  await until(later, 'sending');
  const discarded = later.discard(later.list[0]!);
  answer();
  await discarded;
  assert.deepEqual([...removed, ...lookUp.removed], ['v1']);
  assert.deepEqual(first.memory.all(), []);
});
