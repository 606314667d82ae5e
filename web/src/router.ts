import { useLayoutEffect, useState } from 'preact/hooks';

/** How a search is put; empty lists and texts filter nothing. */
export interface SearchQuery {
  q: string;
  /** A segment that something like it is looked for. */
  like: string;
  /** Whether a picture is looked for, which the tab holds: an address can't. */
  picture: boolean;
  channels: string[];
  tags: string[];
  videos: string[];
  after: string;
  before: string;
  order: '' | 'newest' | 'oldest';
  group: boolean;
}

export type Route =
  | { view: 'library' }
  | { view: 'search'; query: SearchQuery }
  /** `atSeconds`: where to play from; `q`: what was looked for, to show what else is found in this video. */
  | { view: 'video'; id: string; atSeconds?: number; q?: string }
  | { view: 'runs'; id: string };

export const EMPTY_QUERY: SearchQuery = {
  q: '',
  like: '',
  picture: false,
  channels: [],
  tags: [],
  videos: [],
  after: '',
  before: '',
  order: '',
  group: false,
};

/** The route of an address's hash; whatever is not understood leads to the library. */
export function parseRoute(hash: string): Route {
  const [path = '', search = ''] = hash.replace(/^#?\/?/, '').split('?', 2);
  const parameters = new URLSearchParams(search);
  const [first, id, second] = path.split('/').map(decode);
  if (first === 'search') return { view: 'search', query: parseQuery(parameters) };
  if (first === 'videos' && id) {
    if (second === 'runs') return { view: 'runs', id };
    const route: Route = { view: 'video', id };
    const at = Number(parameters.get('t') ?? NaN);
    if (Number.isFinite(at) && at >= 0) route.atSeconds = at;
    const q = parameters.get('q');
    if (q) route.q = q;
    return route;
  }
  return { view: 'library' };
}

/** The hash of a route; `parseRoute` reads it back. */
export function formatRoute(route: Route): string {
  const parameters = new URLSearchParams();
  let path = '';
  if (route.view === 'search') {
    path = 'search';
    formatQuery(route.query, parameters);
  } else if (route.view !== 'library') {
    path = `videos/${encodeURIComponent(route.id)}${route.view === 'runs' ? '/runs' : ''}`;
  }
  if (route.view === 'video') {
    if (route.atSeconds !== undefined) parameters.set('t', String(Math.round(route.atSeconds * 1000) / 1000));
    if (route.q) parameters.set('q', route.q);
  }
  const search = parameters.toString();
  return `#/${path}${search && `?${search}`}`;
}

/** Whether anything is looked for. */
export function asksSomething(query: SearchQuery): boolean {
  return query.q.trim() !== '' || query.like !== '' || query.picture;
}

/** Goes to a route; `replace` leaves no trace in the history. */
export function navigate(route: Route, replace = false): void {
  const hash = formatRoute(route);
  if (hash === location.hash) return;
  history[replace ? 'replaceState' : 'pushState'](null, '', hash);
  // Neither method tells anyone.
  window.dispatchEvent(new PopStateEvent('popstate'));
}

/** The route of the address as it stands. */
export function useRoute(): Route {
  const [hash, setHash] = useState(location.hash);
  // Before anything else happens: an effect comes a frame later, and an address that changes meanwhile would be missed.
  useLayoutEffect(() => {
    const update = () => setHash(location.hash);
    window.addEventListener('popstate', update);
    window.addEventListener('hashchange', update);
    return () => {
      window.removeEventListener('popstate', update);
      window.removeEventListener('hashchange', update);
    };
  }, []);
  return parseRoute(hash);
}

const LISTS = ['channels', 'tags', 'videos'] as const;
const TEXTS = ['q', 'like', 'after', 'before'] as const;

function parseQuery(parameters: URLSearchParams): SearchQuery {
  const query = { ...EMPTY_QUERY };
  for (const name of TEXTS) query[name] = parameters.get(name) ?? '';
  for (const name of LISTS) query[name] = parameters.getAll(name).filter((value) => value !== '');
  const order = parameters.get('order');
  query.order = order === 'newest' || order === 'oldest' ? order : '';
  query.group = parameters.get('group') === 'video';
  query.picture = parameters.has('picture');
  return query;
}

function formatQuery(query: SearchQuery, parameters: URLSearchParams): void {
  for (const name of TEXTS) if (query[name]) parameters.set(name, query[name]);
  for (const name of LISTS) query[name].forEach((value) => parameters.append(name, value));
  if (query.order) parameters.set('order', query.order);
  if (query.group) parameters.set('group', 'video');
  if (query.picture) parameters.set('picture', '1');
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
