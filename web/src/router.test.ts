import assert from 'node:assert/strict';
import test from 'node:test';
import { EMPTY_QUERY, formatRoute, parseRoute, type Route } from './router.ts';

test('a route is read back as it was written', () => {
  const routes: Route[] = [
    { view: 'library' },
    { view: 'search', query: { ...EMPTY_QUERY, q: 'a & b = "c" #d?', tags: ['two words', 'x,y'], group: true } },
    { view: 'search', query: { ...EMPTY_QUERY, like: 'id:1:visual:00000:00003', order: 'newest', channels: ['speech'] } },
    { view: 'search', query: { ...EMPTY_QUERY, picture: true, after: '2026-01-31', videos: ['a', 'b'] } },
    { view: 'video', id: '019a' },
    { view: 'video', id: 'a/b', atSeconds: 12.345, q: 'ice' },
    { view: 'runs', id: '019a' },
  ];
  for (const route of routes) assert.deepEqual(parseRoute(formatRoute(route)), route);
});

test('a link to a second holds milliseconds and no more', () => {
  assert.equal(formatRoute({ view: 'video', id: 'x', atSeconds: 1.23456789 }), '#/videos/x?t=1.235');
  assert.equal(formatRoute({ view: 'video', id: 'x', atSeconds: 0 }), '#/videos/x?t=0');
});

test('what is not understood leads to the library or is left out', () => {
  for (const hash of ['', '#', '#/', '#/nothing', '#/videos', '#/videos/']) {
    assert.deepEqual(parseRoute(hash), { view: 'library' });
  }
  for (const t of ['-1', 'x', 'Infinity', '']) {
    const route = parseRoute(`#/videos/a?t=${t}`);
    assert.ok(route.view === 'video' && (route.atSeconds === undefined || t === ''), t);
  }
  assert.deepEqual(parseRoute('#/videos/%E0%A4%A'), { view: 'video', id: '%E0%A4%A' });
});
