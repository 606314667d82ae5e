/** Who is signed in, and the token that says so. */
export interface Session {
  /** How the user is called. */
  readonly userName: string;
  /** A token that is good for another minute at least; rejects with {@link SignedOut} where there is none to be had. */
  token(): Promise<string>;
  /** Gets a new token although the one at hand looks good: the API refused it. */
  renew(): Promise<string>;
  /** Forgets the tokens and, where there is one, ends the issuer's own session. The local user has no way out. */
  signOut: (() => void) | undefined;
}

/** Nobody is signed in any more. */
export class SignedOut extends Error {
  constructor() {
    super('You are signed out.');
    this.name = 'SignedOut';
  }
}

/** Tokens are renewed when they are good for less than this. */
export const RENEW_BELOW_MS = 60_000;

/** What a token says; nothing is verified here, since only the API's verdict counts. */
export function claimsOf(token: string): Record<string, unknown> {
  const payload = token.split('.')[1] ?? '';
  try {
    const bytes = Uint8Array.from(atob(payload.replace(/-/g, '+').replace(/_/g, '/')), (char) => char.charCodeAt(0));
    return JSON.parse(new TextDecoder().decode(bytes)) as Record<string, unknown>;
  } catch {
    return {};
  }
}

/** When a token expires, in milliseconds since 1970; 0 where it doesn't say. */
export function expiryOf(token: string): number {
  const { exp } = claimsOf(token);
  return typeof exp === 'number' ? exp * 1000 : 0;
}

/** What to call the user of a token. */
export function nameOf(token: string): string {
  const claims = claimsOf(token);
  for (const name of ['name', 'email', 'preferred_username', 'cognito:username', 'sub']) {
    const value = claims[name];
    if (typeof value === 'string' && value !== '') return value;
  }
  return 'Signed in';
}

/** A token that is got by `fetchToken` and kept until it is about to expire; callers at the same time share one fetch. */
export class KeptToken {
  private token = '';
  private fetching: Promise<string> | undefined;

  constructor(
    private readonly fetchToken: () => Promise<string>,
    private readonly now: () => number = Date.now,
  ) {}

  get(): Promise<string> {
    if (expiryOf(this.token) - this.now() > RENEW_BELOW_MS) return Promise.resolve(this.token);
    return this.renew();
  }

  set(token: string): void {
    this.token = token;
  }

  renew(): Promise<string> {
    this.fetching ??= this.fetchToken()
      .then((token) => (this.token = token))
      .finally(() => (this.fetching = undefined));
    return this.fetching;
  }
}
