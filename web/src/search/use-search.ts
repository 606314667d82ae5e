import { useEffect, useRef, useState } from 'preact/hooks';
import { messageOf, type Api, type SearchResponse, type Schemas } from '../api/client.ts';
import { asksSomething, type SearchQuery } from '../router.ts';
import { useServices } from '../services.ts';
import { Latest } from './latest.ts';
import { currentPicture } from './picture.ts';

/** After this the page says that it is still looking. */
const SLOW_MS = 2500;
const PAGE = 20;
/** Answers hold links that are good for an hour. */
const KEPT_MS = 30 * 60_000;

export interface SearchState {
  /** The answer of this query, or, while `isLoading`, of the one before. */
  answer: SearchResponse | undefined;
  isLoading: boolean;
  isSlow: boolean;
  error: string;
}

const NOTHING: SearchState = { answer: undefined, isLoading: false, isSlow: false, error: '' };

const kept = new Map<string, { answer: SearchResponse; atMs: number }>();

/** Answers a query as it changes; what is typed over is dropped. */
export function useSearch(query: SearchQuery): SearchState & { more: () => void; nearest: () => void; retry: () => void } {
  const { api } = useServices();
  const key = keyOf(query);
  const [turn, setTurn] = useState(0);
  const [state, setState] = useState<SearchState & { key: string }>(() => ({ ...NOTHING, answer: known(key), key }));
  const latest = useRef(new Latest()).current;

  const load = (work: (signal: AbortSignal) => Promise<SearchResponse>) => {
    setState((before) => ({ ...before, key, isLoading: true, isSlow: false, error: '' }));
    const slow = setTimeout(() => setState((before) => ({ ...before, isSlow: before.isLoading })), SLOW_MS);
    void latest
      .run(work)
      .then((answer) => {
        if (!answer) return;
        kept.set(key, { answer, atMs: Date.now() });
        setState({ ...NOTHING, answer, key });
      })
      .catch((error: unknown) => setState({ ...NOTHING, error: messageOf(error), key }))
      .finally(() => clearTimeout(slow));
  };

  useEffect(() => {
    const answer = known(key);
    if (answer || !asksSomething(query)) {
      latest.stop();
      setState({ ...NOTHING, answer, key });
    } else {
      load((signal) => ask(api, query, { facets: true }, signal));
    }
  }, [key, turn]);
  useEffect(() => () => latest.stop(), []);

  const more = () => {
    const before = state.answer;
    if (!before?.next_cursor || state.isLoading) return;
    const { next_cursor: cursor } = before;
    load(async (signal) => joined(before, await ask(api, query, { cursor }, signal)));
  };
  const nearest = () => {
    const before = state.answer;
    load(async (signal) => ({ ...before, ...(await ask(api, query, { facets: true, nearest: true }, signal)) }));
  };
  // Until the effect above has run, the state is that of the query before.
  const isLoading = state.isLoading || (state.key !== key && asksSomething(query));
  return { ...state, isLoading, more, nearest, retry: () => setTurn(turn + 1) };
}

type Extra = { facets?: boolean; nearest?: boolean; cursor?: string };

function ask(api: Api, query: SearchQuery, extra: Extra, signal: AbortSignal): Promise<SearchResponse> {
  const request: Schemas['SearchRequest'] = { limit: query.group ? 10 : PAGE, ...extra };
  if (query.like) request.like = query.like;
  else if (query.picture) {
    const picture = currentPicture();
    if (!picture) return Promise.reject(new Error('The picture is gone with the last visit. Drop it here again.'));
    request.image = picture.base64;
  } else request.q = query.q.trim();
  if (query.channels.length) request.channels = query.channels.join(',');
  if (query.tags.length) request.tags = query.tags.join(',');
  if (query.videos.length) request.videos = query.videos.join(',');
  if (query.after) request.after = query.after;
  if (query.before) request.before = query.before;
  if (query.order) request.order = query.order;
  if (query.group) request.group = 'video';
  return api.call('post', '/search', { body: request, signal });
}

function joined(before: SearchResponse, page: SearchResponse): SearchResponse {
  const answer = { ...before, ...page, moments: [...before.moments, ...page.moments] };
  if (before.facets) answer.facets = before.facets;
  if (before.groups || page.groups) answer.groups = [...(before.groups ?? []), ...(page.groups ?? [])];
  answer.degraded = [...new Set([...before.degraded, ...page.degraded])];
  return answer;
}

function keyOf(query: SearchQuery): string {
  const picture = query.picture ? (currentPicture()?.base64.slice(-40) ?? '') : '';
  return JSON.stringify({ ...query, q: query.q.trim(), picture });
}

function known(key: string): SearchResponse | undefined {
  const found = kept.get(key);
  if (found && Date.now() - found.atMs < KEPT_MS) return found.answer;
  kept.delete(key);
  return undefined;
}
