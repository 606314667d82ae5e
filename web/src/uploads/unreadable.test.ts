import assert from 'node:assert/strict';
import test from 'node:test';
import { eventually, fakeApi, FakeStorage, file, until } from './fakes.ts';
import { UploadMemory } from './memory.ts';
import { PutError, type Put } from './put.ts';
import { Uploads } from './uploads.ts';

/** A file on a disk that may be unplugged. */
function onDisk(name: string, text = '0123456789') {
  const disk = { isAway: false };
  const slice = File.prototype.slice;
  const one = new File([text], name, { lastModified: 7 });
  const reading = async () => {
    throw new DOMException('The file could not be read.', 'NotReadableError');
  };
  const awayBlob = () => Object.assign(new Blob(), { arrayBuffer: reading, slice: awayBlob });
  one.slice = (...range) => (disk.isAway ? awayBlob() : slice.apply(one, range));
  return { file: one, disk };
}

const uploadsBy = (put: Put) => new Uploads(fakeApi().api, new UploadMemory(new FakeStorage(), 'me'), put);

test('a file that can’t be read any more fails by its name', async () => {
  const { file: unplugged, disk } = onDisk('a.mp4');
  const uploads = uploadsBy(async () => {
    throw new PutError(0);
  });
  await uploads.add([{ file: unplugged }]);
  await until(uploads, 'waiting');
  disk.isAway = true;
  uploads.start(uploads.list[0]!);
  await until(uploads, 'failed');
  assert.equal(uploads.list[0]!.message, '“a.mp4” changed or can’t be read: choose it again.');
});

test('a file that can’t be read keeps no other away', async () => {
  const { file: unplugged, disk } = onDisk('gone.mp4');
  disk.isAway = true;
  const sent: string[] = [];
  const uploads = uploadsBy(async (url) => {
    sent.push(url);
    return url;
  });
  // Blobs made of it are read from the disk, which a Blob of Node can't be told.
  Object.defineProperty(unplugged, 'size', { get: () => { throw new Error('gone'); } });
  assert.deepEqual(await uploads.add([{ file: unplugged }, { file }]), ['gone.mp4']);
  await until(uploads, 'done');
  assert.equal(sent.length, 3);
});

test('a file that is chosen again takes the place of the one at hand', async () => {
  const { file: unplugged, disk } = onDisk('a.mp4');
  const uploads = uploadsBy(async (url, _headers, bytes) => {
    if (disk.isAway) await bytes.arrayBuffer();
    else throw new PutError(0);
    return url;
  });
  await uploads.add([{ file: unplugged }]);
  await until(uploads, 'waiting');
  uploads.list[0]!.pause();
  await until(uploads, 'paused');
  disk.isAway = true;
  const again = onDisk('a.mp4').file;
  await uploads.add([{ file: again }]);
  assert.equal(uploads.list.length, 1);
  await eventually(() => uploads.list[0]!.state === 'done');
});
