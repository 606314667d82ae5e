import { execFile } from 'node:child_process';
import { randomBytes, randomFillSync } from 'node:crypto';
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Api } from '../src/api/client.ts';
import { eventually, visit } from '../e2e/browser.ts';
import { api } from '../e2e/stack.ts';
import { Bucket } from './bucket.ts';
import { relayTo } from './relay.ts';

const WITHIN_MS = 300_000;
const BLOCK_BYTES = 4_000_000;

/** How long an upload took. */
interface Upload {
  /** Until the last byte had arrived. */
  bytes_s: number;
  /** Until the API had said that it is complete. */
  whole_s: number;
}

/** Uploads of the same file, in turns. */
export interface Uploads {
  size_bytes: number;
  curl_s: number[];
  page: Upload[];
  command_line: Upload[];
}

/** Uploads a file by `curl` in one PUT, by the page, and by the command line, in turns. */
export async function measureUploads(rounds: number, sizeBytes: number, commandLine: string): Promise<Uploads> {
  const folder = mkdtempSync(path.join(tmpdir(), 'vindex-bench-'));
  const file = path.join(folder, `bench-${randomBytes(4).toString('hex')}.mp4`);
  const client = await api();
  const bucket = await Bucket.create();
  const uploads: Uploads = { size_bytes: sizeBytes, curl_s: [], page: [], command_line: [] };
  try {
    writeNoVideo(file, sizeBytes);
    for (let round = 0; round < rounds; round += 1) {
      uploads.curl_s.push(await byCurl(file, bucket));
      uploads.page.push(await byPage(file, client));
      uploads.command_line.push(await byCommandLine(file, client, commandLine));
    }
    return uploads;
  } finally {
    await bucket.remove();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A file whose indexing ends at its first bytes, so that none is at work while the next upload is measured. */
function writeNoVideo(file: string, sizeBytes: number): void {
  const descriptor = openSync(file, 'w');
  const block = Buffer.alloc(BLOCK_BYTES);
  for (let written = 0; written < sizeBytes; written += BLOCK_BYTES) {
    writeSync(descriptor, randomFillSync(block), 0, Math.min(BLOCK_BYTES, sizeBytes - written));
  }
  closeSync(descriptor);
}

async function byCurl(file: string, bucket: Bucket): Promise<number> {
  // Without waiting for the server's leave to send, as neither browsers nor the command line do.
  const options = ['--fail', '--silent', '--show-error', '--output', '/dev/null', '--header', 'Expect:'];
  const startedMs = performance.now();
  await promisify(execFile)('curl', [...options, '--upload-file', file, bucket.presignedPut('file')]);
  const seconds = secondsSince(startedMs);
  await bucket.delete('file');
  return seconds;
}

/** From the choice of the file on. */
async function byPage(file: string, client: Api): Promise<Upload> {
  const page = await visit();
  await page.getByRole('heading', { name: 'Library' }).waitFor();
  const options = { timeout: WITHIN_MS };
  const asked = page.waitForRequest((request) => isCompletion(request.method(), request.url()), options);
  const startedMs = performance.now();
  const bytes = asked.then(() => secondsSince(startedMs));
  await page.getByLabel('Files to upload').setInputFiles(file);
  const response = await (await asked).response();
  const upload = { bytes_s: await bytes, whole_s: secondsSince(startedMs) };
  if (!response?.ok()) throw new Error(`the upload was refused: ${response?.status()}`);
  await page.context().close();
  await remove(file, client);
  return upload;
}

/** From the start of the process to its end. */
async function byCommandLine(file: string, client: Api, program: string): Promise<Upload> {
  let completedMs = NaN;
  const relay = await relayTo(apiUrl(), (method, url) => {
    if (isCompletion(method, url)) completedMs = performance.now();
  });
  const startedMs = performance.now();
  await promisify(execFile)(program, ['upload', '--json', '--', file], { env: { ...process.env, VINDEX_API_URL: relay.url } });
  const upload = { bytes_s: (completedMs - startedMs) / 1000, whole_s: secondsSince(startedMs) };
  relay.close();
  await remove(file, client);
  return upload;
}

/** Parts are put together once all have arrived. */
function isCompletion(method: string, url: string): boolean {
  return method === 'POST' && url.endsWith('/complete');
}

/** Removes what was uploaded, once its indexing is over. */
async function remove(file: string, client: Api): Promise<void> {
  const find = async () => {
    const { videos } = await client.call('get', '/videos', { query: { limit: 100 } });
    return videos.find(({ file_name: name }) => name === path.basename(file));
  };
  const ended = await eventually('the end of the indexing', WITHIN_MS, async () => {
    const video = await find();
    return (video?.status === 'FAILED' || video?.status === 'READY') && video;
  });
  await client.call('delete', '/videos/{id}', { id: ended.video_id });
  await eventually('gone', WITHIN_MS, async () => !(await find()));
}

function secondsSince(startedMs: number): number {
  return (performance.now() - startedMs) / 1000;
}

function apiUrl(): string {
  const url = process.env.VINDEX_API_URL;
  if (!url) throw new Error('VINDEX_API_URL is not set: it is in .vindex/env once the local stack is up');
  return url;
}
