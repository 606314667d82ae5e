import assert from 'node:assert/strict';
import test from 'node:test';
import { ApiError } from '../api/client.ts';
import { eventually, fakeApi, FakeStorage, file, plan, stuck, until } from './fakes.ts';
import { fingerprint, UploadMemory } from './memory.ts';
import { PutError, type Put } from './put.ts';
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
  const put: Put = async (url, _headers, _bytes, _progress, signal) => {
    if (url === 'part 1') return stuck(signal);
    await failed;
    throw new PutError(0);
  };
  const uploads = new Uploads(fakeApi().api, new UploadMemory(new FakeStorage(), 'me'), put);
  await uploads.add([{ file }]);
  await eventually(() => uploads.list[0]!.videoId);
  await new Promise((done) => setTimeout(done, 20));
  uploads.list[0]!.pause();
  await until(uploads, 'paused');
  fail();
  await new Promise((done) => setTimeout(done, 20));
  assert.equal(uploads.list[0]!.state, 'paused');
});

test('a part that arrives after the end leaves nothing behind', async () => {
  let arrive = () => {};
  const arrived = new Promise<void>((done) => (arrive = done));
  const put: Put = async (url, _headers, _bytes, _progress, signal) => {
    if (url === 'part 1') return stuck(signal);
    await arrived;
    return url;
  };
  const uploads = new Uploads(fakeApi().api, new UploadMemory(new FakeStorage(), 'me'), put);
  await uploads.add([{ file }]);
  await eventually(() => uploads.memory.all().length);
  await new Promise((done) => setTimeout(done, 20));
  await uploads.discard(uploads.list[0]!);
  arrive();
  await new Promise((done) => setTimeout(done, 20));
  assert.deepEqual(uploads.memory.all(), []);
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

/** A storage that remembers an upload of two parts. */
async function interrupted(): Promise<FakeStorage> {
  const storage = new FakeStorage();
  const memory = new UploadMemory(storage, 'me');
  const multipart = { upload_id: 'old', ...plan };
  const key = await fingerprint(file);
  memory.keep({ key, videoId: 'old', fileName: 'a.mp4', sizeBytes: 10, multipart, etags: { 1: '1', 2: '2' } });
  return storage;
}

test('what the storage has dropped begins anew', async () => {
  const { api, removed, completed } = fakeApi();
  let refusals = 1;
  const put: Put = async (url) => {
    if (refusals-- > 0) throw new PutError(404);
    return url;
  };
  const uploads = new Uploads(api, new UploadMemory(await interrupted(), 'me'), put);
  await uploads.add([{ file }]);
  await until(uploads, 'done');
  assert.deepEqual(removed, ['old']);
  const parts = [1, 2, 3].map((number) => ({ part_number: number, etag: `part ${number}` }));
  assert.deepEqual(completed, [{ upload_id: 'u1', parts }]);
});

test('what can’t be completed begins anew, once', async () => {
  const { api, removed, calls } = fakeApi('AWAITING_UPLOAD', (call) => {
    if (call.endsWith('/complete')) throw new ApiError(409, 'there is no such upload');
  });
  const { uploads } = tab(await interrupted(), api);
  await uploads.add([{ file }]);
  await until(uploads, 'failed');
  assert.deepEqual(removed, ['old']);
  assert.equal(calls.filter((call) => call === 'post /uploads').length, 1);
});

test('a new upload that is refused fails', async () => {
  const { api, calls } = fakeApi();
  const uploads = new Uploads(api, new UploadMemory(new FakeStorage(), 'me'), () => Promise.reject(new PutError(404)));
  await uploads.add([{ file }]);
  await until(uploads, 'failed');
  assert.equal(calls.filter((call) => call === 'post /uploads').length, 1);
});

test('a video that is being deleted has not arrived', async () => {
  const { api, removed, completed } = fakeApi('DELETING');
  const { uploads } = tab(await interrupted(), api);
  await uploads.add([{ file }]);
  await until(uploads, 'done');
  assert.deepEqual(removed, []);
  assert.equal(completed.length, 1);
});
