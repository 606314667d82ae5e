import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import { CodeFlow } from './code-flow.ts';
import { SignedOut } from './session.ts';

const TOKENS_KEY = 'vindex.tokens';

/** A tab whose token has expired, and an issuer that answers its renewal so. */
async function renewal(t: TestContext, response: Response) {
  const kept = new Map([[TOKENS_KEY, JSON.stringify({ id_token: 'x.e30.y', refresh_token: 'good' })]]);
  const sessionStorage = {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => kept.set(key, value),
    removeItem: (key: string) => kept.delete(key),
  };
  Object.assign(globalThis, { sessionStorage, location: { search: '' } });
  t.mock.method(globalThis, 'fetch', async (url: string) =>
    url.endsWith('/openid-configuration') ? Response.json({ token_endpoint: 'http://issuer/token' }) : response,
  );
  const flow = new CodeFlow({ issuer: 'http://issuer', clientId: 'c', token: 'id_token', scope: 'openid' });
  const session = await flow.resume();
  return { token: session!.token(), hasTokens: () => kept.has(TOKENS_KEY) };
}

test('a sign-in service that is busy signs nobody out', async (t) => {
  for (const status of [403, 429, 500, 503]) {
    const { token, hasTokens } = await renewal(t, new Response('', { status }));
    await assert.rejects(token, (error) => !(error instanceof SignedOut) && String(error).includes(String(status)));
    assert.ok(hasTokens());
  }
});

test('a refresh token that is refused ends the session', async (t) => {
  for (const status of [400, 401]) {
    const { token, hasTokens } = await renewal(t, new Response('{}', { status }));
    await assert.rejects(token, SignedOut);
    assert.ok(!hasTokens());
  }
});
