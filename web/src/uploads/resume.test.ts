import assert from 'node:assert/strict';
import test from 'node:test';
import { ApiError } from '../api/client.ts';
import { eventually, fakeApi, FakeStorage, file, stuck, until } from './fakes.ts';
import { UploadMemory } from './memory.ts';
import type { Put } from './put.ts';
import { Uploads } from './uploads.ts';

const subtitles = new File(['1'], 'a.srt');

/** Uploads that put what `sends` lets through, and the addresses they put to. */
function tab(storage: FakeStorage, api: never, sends: (url: string) => boolean = () => true) {
  const sent: string[] = [];
  const put: Put = async (url, _headers, _bytes, _progress, signal) => {
    if (!sends(url)) return stuck(signal);
    sent.push(url);
    return url;
  };
  return { sent, uploads: new Uploads(api, new UploadMemory(storage, 'me'), put) };
}

test('what is paused while it stands in line goes on once', async () => {
  let release = () => {};
  const released = new Promise<void>((done) => (release = done));
  const sent: string[] = [];
  const { api } = fakeApi(undefined, undefined, { part_size_bytes: 4, part_count: 6 });
  const uploads = new Uploads(api, new UploadMemory(new FakeStorage(), 'me'), async (url, _headers, bytes) => {
    sent.push((await bytes.text()) + url);
    if (sent.length <= 4) await released;
    return url;
  });
  await uploads.add([{ file: new File(['a'.repeat(24)], 'a.mp4') }]);
  await eventually(() => sent.length === 4);
  await uploads.add([{ file: new File(['b'.repeat(24)], 'b.mp4') }]);
  const second = uploads.list[1]!;
  await eventually(() => second.videoId);
  second.pause();
  await eventually(() => second.state === 'paused');
  uploads.start(second);
  release();
  await eventually(() => uploads.list.every(({ state }) => state === 'done'));
  assert.equal(sent.length, 12);
  assert.equal(new Set(sent).size, 12);
});

test('a failure after the pause doesn’t look like waiting', async () => {
  let fail = () => {};
  const failed = new Promise<void>((done) => (fail = done));
  const lost = async (call: string) => {
    if (!call.endsWith('/parts')) return;
    await failed;
    throw new ApiError(0, 'away');
  };
  const { uploads } = tab(new FakeStorage(), fakeApi('AWAITING_UPLOAD', lost).api);
  await uploads.add([{ file }]);
  await eventually(() => uploads.list[0]!.videoId);
  uploads.list[0]!.pause();
  fail();
  await until(uploads, 'paused');
});

test('where the subtitles had not arrived, all begins anew', async () => {
  const storage = new FakeStorage();
  const { uploads } = tab(storage, fakeApi().api, () => false);
  await uploads.add([{ file, subtitles }]);
  await eventually(() => uploads.memory.all().length);
  uploads.list[0]!.pause();
  await until(uploads, 'paused');

  const { api, removed } = fakeApi();
  const later = tab(storage, api);
  await later.uploads.add([{ file, subtitles }]);
  await until(later.uploads, 'done');
  assert.deepEqual(removed, ['v1']);
  assert.deepEqual(later.sent, ['subtitles', 'part 1', 'part 2', 'part 3']);
});

test('subtitles that have arrived aren’t sent again', async () => {
  const storage = new FakeStorage();
  const { uploads } = tab(storage, fakeApi().api, (url) => url !== 'part 3');
  await uploads.add([{ file, subtitles }]);
  await eventually(() => uploads.memory.all()[0]?.etags[2]);
  uploads.list[0]!.pause();
  await until(uploads, 'paused');

  const { api, removed } = fakeApi();
  const later = tab(storage, api);
  await later.uploads.add([{ file, subtitles }]);
  await until(later.uploads, 'done');
  assert.deepEqual(removed, []);
  assert.deepEqual(later.sent, ['part 3']);
});
