import assert from 'node:assert/strict';
import test from 'node:test';
import { readConfig } from '../config.ts';
import { challengeOf, makePkce } from './pkce.ts';
import { expiryOf, KeptToken, nameOf } from './session.ts';

const tokenOf = (claims: object) => `x.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.y`;

test('the challenge is that of RFC 7636, appendix B', async () => {
  assert.equal(await challengeOf('dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk'), 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM');
  const [one, other] = [await makePkce(), await makePkce()];
  assert.notEqual(one.verifier, other.verifier);
  assert.match(one.verifier, /^[A-Za-z0-9_-]{43}$/);
});

test('claims are read, also those beyond ASCII', () => {
  assert.equal(nameOf(tokenOf({ email: 'zoë@example.com' })), 'zoë@example.com');
  assert.equal(expiryOf(tokenOf({ exp: 12 })), 12_000);
  assert.equal(expiryOf('no token'), 0);
});

test('a token is renewed a minute before it expires, once for all who ask', async () => {
  let now = 0;
  let fetched = 0;
  const kept = new KeptToken(() => Promise.resolve(tokenOf({ exp: 300, turn: (fetched += 1) })), () => now);
  await Promise.all([kept.get(), kept.get()]);
  assert.equal(fetched, 1);
  now = 239_000;
  await kept.get();
  assert.equal(fetched, 1);
  now = 241_000;
  await kept.get();
  assert.equal(fetched, 2);
});

test('a setting that is missing is named', () => {
  const whole = { api_url: 'http://a/', sign_in: { issuer: 'http://i/', client_id: 'c' } };
  assert.deepEqual(readConfig(whole), {
    apiUrl: 'http://a',
    signIn: { issuer: 'http://i', clientId: 'c', token: 'id_token', scope: 'openid email' },
  });
  assert.throws(() => readConfig({ ...whole, sign_in: { issuer: 'x' } }), /sign_in\.client_id/);
  assert.throws(() => readConfig(null), /config\.json/);
});
