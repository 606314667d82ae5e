import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { after, before, test } from 'node:test';
import type { Page } from 'playwright-core';
import type { Video } from '../src/api/client.ts';
import { closeBrowser, eventually, pageUrl, skip, visit } from './browser.ts';
import { indexedSample, removeVideos } from './stack.ts';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

let video: Video;

before(async () => {
  if (!skip) video = await indexedSample('wildlife-notebook');
});

after(async () => {
  if (!skip) await removeVideos([video.title]);
  await closeBrowser();
});

interface Fault {
  id: string;
  impact: string;
  nodes: string[];
}

const VIEWS: [string, (page: Page) => Promise<void>][] = [
  ['library', (page) => page.locator('.card img').first().waitFor()],
  ['menu of a video', (page) => page.locator('.card', { hasText: video.title }).locator('summary').click()],
  ['dialog', (page) => page.locator('.card', { hasText: video.title }).getByText('Rename and tag').click()],
  ['search help', (page) => go(page, '#/search', '.examples')],
  ['results', (page) => go(page, `#/search?q=animals%20in%20the%20snow&videos=${video.video_id}`, '[data-result]')],
  ['results by video', (page) => go(page, `#/search?q=panda&group=video&videos=${video.video_id}`, '.group, .empty')],
  ['nothing found', (page) => go(page, `#/search?q=tax%20declaration%20for%20submarines&videos=${video.video_id}`, '.empty')],
  ['video', async (page) => {
    await go(page, `#/search?q=panda%20eats%20bamboo&videos=${video.video_id}`, '[data-result]');
    await page.locator('[data-result]').first().click();
    await page.locator('.cues button').first().waitFor();
    await page.locator('.shots img').first().waitFor();
  }],
  ['what ran', async (page) => {
    await go(page, page.url().replace(/^[^#]*/, '').replace(/\?.*/, '/runs'), '.runs tbody tr');
  }],
  ['no such video', (page) => go(page, '#/videos/00000000-0000-7000-8000-000000000000', '.empty h1')],
];

for (const colorScheme of ['light', 'dark'] as const) {
  for (const width of [1280, 390]) {
    test(`no view has a serious fault: ${colorScheme}, ${width} px`, { skip, timeout: 120_000 }, async () => {
      // axe is put into the page from outside, which its own policy forbids.
      const page = await visit('#/', { colorScheme, viewport: { width, height: 844 }, bypassCSP: true, reducedMotion: 'reduce' });
      for (const [name, open] of VIEWS) {
        await open(page);
        // What fades in has not its colours yet.
        await page.waitForTimeout(400);
        assert.deepEqual(await faultsOf(page), [], `${name} at ${page.url().replace(pageUrl, '')}`);
      }
      await page.context().close();
    });
  }
}

test('a dialog gives the focus back to the menu that opened it', { skip, timeout: 60_000 }, async () => {
  const page = await visit();
  const card = page.locator('.card', { hasText: video.title });
  const menu = card.locator('summary');
  for (const choice of ['Rename and tag', 'Delete']) {
    await menu.click();
    await card.getByText(choice).click();
    await page.getByRole('dialog').getByRole('button', { name: /Cancel|Keep it/ }).click();
    await eventually('the focus', 5000, () => menu.evaluate((element) => element === document.activeElement));
  }
});

test('the way in has no serious fault', { skip, timeout: 60_000 }, async () => {
  const page = await visit('#/', { bypassCSP: true });
  await page.route('**/config.json', async (route) => {
    const config = (await (await route.fetch()).json()) as Record<string, unknown>;
    delete config.local_user;
    await route.fulfill({ json: config });
  });
  await page.reload();
  await page.getByRole('button', { name: 'Sign in' }).waitFor();
  assert.deepEqual(await faultsOf(page), []);
});

async function go(page: Page, hash: string, selector: string): Promise<void> {
  // From anew: a dialog of the view before would lie above.
  await page.goto('about:blank');
  await page.goto(pageUrl + hash);
  await page.locator(selector).first().waitFor();
}

async function faultsOf(page: Page): Promise<Fault[]> {
  await page.evaluate(axe);
  return page.evaluate(async () => {
    const runner = (window as unknown as { axe: { run: () => Promise<{ violations: { id: string; impact: string; nodes: { html: string }[] }[] }> } }).axe;
    const { violations } = await runner.run();
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, impact, nodes }) => ({ id, impact, nodes: nodes.slice(0, 3).map(({ html }) => html.slice(0, 200)) }));
  });
}
