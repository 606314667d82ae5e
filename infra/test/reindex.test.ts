import assert from 'node:assert/strict';
import { test } from 'node:test';
import { execute, TaskFailure } from './interpreter';

const input = { run_id: 'r', dry_run: false, min_recall: 0.9 };
const video = { workspace: 'w', video_id: 'v' };

interface Call {
  state: string;
  argument: any;
}

/** Runs reindex over pages of so many batches of one video; `fails` says which call of a batch, from 0, fails. */
async function reindex(pages: number[], fails: (call: number) => boolean = () => false, given: object = input) {
  const calls: Call[] = [];
  const count = (name: string) => calls.filter(({ state }) => state === name).length;
  const page = (token?: string) => {
    const at = Number(token ?? 0);
    const next = at + 1 < pages.length ? { next_token: String(at + 1) } : {};
    return { batches: Array.from({ length: pages[at] }, () => ({ videos: [video] })), listed: pages[at], ...next };
  };
  const answers: Record<string, (argument: any) => unknown> = {
    PlanReindex: () => ({ videos_total: 1 }),
    ListVideos: ({ token }) => page(token),
    ReindexBatch: () => ({ documents: 1 }),
    CompareRecall: () => ({ queries: 1, at_10: 1 }),
  };
  const outcome = await execute('reindex', given, (state, argument) => {
    calls.push({ state, argument });
    if (state === 'ReindexBatch' && fails(count(state) - 1)) throw new TaskFailure('Incompatible', 'why');
    return answers[state](argument);
  });
  const argumentsOf = (name: string) => calls.filter(({ state }) => state === name).map(({ argument }) => argument);
  return { ...outcome, argumentsOf };
}

test('a reindex goes through every page once and compares', async () => {
  const { status, output, argumentsOf } = await reindex([2, 0, 1]);
  assert.deepEqual([status, output], ['SUCCEEDED', { queries: 1, at_10: 1 }]);
  assert.deepEqual(argumentsOf('PlanReindex'), [{ ...input, concurrency: 10 }]);
  assert.deepEqual(argumentsOf('ListVideos'), [
    { run_id: 'r', videos_done: 0 },
    { token: '1', run_id: 'r', videos_done: 2 },
    { token: '2', run_id: 'r', videos_done: 2 },
  ]);
  assert.deepEqual(argumentsOf('ReindexBatch'), Array(3).fill({ videos: [video] }));
  assert.deepEqual(argumentsOf('CompareRecall'), [input]);
});

test('a library without videos is compared at once', async () => {
  const { status, argumentsOf } = await reindex([0]);
  assert.deepEqual([status, argumentsOf('ReindexBatch').length], ['SUCCEEDED', 0]);
});

test('a dry run plans and ends', async () => {
  const { status, visited } = await reindex([1], undefined, { ...input, dry_run: true });
  assert.deepEqual([status, visited], ['SUCCEEDED', ['PlanReindex', 'CheckDryRun', 'EndReindex']]);
});

test('what fails in one pass is tried again in the next', async () => {
  const { status, visited, argumentsOf } = await reindex([1, 1], (call) => call === 1);
  assert.equal(status, 'SUCCEEDED');
  assert.equal(visited.filter((name) => name === 'BeginPass').length, 2);
  assert.deepEqual(argumentsOf('ListVideos')[2], { run_id: 'r', videos_done: 0 });
});

test('what fails in three passes fails the run, whose index stays unfinished', async () => {
  const { status, error, cause, argumentsOf } = await reindex([2], (call) => call % 2 === 0);
  assert.deepEqual([status, error], ['FAILED', 'VideosUnfinished']);
  assert.match(cause!, /^ReindexVideos: 1 batches of videos failed in three passes/);
  assert.equal(argumentsOf('ReindexBatch').length, 6);
  assert.deepEqual(argumentsOf('CompareRecall'), []);
});

for (const failing of ['PlanReindex', 'ListVideos', 'CompareRecall']) {
  test(`what ${failing} fails at becomes the execution's error`, async () => {
    const { status, error, cause } = await execute('reindex', input, (state) => {
      if (state === failing) throw new TaskFailure('RecallTooLow', 'why');
      return { batches: [], listed: 0 };
    });
    assert.deepEqual([status, error, cause], ['FAILED', 'RecallTooLow', `${failing}: why`]);
  });
}
