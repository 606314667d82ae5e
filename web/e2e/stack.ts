import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Api, type Video } from '../src/api/client.ts';
import { readConfig } from '../src/config.ts';
import { signInLocalUser } from '../src/sign-in/local-user.ts';
import { eventually, pageUrl } from './browser.ts';

const samples = fileURLToPath(new URL('../../samples/videos/', import.meta.url));
const folder = mkdtempSync(path.join(tmpdir(), 'vindex-web-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

/** A busy machine takes minutes for what takes ten seconds otherwise. */
export const INDEXED_WITHIN_MS = 300_000;

/** A sample video that nobody has uploaded yet, padded to a size by a box that players skip. */
export function freshSample(sample: string, sizeBytes = 0): { path: string; title: string } {
  const title = `${sample} ${randomBytes(4).toString('hex')}`;
  const bytes = readFileSync(path.join(samples, `${sample}.mp4`));
  const padding = Buffer.alloc(Math.max(64, sizeBytes - bytes.length));
  padding.writeUInt32BE(padding.length, 0);
  padding.write('free', 4, 'latin1');
  randomBytes(32).copy(padding, 8);
  const file = path.join(folder, `${title}.mp4`);
  writeFileSync(file, Buffer.concat([bytes, padding]));
  return { path: file, title };
}

/** The API as the page's user. */
export async function api(): Promise<Api> {
  const config = readConfig(await (await fetch(new URL('config.json', pageUrl))).json());
  if (!config.localUser) throw new Error('the page is not that of a local stack');
  return new Api(config.apiUrl, signInLocalUser(config.localUser));
}

/** Uploads a sample past the page and waits until it is indexed. */
export async function indexedSample(sample: string): Promise<Video> {
  const file = freshSample(sample);
  const bytes = readFileSync(file.path);
  const client = await api();
  const body = { file_name: `${file.title}.mp4`, title: file.title, size_bytes: bytes.length, content_type: 'video/mp4' };
  const { source, video_id: id } = await client.call('post', '/uploads', { body });
  const put = await fetch(source!.url, { method: 'PUT', headers: source!.headers, body: bytes });
  if (!put.ok) throw new Error(`the storage refused the sample: ${put.status}`);
  return eventually('READY', INDEXED_WITHIN_MS, async () => {
    const video = await client.call('get', '/videos/{id}', { id });
    if (video.status === 'FAILED') throw new Error(video.error?.message);
    return video.status === 'READY' && video;
  });
}

export async function findVideo(title: string): Promise<Video | undefined> {
  const { videos } = await (await api()).call('get', '/videos', { query: { limit: 100 } });
  return videos.find((video) => video.title === title);
}

/** Removes what a test uploaded. */
export async function removeVideos(titles: string[]): Promise<void> {
  const client = await api();
  const { videos } = await client.call('get', '/videos', { query: { limit: 100 } });
  for (const video of videos) {
    if (titles.includes(video.title) && video.status !== 'DELETING') {
      await client.call('delete', '/videos/{id}', { id: video.video_id });
    }
  }
}
