import assert from 'node:assert/strict';
import test from 'node:test';
import { SignedOut, type Session } from '../sign-in/session.ts';
import { Api, ApiError, isAbort } from './client.ts';

const answer = (status: number) => new Response('{"videos": []}', { status });
const isAway = (error: unknown) => error instanceof ApiError && error.status === 0;

/** An API whose session hands out tokens as told, and whose network answers so. */
function apiWith(session: Partial<Session>, network: () => Promise<Response> = async () => answer(200)): Api {
  const tokens = { userName: '', token: async () => 'token', renew: async () => 'new token', signOut: undefined };
  return new Api('http://api', { ...tokens, ...session }, network, async () => {});
}

test('a token that can’t be had just now is a network that is away', async () => {
  let asked = 0;
  const flaky = async () => {
    if ((asked += 1) < 3) throw new TypeError('Failed to fetch');
    return 'token';
  };
  assert.deepEqual(await apiWith({ token: flaky }).call('get', '/videos'), { videos: [] });

  const away = () => Promise.reject(new Error('The sign-in service can’t be reached (503).'));
  await assert.rejects(apiWith({ token: away }).call('get', '/videos'), isAway);
  const refused = async () => answer(401);
  await assert.rejects(apiWith({ renew: away }, refused).call('post', '/videos/{id}/retry', { id: 'v' }), isAway);
});

test('who is signed out hears so at once', async () => {
  const token = () => Promise.reject(new SignedOut());
  await assert.rejects(apiWith({ token }).call('get', '/videos'), SignedOut);
});

test('what nobody waits for any more is no broken network', async () => {
  const stopping = new AbortController();
  const token = () => {
    stopping.abort();
    return Promise.reject(new TypeError('Failed to fetch'));
  };
  await assert.rejects(apiWith({ token }).call('get', '/videos', { signal: stopping.signal }), isAbort);
});
