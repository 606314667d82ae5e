/**
 * Measures the page in Chromium on the local stack, and writes what it measured as one line of JSON; `cargo xtask bench
 * --only page` runs it. Arguments: how many searches, how many rounds of uploads, bytes of the file, the command line.
 */
import { closeBrowser, skip } from '../e2e/browser.ts';
import { measurePaint } from './paint.ts';
import { measureUploads } from './uploads.ts';

const [searches = '60', rounds = '7', sizeBytes = '512000000', commandLine = '../.vindex/bin/vindex'] = process.argv.slice(2);

if (skip) throw new Error(skip);
try {
  const paint_ms = await measurePaint(Number(searches));
  const uploads = await measureUploads(Number(rounds), Number(sizeBytes), commandLine);
  process.stdout.write(`${JSON.stringify({ paint_ms, uploads })}\n`);
} finally {
  await closeBrowser();
}
