import type { SignInConfig } from '../config.ts';
import { makePkce, randomText } from './pkce.ts';
import { KeptToken, nameOf, SignedOut, type Session } from './session.ts';

/** Tokens live as long as the tab. */
const TOKENS_KEY = 'vindex.tokens';
const STARTED_KEY = 'vindex.sign-in';

interface Tokens {
  id_token?: string;
  access_token?: string;
  refresh_token?: string;
}

interface Started {
  state: string;
  verifier: string;
  /** Where the user was. */
  hash: string;
}

interface Endpoints {
  authorization_endpoint: string;
  token_endpoint: string;
  end_session_endpoint?: string;
}

/** The authorization-code flow with PKCE (RFC 6749, RFC 7636) of a public client. */
export class CodeFlow {
  private endpoints: Promise<Endpoints> | undefined;

  constructor(private readonly config: SignInConfig) {}

  /** Leaves for the issuer's own page; comes back to this one with a code. */
  async leaveForIssuer(): Promise<void> {
    const { authorization_endpoint } = await this.discover();
    const pkce = await makePkce();
    const started: Started = { state: randomText(), verifier: pkce.verifier, hash: location.hash };
    sessionStorage.setItem(STARTED_KEY, JSON.stringify(started));
    const url = new URL(authorization_endpoint);
    const parameters = {
      response_type: 'code',
      client_id: this.config.clientId,
      redirect_uri: redirectUri(),
      scope: this.config.scope,
      state: started.state,
      code_challenge: pkce.challenge,
      code_challenge_method: 'S256',
    };
    for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
    location.assign(url);
  }

  /** The session of this tab, of a code in the address or of tokens kept; nothing where the user must sign in. */
  async resume(): Promise<Session | undefined> {
    const parameters = new URLSearchParams(location.search);
    if (parameters.has('code') || parameters.has('error')) await this.redeem(parameters);
    const tokens = keptTokens();
    return tokens && this.session(tokens);
  }

  private async redeem(parameters: URLSearchParams): Promise<void> {
    const started = JSON.parse(sessionStorage.getItem(STARTED_KEY) ?? 'null') as Started | null;
    sessionStorage.removeItem(STARTED_KEY);
    // The code must not stay in the address: it would be shared and reloaded.
    history.replaceState(null, '', redirectUri() + (started?.hash ?? ''));
    const refused = parameters.get('error');
    if (refused) throw new Error(parameters.get('error_description') ?? refused);
    if (!started || started.state !== parameters.get('state')) {
      throw new Error('This sign-in was not started here. Please sign in again.');
    }
    await this.askForTokens({
      grant_type: 'authorization_code',
      code: parameters.get('code') ?? '',
      redirect_uri: redirectUri(),
      code_verifier: started.verifier,
    });
  }

  private session(first: Tokens): Session {
    const use = (tokens: Tokens): string => tokens[this.config.token] ?? '';
    const kept = new KeptToken(async () => {
      const refresh_token = keptTokens()?.refresh_token;
      if (!refresh_token) throw new SignedOut();
      return use(await this.askForTokens({ grant_type: 'refresh_token', refresh_token }));
    });
    kept.set(use(first));
    return {
      userName: nameOf(first.id_token ?? use(first)),
      token: () => kept.get(),
      renew: () => kept.renew(),
      signOut: () => void this.signOut(),
    };
  }

  private async askForTokens(parameters: Record<string, string>): Promise<Tokens> {
    const { token_endpoint } = await this.discover();
    const response = await fetch(token_endpoint, {
      method: 'POST',
      body: new URLSearchParams({ client_id: this.config.clientId, ...parameters }),
    });
    if (response.status === 400 || response.status === 401) {
      sessionStorage.removeItem(TOKENS_KEY);
      throw new SignedOut();
    }
    // Anything else passes, and the tokens are good afterwards.
    if (!response.ok) throw unreachable(response);
    // Not every renewal hands out a new refresh token.
    const tokens: Tokens = { ...keptTokens(), ...((await response.json()) as Tokens) };
    const { id_token, access_token, refresh_token } = tokens;
    sessionStorage.setItem(TOKENS_KEY, JSON.stringify({ id_token, access_token, refresh_token }));
    return tokens;
  }

  private async signOut(): Promise<void> {
    sessionStorage.removeItem(TOKENS_KEY);
    const { end_session_endpoint } = await this.discover();
    if (!end_session_endpoint) return location.reload();
    const url = new URL(end_session_endpoint);
    url.searchParams.set('client_id', this.config.clientId);
    // Cognito reads the first, the standard says the second.
    url.searchParams.set('logout_uri', redirectUri());
    url.searchParams.set('post_logout_redirect_uri', redirectUri());
    location.assign(url);
  }

  private discover(): Promise<Endpoints> {
    this.endpoints ??= fetch(`${this.config.issuer}/.well-known/openid-configuration`).then(async (response) => {
      if (!response.ok) throw unreachable(response);
      return (await response.json()) as Endpoints;
    });
    this.endpoints.catch(() => (this.endpoints = undefined));
    return this.endpoints;
  }
}

function unreachable({ status }: Response): Error {
  return new Error(`The sign-in service can’t be reached (${status}).`);
}

/** The page itself, without query and hash. */
function redirectUri(): string {
  return location.origin + location.pathname;
}

function keptTokens(): Tokens | undefined {
  return (JSON.parse(sessionStorage.getItem(TOKENS_KEY) ?? 'null') as Tokens | null) ?? undefined;
}
