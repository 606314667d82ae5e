import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { Page } from 'playwright-core';
import { closeBrowser, pageUrl, skip, visit } from './browser.ts';

after(closeBrowser);

interface LocalUser {
  name: string;
  password: string;
}

test('the way in and out, as in a deployment: code, PKCE, renewal', { skip, timeout: 60_000 }, async () => {
  const { page, user } = await visitAsStranger();
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.waitForURL(/\/oauth2\/authorize/);
  assert.equal(new URL(page.url()).searchParams.get('code_challenge_method'), 'S256');
  await page.locator('input[name=username]').fill(user.name);
  await page.locator('input[name=password]').fill(user.password);
  await page.locator('[type=submit]').first().click();

  await page.getByRole('heading', { name: 'Library' }).waitFor();
  assert.equal(new URL(page.url()).search, '', 'the code must not stay in the address');
  await page.reload();
  await page.getByRole('heading', { name: 'Library' }).waitFor();

  await expire(page);
  const renewal = page.waitForResponse((response) => response.url().includes('/oauth2/token') && response.ok());
  await page.reload();
  await renewal;
  await page.getByRole('heading', { name: 'Library' }).waitFor();

  await page.getByLabel(/^Signed in as/).click();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByRole('button', { name: 'Sign in' }).waitFor();
  assert.equal(await page.evaluate(() => sessionStorage.getItem('vindex.tokens')), null);
});

test('a code that was not asked for here is refused', { skip, timeout: 60_000 }, async () => {
  const { page } = await visitAsStranger();
  await page.goto(`${pageUrl}?code=stolen&state=guessed`);
  await page.getByText('This sign-in was not started here').waitFor();
  assert.equal(new URL(page.url()).search, '');
});

test('what can be renewed no more leads to the way in', { skip, timeout: 60_000 }, async () => {
  const { page } = await visitAsStranger();
  await page.evaluate(() => sessionStorage.setItem('vindex.tokens', JSON.stringify({ id_token: 'x.e30.y', refresh_token: 'none' })));
  await page.reload();
  await page.getByText('You are signed out').waitFor();
});

/** A visit without the local user's settings, as in a deployment. */
async function visitAsStranger(): Promise<{ page: Page; user: LocalUser }> {
  const page = await visit('#/');
  const user: { found?: LocalUser } = {};
  await page.route('**/config.json', async (route) => {
    const config = (await (await route.fetch()).json()) as { local_user?: LocalUser };
    if (config.local_user) user.found = config.local_user;
    delete config.local_user;
    await route.fulfill({ json: config });
  });
  await page.reload();
  await page.getByRole('button', { name: 'Sign in' }).waitFor();
  if (!user.found) throw new Error('the page is not that of a local stack');
  return { page, user: user.found };
}

/** Puts a token that has expired in the place of the good one; the refresh token stays. */
async function expire(page: Page): Promise<void> {
  await page.evaluate(() => {
    const tokens = JSON.parse(sessionStorage.getItem('vindex.tokens') ?? '{}') as Record<string, string>;
    tokens.id_token = `x.${btoa(JSON.stringify({ exp: 1, email: 'somebody' }))}.y`;
    sessionStorage.setItem('vindex.tokens', JSON.stringify(tokens));
  });
}
