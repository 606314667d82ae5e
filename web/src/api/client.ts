import { SignedOut, type Session } from '../sign-in/session.ts';
import type { components, paths } from './schema.ts';

export type Schemas = components['schemas'];
export type Video = Schemas['Video'];
export type Moment = Schemas['Moment'];
export type SearchResponse = Schemas['SearchResponse'];
export type Channel = Schemas['Channel'];

type Method = 'get' | 'post' | 'patch' | 'delete';
type Operation<Path extends keyof paths, M extends Method> = NonNullable<paths[Path][M]>;
type JsonOf<Response> = Response extends { content: { 'application/json': infer Body } } ? Body : never;
type Answer<O> = O extends { responses: infer Responses } ? JsonOf<Responses[keyof Responses & (200 | 201 | 202)]> : never;
type Query<O> = O extends { parameters: { query?: infer Parameters } } ? NonNullable<Parameters> : never;
type Body<O> = O extends { requestBody: { content: { 'application/json': infer Json } } } ? Json : never;

/** What a call takes besides its method and path. */
export interface CallOptions<O> {
  /** Takes the place of `{id}`. */
  id?: string;
  query?: Query<O>;
  body?: Body<O>;
  signal?: AbortSignal | undefined;
}

/** The API refused, or could not be reached (status 0). */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    detail: string,
  ) {
    super(detail);
    this.name = 'ApiError';
  }
}

const RETRIED = new Set([0, 429, 502, 503, 504]);
const RETRY_AFTER_MS = [400, 1500];

/** The HTTP API of `docs/openapi.yaml`, typed by what is generated from it. */
export class Api {
  constructor(
    private readonly baseUrl: string,
    private readonly session: Session,
    private readonly fetchImplementation: typeof fetch = (input, init) => fetch(input, init),
    private readonly pause: (ms: number) => Promise<void> = (ms) => new Promise((done) => setTimeout(done, ms)),
  ) {}

  /** Calls an operation whose answer is JSON. Reading is tried again where the API is busy or away. */
  async call<Path extends keyof paths & string, M extends Method>(
    method: M,
    path: Path,
    options: CallOptions<Operation<Path, M>> = {},
  ): Promise<Answer<Operation<Path, M>>> {
    const response = await this.send(method, path, options);
    return (await response.json()) as Answer<Operation<Path, M>>;
  }

  /** The text behind an operation that answers with a redirect to a short-lived address. */
  async text(path: '/videos/{id}/captions.vtt' | '/videos/{id}/captions.srt', id: string): Promise<string> {
    return (await this.send('get', path, { id })).text();
  }

  /** The words of a video. */
  async transcript(id: string, signal?: AbortSignal): Promise<Schemas['Transcript']> {
    return (await this.send('get', '/videos/{id}/transcript', { id, signal })).json();
  }

  /** Says which moment of an answer was opened. Nobody waits for it, and nobody is told where it fails. */
  record(opened: Schemas['Opened']): void {
    const options: CallOptions<Operation<'/feedback', 'post'>> = { body: opened };
    this.send('post', '/feedback', options).catch(() => undefined);
  }

  private async send(method: Method, path: string, options: CallOptions<unknown>): Promise<Response> {
    const url = this.baseUrl + path.replace('{id}', encodeURIComponent(options.id ?? '')) + queryText(options.query);
    const mayRepeat = method === 'get' || path === '/search';
    for (let attempt = 0; ; attempt += 1) {
      const response = await this.authorized(method, url, options);
      if (response.ok) return response;
      const pauseMs = RETRY_AFTER_MS[attempt];
      if (!mayRepeat || pauseMs === undefined || !RETRIED.has(response.status)) throw await errorOf(response);
      await this.pause(pauseMs);
      options.signal?.throwIfAborted();
    }
  }

  private async authorized(method: Method, url: string, options: CallOptions<unknown>): Promise<Response> {
    try {
      const response = await this.once(method, url, options, await this.session.token());
      if (response.status !== 401) return response;
      return await this.once(method, url, options, await this.session.renew());
    } catch (error) {
      if (error instanceof SignedOut) throw error;
      options.signal?.throwIfAborted();
      // The form of a failed answer lets one loop decide whether to try again. A token that can't be had just now is
      // such a failure too: what waits for the network must wait for it as well.
      return Response.error();
    }
  }

  private once(method: Method, url: string, options: CallOptions<unknown>, token: string): Promise<Response> {
    const headers: Record<string, string> = { authorization: `Bearer ${token}` };
    const init: RequestInit = { method: method.toUpperCase(), headers };
    if (options.signal) init.signal = options.signal;
    if (options.body !== undefined) {
      headers['content-type'] = 'application/json';
      init.body = JSON.stringify(options.body);
    }
    return this.fetchImplementation(url, init);
  }
}

function queryText(query: unknown): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value !== undefined && value !== '' && value !== false) parameters.set(name, String(value));
  }
  const text = parameters.toString();
  return text && `?${text}`;
}

async function errorOf(response: Response): Promise<ApiError> {
  if (response.status === 0) return new ApiError(0, 'vindex can’t be reached. Check your connection.');
  const body = (await response.json().catch(() => ({}))) as { detail?: string; message?: string };
  return new ApiError(response.status, body.detail ?? body.message ?? `The request failed (${response.status}).`);
}

/** What to tell people about an error. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? sentence(error.message) : String(error);
}

/** Whether an error only says that nobody waits for the answer any more. */
export function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'AbortError';
}

/** A fragment of the API's as a sentence. */
export function sentence(text: string): string {
  const capital = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?…]$/.test(capital) ? capital : `${capital}.`;
}
