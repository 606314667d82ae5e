import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Page } from 'playwright-core';
import type { Video } from '../src/api/client.ts';
import { closeBrowser, eventually, skip, visit } from './browser.ts';
import { findVideo, freshSample, INDEXED_WITHIN_MS, indexedSample, removeVideos } from './stack.ts';

const uploaded: string[] = [];
/** A video that is there already. */
let known: Video;

before(async () => {
  if (skip) return;
  known = await indexedSample('wildlife-notebook');
  uploaded.push(known.title);
});

after(async () => {
  if (!skip) await removeVideos(uploaded);
  await closeBrowser();
});

/** Moments of the sample, by what is looked for: when each begins, in seconds. */
const TRUTH = [
  { query: 'panda eats bamboo', channel: '', fromSeconds: 6.667 },
  { query: 'koala', channel: 'Seen', fromSeconds: 39.917 },
];

test('upload, stages, search, and a click plays from the moment', { skip, timeout: 2 * INDEXED_WITHIN_MS }, async () => {
  const sample = freshSample('wildlife-notebook');
  uploaded.push(sample.title);
  const page = await visit();
  await page.getByLabel('Files to upload').setInputFiles(sample.path);
  const card = page.locator('.card', { hasText: sample.title });
  await card.waitFor();
  const labels = new Set<string>();
  await eventually('READY', INDEXED_WITHIN_MS, async () => {
    labels.add((await card.locator('.card-state').textContent().catch(() => '')) ?? '');
    return (await findVideo(sample.title))?.status === 'READY';
  });
  assert.ok([...labels].some((label) => /said|pictures|searchable|file|turn/i.test(label)), [...labels].join(' | '));
  await card.getByText('Added today').waitFor();

  for (const { query, channel, fromSeconds } of TRUTH) {
    await page.goto(page.url().replace(/#.*/, '#/'));
    await card.locator('summary').click();
    await card.getByText('Search in this video').click();
    await page.keyboard.type(query, { delay: 30 });
    // Answers to what was typed so far come and go meanwhile.
    await page.waitForURL((url) => url.hash.includes(`q=${query.replaceAll(' ', '+')}&`));
    if (channel) await page.getByRole('button', { name: channel }).click();
    await (await firstResult(page)).click();
    const startedAt = await firstSeek(page);
    assert.ok(Math.abs(startedAt - fromSeconds) <= 0.5, `${query}: ${startedAt} instead of ${fromSeconds}`);
    await eventually('captions', 10_000, () => page.evaluate(() => (document.querySelector('video')?.textTracks[0]?.cues?.length ?? 0) > 0));
    assert.equal(await page.evaluate(() => document.querySelector('video')?.textTracks[0]?.mode), 'showing');
  }
  await deleteByHand(page, sample.title);
});

test('a shared link opens at its second, and the transcript seeks', { skip, timeout: 60_000 }, async () => {
  const page = await visit(`#/videos/${known.video_id}?t=22.5`);
  assert.ok(Math.abs((await firstSeek(page)) - 22.5) < 0.5);
  const cue = page.locator('.cues button').nth(3);
  const label = (await cue.locator('time').textContent()) ?? '';
  await cue.click();
  const [minutes = 0, seconds = 0] = label.split(':').map(Number);
  await eventually('the cue plays', 5000, async () => Math.abs((await timeOf(page)) - (minutes * 60 + seconds)) < 1.6);
  await page.locator('.shots [aria-current]').waitFor();
});

test('an address that changes while the page is being drawn is followed', { skip, timeout: 60_000 }, async () => {
  const page = await visit();
  await page.addInitScript(() => {
    new MutationObserver((_changes, observer) => {
      if (!document.querySelector('main')) return;
      observer.disconnect();
      location.hash = '#/search';
    }).observe(document, { childList: true, subtree: true });
  });
  await page.reload();
  await page.locator('.examples').waitFor();
});

test('without a hand on the mouse', { skip, timeout: 60_000 }, async () => {
  const page = await visit(`#/search?videos=${known.video_id}`);
  await page.locator('.examples').waitFor();
  await page.keyboard.press('/');
  await page.keyboard.type('animals in the snow');
  await firstResult(page);
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  assert.equal(await focused(page), 1);
  await page.keyboard.press('ArrowUp');
  assert.equal(await focused(page), 0);
  await page.keyboard.press('Space');
  await page.locator('.preview video').waitFor();
  await page.keyboard.press('Space');
  await page.locator('.preview video').waitFor({ state: 'detached' });
  await page.keyboard.press('Enter');
  await page.waitForURL(/videos/);
  await firstSeek(page);
  await page.goBack();
  await firstResult(page);
  assert.equal(await page.getByLabel('Search in your videos').inputValue(), 'animals in the snow');
});

test('nothing that matches well says so, and the nearest come on demand', { skip, timeout: 60_000 }, async () => {
  const page = await visit(`#/search?q=tax%20declaration%20for%20submarines&videos=${known.video_id}`);
  await page.getByRole('heading', { name: 'No moment matches well' }).waitFor();
  await page.getByRole('button', { name: 'Show the nearest anyway' }).click();
  await page.locator('.nearest [data-result], .empty:has-text("Nothing comes near")').first().waitFor();
});

test('a picture finds its shot, and a shot others like it', { skip, timeout: 60_000 }, async () => {
  const page = await visit(`#/search?q=koala&channels=visual&videos=${known.video_id}`);
  await firstResult(page);
  const picture = await page.locator('.preview img').first().getAttribute('src');
  const buffer = Buffer.from(await (await fetch(picture!)).arrayBuffer());
  await page.getByLabel('Search by picture').setInputFiles({ name: 'koala.jpg', mimeType: 'image/jpeg', buffer });
  await page.getByAltText('The picture that is looked for').waitFor();
  await firstResult(page);
  assert.match((await page.locator('.evidence').first().textContent()) ?? '', /koala/);
  await page.getByRole('button', { name: 'More like this' }).first().click();
  await page.getByText('Moments like the one you chose').waitFor();
  await firstResult(page);
});

test('a file that the browser cannot play says so', { skip, timeout: 60_000 }, async () => {
  const page = await visit();
  await page.route(/\/source\?/, (route) => route.fulfill({ contentType: 'video/mp4', body: 'no video' }));
  await page.goto(page.url().replace(/#.*/, `#/videos/${known.video_id}`));
  await page.getByText('Your browser can’t play this file').waitFor();
  await page.locator('.cues button').first().waitFor();
});

async function firstResult(page: Page) {
  const result = page.locator('.search-view:not([aria-busy="true"]) [data-result]').first();
  await result.waitFor();
  return result;
}

/** Where the player stood when it first had a picture of where it was sent. */
async function firstSeek(page: Page): Promise<number> {
  await page.locator('video.player').waitFor();
  return eventually('a picture', 15_000, () =>
    page.evaluate(() => {
      const video = document.querySelector<HTMLVideoElement>('video.player');
      if (!video || video.readyState < 2 || video.seeking || video.currentTime === 0) return undefined;
      // What has been played since is no part of where it began.
      return video.played.length > 0 ? video.played.start(0) : video.currentTime;
    }),
  );
}

function timeOf(page: Page): Promise<number> {
  return page.evaluate(() => document.querySelector<HTMLVideoElement>('video.player')?.currentTime ?? 0);
}

function focused(page: Page): Promise<number> {
  return page.evaluate(() => Array.from(document.querySelectorAll('[data-result]')).indexOf(document.activeElement!));
}

async function deleteByHand(page: Page, title: string): Promise<void> {
  await page.locator('.video-head summary').first().click();
  await page.getByRole('button', { name: 'Delete' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await eventually('gone', 20_000, async () => {
    const video = await findVideo(title);
    return !video || video.status === 'DELETING';
  });
}
