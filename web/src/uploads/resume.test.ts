import assert from 'node:assert/strict';
import test from 'node:test';
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
