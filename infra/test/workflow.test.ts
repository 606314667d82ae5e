import assert from 'node:assert/strict';
import { test } from 'node:test';
import { execute, Outcome, Task, TaskFailure } from './interpreter';

const video = { workspace: 'w', video_id: 'v', generation: 2, attempt: 1 };
const source = { bucket: 'media', key: 'uploads/w/v/source', version_id: '1' };

interface Call {
  state: string;
  argument: any;
}

/** Runs index-video on a video of so many chunks; `fail` throws where a task is to fail. */
async function index(chunks: number, fail: Task = () => undefined, input: object = { video, source }) {
  const calls: Call[] = [];
  const answers: Record<string, (argument: any) => unknown> = {
    ProbeMedia: ({ source: media }) => ({ media, description_key: 'd', chunks: plan(chunks) }),
    ExtractChunk: ({ chunk }) => ({ extract_key: `e${chunk.index}` }),
    TranscribeChunk: ({ chunk }) => ({ transcript_key: `t${chunk.index}` }),
    EmbedChunk: ({ chunk }) => ({ embedding_key: `m${chunk.index}` }),
    IndexChunk: ({ chunk }) => ({ chunk: chunk.index, documents: 7, channels: ['speech'] }),
    FinalizeVideo: ({ chunks: outcomes }) => ({ documents: outcomes.length * 7, warnings: 0 }),
    AnnounceReady: () => ({ FailedEntryCount: 0 }),
    CompleteIndices: () => ({ documents: 0 }),
    RecordFailure: () => ({ recorded: true }),
  };
  const outcome: Outcome = await execute('index-video', input, (state, argument) => {
    calls.push({ state, argument });
    fail(state, argument);
    return answers[state](argument);
  });
  const argumentsOf = (name: string) => calls.filter(({ state }) => state === name).map(({ argument }) => argument);
  return { ...outcome, argumentsOf };
}

function plan(count: number): object[] {
  return Array.from({ length: count }, (_, index) => ({ index, start_ms: index * 300_000, end_ms: (index + 1) * 300_000 }));
}

function failing(state: string, error: string, when: (argument: any) => boolean = () => true): Task {
  return (name, argument) => {
    if (name === state && when(argument)) throw new TaskFailure(error, '{"errorMessage":"why"}');
  };
}

test('a video of one chunk gives each task what its contract asks for', async () => {
  const { status, output, argumentsOf } = await index(1);
  assert.equal(status, 'SUCCEEDED');
  assert.deepEqual(output, { documents: 7, warnings: 0 });
  assert.deepEqual(argumentsOf('ProbeMedia'), [{ video, source }]);
  const task = { video, media: source, description_key: 'd', chunk: plan(1)[0], retry_count: 0 };
  assert.deepEqual(argumentsOf('ExtractChunk'), [task]);
  assert.deepEqual(argumentsOf('TranscribeChunk'), [{ ...task, extract_key: 'e0' }]);
  const last = { ...task, extract_key: 'e0', transcript_key: 't0', embedding_key: 'm0' };
  assert.deepEqual(argumentsOf('IndexChunk'), [last]);
  const finalize = { video, description_key: 'd', chunks: [{ chunk: 0, documents: 7, channels: ['speech'] }] };
  assert.deepEqual(argumentsOf('FinalizeVideo'), [finalize]);
  const [{ Entries }] = argumentsOf('AnnounceReady');
  const Detail = { workspace: 'w', video_id: 'v', generation: 2 };
  assert.deepEqual(Entries, [{ Source: 'vindex', DetailType: 'vindex.video.ready', Detail }]);
  assert.deepEqual(argumentsOf('CompleteIndices'), [{ videos: [{ workspace: 'w', video_id: 'v' }] }]);
});

test('a language and subtitles reach the chunks', async () => {
  const { argumentsOf } = await index(1, undefined, { video, source, language: 'de' });
  assert.equal(argumentsOf('TranscribeChunk')[0].language, 'de');
});

