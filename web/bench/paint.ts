import type { Page } from 'playwright-core';
import { visit } from '../e2e/browser.ts';
import { api, indexedSample, removeVideos } from '../e2e/stack.ts';

/** The first searches compile the page's code and prepare the service: they don't count. */
const WARM_UP = 5;
const WORDS_OF_A_QUERY = 5;
const ANSWERED_WITHIN_MS = 30_000;

/** Milliseconds from the last byte of an answer until a frame with its first result was painted, of each search. */
export async function measurePaint(searches: number): Promise<number[]> {
  const video = await indexedSample('wildlife-notebook');
  try {
    const queries = await queriesOf(video.video_id, searches + WARM_UP);
    const page = await visit();
    await page.getByRole('heading', { name: 'Library' }).waitFor();
    await page.evaluate(watchPaints);
    const times: number[] = [];
    for (const q of queries) times.push(await search(page, q, video.video_id));
    if (times.some(Number.isNaN)) throw new Error('the browser does not tell when an answer came');
    return times.slice(WARM_UP);
  } finally {
    await removeVideos([video.title]);
  }
}

/** Stretches of what is said, all of them different, so that each finds something and none is known to the page. */
async function queriesOf(id: string, count: number): Promise<string[]> {
  const { cues } = await (await api()).transcript(id);
  const words = cues.map(({ text }) => text).join(' ').split(/\s+/);
  const stretches = words.length - WORDS_OF_A_QUERY;
  if (stretches < count) throw new Error(`too little is said for ${count} searches`);
  const start = (index: number) => Math.floor((index * stretches) / count);
  return Array.from({ length: count }, (_, index) => words.slice(start(index), start(index) + WORDS_OF_A_QUERY).join(' '));
}

/** One search, as behind a link, from a page without results. */
async function search(page: Page, q: string, video: string): Promise<number> {
  await page.evaluate(() => (location.hash = '#/'));
  await page.locator('[data-result]').first().waitFor({ state: 'detached' });
  return page.evaluate(
    ({ hash, limitMs }) =>
      new Promise<number>((resolve, reject) => {
        const late = setTimeout(() => reject(new Error(`no result within ${limitMs} ms: ${hash}`)), limitMs);
        window.nextPaint = (ms) => {
          clearTimeout(late);
          resolve(ms);
        };
        performance.clearResourceTimings();
        location.hash = hash;
      }),
    { hash: `#/search?${new URLSearchParams({ q, videos: video })}`, limitMs: ANSWERED_WITHIN_MS },
  );
}

declare global {
  interface Window {
    /** Told the milliseconds of a search, once its first result was painted. */
    nextPaint: ((ms: number) => void) | undefined;
  }
}

/** Runs in the page: tells `nextPaint` of each search. */
function watchPaints(): void {
  new MutationObserver(() => {
    if (!window.nextPaint || !document.querySelector('[data-result]')) return;
    const tell = window.nextPaint;
    window.nextPaint = undefined;
    // A frame's callbacks run before it is painted; a message that they send arrives after it.
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => {
        const requests = performance.getEntriesByType('resource') as PerformanceResourceTiming[];
        const answer = requests.filter(({ name }) => name.split('?')[0]?.endsWith('/search')).at(-1);
        tell(answer ? performance.now() - answer.responseEnd : NaN);
      };
      port2.postMessage(null);
    });
  }).observe(document.body, { childList: true, subtree: true });
}
