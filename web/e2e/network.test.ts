import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { CDPSession } from 'playwright-core';
import { closeBrowser, eventually, skip, visit } from './browser.ts';
import { findVideo, freshSample, INDEXED_WITHIN_MS, removeVideos } from './stack.ts';

/** Above what goes in one piece, so that it goes in parts. */
const SIZE_BYTES = 104_000_000;
const PARTS = Math.ceil(SIZE_BYTES / 16_000_000);
/** Slow enough that parts are under way when the network is cut. */
const UPLOAD_BYTES_PER_SECOND = 8_000_000;
/** So many parts are under way at once: the next one is sent when one has arrived. */
const PARTS_AT_ONCE = 4;

const uploaded: string[] = [];

after(async () => {
  if (!skip) await removeVideos(uploaded);
  await closeBrowser();
});

test('the network is cut in the middle of an upload, which goes on by itself', { skip, timeout: 2 * INDEXED_WITHIN_MS }, async () => {
  const { page, line, parts, title } = await startUpload({ cutAfterParts: 1 });
  await page.getByText('Trying again by itself').waitFor({ timeout: 60_000 });
  const before = parts.done;
  assert.ok(before < PARTS, 'it was over before the network was cut');
  await new Promise((done) => setTimeout(done, 1500));
  await line(false);
  await page.evaluate(() => window.dispatchEvent(new Event('online')));
  await indexed(title);
  // A part that was under way goes once more, those that had arrived don't.
  assert.ok(parts.done <= PARTS + 1, `${parts.done} parts for ${PARTS}`);
});

test('after a reload the same file goes on where it was', { skip, timeout: 2 * INDEXED_WITHIN_MS }, async () => {
  const { page, line, parts, title, path } = await startUpload({ cutAfterParts: 2 });
  await page.getByText('Trying again by itself').waitFor({ timeout: 60_000 });
  const before = parts.done;
  await line(false);
  page.on('dialog', (dialog) => void dialog.accept());
  await page.reload();
  await page.getByText('Choose the same file again to go on').waitFor();
  const interrupted = await findVideo(title);
  await page.getByLabel('Files to upload').setInputFiles(path);
  const video = await indexed(title);
  assert.equal(video.video_id, interrupted?.video_id);
  assert.ok(parts.done - before < PARTS, `${parts.done - before} parts after the reload, of ${PARTS}`);
});

test('an upload is paused, goes on, and is cancelled', { skip, timeout: 120_000 }, async () => {
  const { page, title } = await startUpload({ bytesPerSecond: 5_000_000 });
  await page.getByRole('button', { name: /^Pause/ }).click();
  await page.getByText(/^Paused/).waitFor();
  await page.getByRole('button', { name: /^Go on/ }).click();
  // A video of the test before, which is being indexed, has some time left too.
  await page.locator('.upload').getByText(/left/).waitFor();
  await page.getByRole('button', { name: /^Cancel/ }).click();
  await eventually('gone', 30_000, async () => {
    const video = await findVideo(title);
    return !video || video.status === 'DELETING';
  });
});

/** `cutAfterParts`: the network is cut when so many parts have arrived, before another one is sent. */
async function startUpload({ bytesPerSecond = UPLOAD_BYTES_PER_SECOND, cutAfterParts = 0 }) {
  const { path, title } = freshSample('hill-walk', SIZE_BYTES);
  uploaded.push(title);
  const page = await visit();
  const parts = { done: 0 };
  page.on('response', (response) => {
    if (response.request().method() === 'PUT' && response.url().includes('partNumber') && response.ok()) parts.done += 1;
  });
  const session = await page.context().newCDPSession(page);
  const line = (isCut: boolean) => throttle(session, isCut, bytesPerSecond);
  await line(false);
  if (cutAfterParts) {
    const next = new RegExp(`[?&]partNumber=${cutAfterParts + PARTS_AT_ONCE}(&|$)`);
    await page.route(next, (route) => line(true).then(() => route.continue()), { times: 1 });
  }
  await page.getByLabel('Files to upload').setInputFiles(path);
  await page.locator('.upload').waitFor();
  return { page, line, parts, title, path };
}

async function throttle(session: CDPSession, offline: boolean, uploadThroughput: number): Promise<void> {
  await session.send('Network.enable');
  await session.send('Network.emulateNetworkConditions', { offline, latency: 0, downloadThroughput: -1, uploadThroughput });
}

async function indexed(title: string) {
  return eventually('READY', INDEXED_WITHIN_MS, async () => {
    const video = await findVideo(title);
    assert.notEqual(video?.status, 'FAILED', video?.error?.message);
    return video?.status === 'READY' && video;
  });
}
