import assert from 'node:assert/strict';
import test from 'node:test';
import { droppedFiles, foundFiles, sortFiles, type Found } from './files.ts';

const file = (name: string, type = '') => new File(['x'], name, { type });
const at = (path: string): Found => ({ file: file(path.split('/').at(-1)!), path });

test('subtitles go with the media of their name, and what is neither is skipped', () => {
  const files = [file('A.mp4'), file('a.SRT'), file('b.srt'), file('talk', 'video/webm'), file('notes.txt')];
  const { chosen, skipped } = sortFiles(foundFiles(files));
  const pairs = chosen.map((one) => [one.file.name, one.subtitles?.name]);
  assert.deepEqual(pairs, [['A.mp4', 'a.SRT'], ['talk', undefined]]);
  assert.deepEqual(skipped, ['b.srt', 'notes.txt']);
});

test('subtitles stay in their folder', () => {
  const found = ['Show/S1/E01.mkv', 'Show/S1/E01.srt', 'Show/S2/E01.mkv', 'Show/S2/E01.srt', 'Show/S3/E01.mkv'].map(at);
  const { chosen } = sortFiles(found);
  assert.deepEqual(chosen.map(({ subtitles }) => subtitles), [found[1]!.file, found[3]!.file, undefined]);
});

test('what is hidden is passed over', () => {
  const found = ['._a.mp4', '.DS_Store', 'Show/._a.mp4', 'Show/.cache/a.mp4', '.show/a.mp4'].map(at);
  const { chosen, skipped } = sortFiles(found);
  assert.deepEqual(chosen.map((one) => one.file), [found[4]!.file]);
  assert.deepEqual(skipped, []);
});

test('a file knows its folder, by the dialog and by a drop', async () => {
  const chosen = Object.assign(file('E01.mkv'), { webkitRelativePath: 'Show/S1/E01.mkv' });
  assert.deepEqual(foundFiles([chosen, file('b.mp4')]).map(({ path }) => path), ['Show/S1/E01.mkv', 'b.mp4']);
  const dropped = await droppedFiles(drop(folder('/Show', folder('/Show/S1', entry('/Show/S1/E01.mkv')))));
  assert.deepEqual(dropped.found.map(({ path }) => path), ['Show/S1/E01.mkv']);
});

test('what can’t be read keeps nothing else away', async () => {
  const gone = (_: unknown, fail: (error: Error) => void) => fail(new Error('gone'));
  const broken = { ...entry('/Show/b.mp4'), file: gone };
  const closed = { ...folder('/closed'), createReader: () => { throw new Error('not allowed'); } };
  const show = folder('/Show', entry('/Show/a.mp4'), broken, entry('/Show/c.mp4'));
  const { found, unreadable } = await droppedFiles(drop(closed, show));
  assert.deepEqual(found.map(({ path }) => path), ['Show/a.mp4', 'Show/c.mp4']);
  assert.deepEqual(unreadable, ['closed', 'b.mp4']);
});

function entry(fullPath: string) {
  const name = fullPath.split('/').at(-1)!;
  return { name, fullPath, isFile: true, isDirectory: false, file: (done: (file: File) => void) => done(file(name)) };
}

function folder(fullPath: string, ...inner: object[]) {
  const createReader = () => {
    const pages = [inner, []];
    return { readEntries: (done: (page: object[]) => void) => done(pages.shift()!) };
  };
  return { name: fullPath.split('/').at(-1)!, fullPath, isFile: false, isDirectory: true, createReader };
}

function drop(...entries: object[]): DataTransfer {
  return { items: entries.map((one) => ({ webkitGetAsEntry: () => one })), files: [] } as never;
}
