import { abortError } from './patience.ts';

/** A PUT failed; status 0 where no answer came. */
export class PutError extends Error {
  constructor(readonly status: number) {
    super(status === 0 ? 'The connection broke.' : `The storage refused the bytes (${status}).`);
    this.name = 'PutError';
  }
}

/** Puts bytes to a presigned address; answers with the ETag. */
export type Put = (
  url: string,
  headers: Record<string, string>,
  bytes: Blob,
  progress: (sentBytes: number) => void,
  signal: AbortSignal,
) => Promise<string>;

/** A connection over which nothing moves for so long is taken for broken. */
const STALLED_MS = 45_000;
/** Headers that a browser sets by itself and lets no page set. */
const OWN_HEADERS = new Set(['content-length', 'host']);

/** By XMLHttpRequest, since `fetch` doesn't tell how much has been sent. */
export const putByRequest: Put = (url, headers, bytes, progress, signal) =>
  new Promise((resolve, reject) => {
    if (signal.aborted) return reject(abortError());
    const request = new XMLHttpRequest();
    const stop = () => request.abort();
    let stalled = setTimeout(stop, STALLED_MS);
    const settle = (end: () => void) => {
      clearTimeout(stalled);
      signal.removeEventListener('abort', stop);
      end();
    };
    signal.addEventListener('abort', stop);
    request.upload.onprogress = (event) => {
      clearTimeout(stalled);
      stalled = setTimeout(stop, STALLED_MS);
      progress(event.loaded);
    };
    request.onload = () =>
      settle(() => {
        if (request.status >= 200 && request.status < 300) resolve(request.getResponseHeader('etag') ?? '');
        else reject(new PutError(request.status));
      });
    request.onerror = () => settle(() => reject(new PutError(0)));
    request.onabort = () => settle(() => reject(signal.aborted ? abortError() : new PutError(0)));
    request.open('PUT', url);
    for (const [name, value] of Object.entries(headers)) {
      if (!OWN_HEADERS.has(name.toLowerCase())) request.setRequestHeader(name, value);
    }
    request.send(bytes);
  });
