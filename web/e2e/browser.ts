import { existsSync } from 'node:fs';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';

const CHROMIUMS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome', '/usr/bin/google-chrome-stable'];

const named = process.env.VINDEX_CHROMIUM;
// Who names a Chromium means these tests to run.
if (named && !existsSync(named)) throw new Error(`VINDEX_CHROMIUM names no file: ${named}`);

const executable = [named ?? '', ...CHROMIUMS].find((path) => existsSync(path));

/** Address of the page that the running stack serves. */
export const pageUrl = process.env.VINDEX_PAGE_URL ?? '';

/** Why these tests can't run here; false where they can. */
export const skip: string | false = !executable
  ? 'no Chromium is installed (or named by VINDEX_CHROMIUM)'
  : !pageUrl
    ? 'VINDEX_PAGE_URL is not set: it is in .vindex/env once the local stack is up'
    : false;

let browser: Browser | undefined;

/** A new visit, as by somebody who was never there. */
export async function visit(hash = '#/', options: BrowserContextOptions = {}): Promise<Page> {
  browser ??= await chromium.launch({
    executablePath: executable!,
    // Chromium's sandbox refuses to run as root, as in a container.
    args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
  });
  const context = await browser.newContext({ viewport: { width: 1280, height: 860 }, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(30_000);
  await page.goto(pageUrl + hash);
  return page;
}

export async function closeBrowser(): Promise<void> {
  await browser?.close();
  browser = undefined;
}

/** Tries until a condition holds. */
export async function eventually<T>(what: string, limitMs: number, look: () => Promise<T | undefined | false>): Promise<T> {
  const end = Date.now() + limitMs;
  for (;;) {
    const found = await look();
    if (found) return found;
    if (Date.now() > end) throw new Error(`not within ${limitMs} ms: ${what}`);
    await new Promise((done) => setTimeout(done, 200));
  }
}
