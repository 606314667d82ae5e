import assert from 'node:assert/strict';
import test from 'node:test';
import { Latest } from './latest.ts';

const after = <T>(ms: number, value: T) => new Promise<T>((done) => setTimeout(() => done(value), ms));

test('an answer that comes late is dropped', async () => {
  const latest = new Latest();
  let isStopped = false;
  const first = latest.run((signal) => {
    signal.addEventListener('abort', () => (isStopped = true));
    return after(30, 'old');
  });
  const second = latest.run(() => after(5, 'new'));
  assert.deepEqual(await Promise.all([first, second]), [undefined, 'new']);
  assert.ok(isStopped);
});

test('the failure of what nobody waits for is dropped too, that of the newest is told', async () => {
  const latest = new Latest();
  const first = latest.run(() => after(10, 0).then(() => Promise.reject(new Error('old'))));
  const second = latest.run(() => Promise.reject(new Error('new')));
  await assert.rejects(second, /new/);
  assert.equal(await first, undefined);
});
