import assert from 'node:assert/strict';
import test from 'node:test';
import type { Video } from '../api/client.ts';
import { isAbort } from '../api/client.ts';
import { Posters } from './posters.ts';

const video = { video_id: 'v', title: 'Birds', serving_generation: 1, channels: ['visual'] } as unknown as Video;
const shot = (start_ms: number) => ({ start_ms, thumbnail_url: 'picture' });

/** Pictures of an API whose model opens after so many searches. */
function posters(searchesUntilOpen: number, onPause: () => void = () => {}) {
  let searches = 0;
  const call = async () => {
    searches += 1;
    const isOpen = searches > searchesUntilOpen;
    return { degraded: isOpen ? [] : ['visual'], moments: isOpen ? [shot(2000), shot(1000)] : [] };
  };
  return new Posters({ call } as never, async () => onPause());
}

test('shots are asked for again while the model opens', async () => {
  const shots = await posters(4).shots(video, new AbortController().signal);
  assert.deepEqual(shots.map(({ start_ms }) => start_ms), [1000, 2000]);
});

test('a model that never opens is given up, and what nobody waits for is not asked for again', async () => {
  await assert.rejects(posters(1000).shots(video, new AbortController().signal), /just now/);
  const stopping = new AbortController();
  await assert.rejects(posters(1000, () => stopping.abort()).shots(video, stopping.signal), isAbort);
});