test('a chunk that fails ends only itself', async () => {
  const { status, argumentsOf } = await index(3, failing('TranscribeChunk', 'ChunkDamaged', ({ chunk }) => chunk.index === 1));
  assert.equal(status, 'SUCCEEDED');
  assert.deepEqual(argumentsOf('FinalizeVideo')[0].chunks, [
    { chunk: 0, documents: 7, channels: ['speech'] },
    { chunk: 1, state: 'TranscribeChunk', error: 'ChunkDamaged' },
    { chunk: 2, documents: 7, channels: ['speech'] },
  ]);
});

for (const state of ['ProbeMedia', 'FinalizeVideo', 'CompleteIndices']) {
  test(`what ${state} fails at is recorded and becomes the execution's error`, async () => {
    const { status, error, cause, argumentsOf } = await index(2, failing(state, 'NotMedia'));
    assert.deepEqual([status, error], ['FAILED', 'NotMedia']);
    assert.ok(cause?.startsWith(`${state}: {`));
    const recorded = { video, state, error: 'NotMedia', cause: '{"errorMessage":"why"}' };
    assert.deepEqual(argumentsOf('RecordFailure'), [recorded]);
  });
}

for (const state of ['ProbeMedia', 'ExtractChunk', 'IndexChunk', 'FinalizeVideo']) {
  for (const error of ['Superseded', 'VideoGone']) {
    test(`${error} in ${state} ends the execution quietly`, async () => {
      const { status, visited, argumentsOf } = await index(2, failing(state, error));
      assert.equal(status, 'SUCCEEDED');
      assert.equal(visited.at(-1), 'EndSuperseded');
      assert.deepEqual(argumentsOf('RecordFailure'), []);
    });
  }
}

test('a failure without a cause is recorded too', async () => {
  const { argumentsOf } = await index(1, (state) => {
    if (state === 'ProbeMedia') throw new TaskFailure('States.Timeout');
  });
  assert.deepEqual(argumentsOf('RecordFailure'), [{ video, state: 'ProbeMedia', error: 'States.Timeout', cause: '' }]);
});

test('a failure that cannot be recorded still fails the execution under its own name', async () => {
  const { status, error } = await index(1, (state) => {
    if (state === 'ProbeMedia') throw new TaskFailure('NotMedia', 'why');
    if (state === 'RecordFailure') throw new TaskFailure('CatalogUnavailable', 'down');
  });
  assert.deepEqual([status, error], ['FAILED', 'NotMedia']);
});

test('an announcement that fails leaves the execution succeeded, and indices are completed', async () => {
  const { status, visited } = await index(1, failing('AnnounceReady', 'EventBridge.FailedEntry'));
  assert.equal(status, 'SUCCEEDED');
  assert.deepEqual(visited.slice(-2), ['CompleteIndices', 'EndReady']);
});

test('a twelve-hour video stays below 32 KiB a state, and an hour below 60 transitions', async () => {
  const long = { bucket: 'b'.repeat(63), key: 'k'.repeat(1024), version_id: 'v'.repeat(1024) };
  const failed = failing('TranscribeChunk', 'CatalogUnavailable');
  for (const fail of [undefined, failed]) {
    const { largestBytes } = await index(144, fail, { video, source: long, subtitle_candidates: [long, long] });
    assert.ok(largestBytes < 32 * 1024, `${largestBytes} bytes`);
  }
  const { visited } = await index(12);
  assert.ok(visited.length + 1 <= 60, `${visited.length + 1} transitions`);
});

test('a deletion sweeps again, also where the first pass failed', async () => {
  const input = { workspace: 'w', video_id: 'v' };
  const calls: Call[] = [];
  const { status, output } = await execute('delete-video', input, (state, argument) => {
    calls.push({ state, argument });
    if (state === 'DeleteVideo') throw new TaskFailure('StorageUnavailable', 'down');
    return { objects: 3, documents: 4 };
  });
  assert.deepEqual([status, output], ['SUCCEEDED', { objects: 3, documents: 4 }]);
  assert.deepEqual(calls.map(({ argument }) => argument), [input, input]);
});

test('a deletion whose sweep fails says so', async () => {
  const { status, error, cause } = await execute('delete-video', {}, (state) => {
    if (state === 'SweepVideo') throw new TaskFailure('StorageUnavailable', 'down');
    return {};
  });
  assert.deepEqual([status, error, cause], ['FAILED', 'StorageUnavailable', 'SweepVideo: down']);
});
