/** What `config.json` beside the page says of the deployment. */
export interface Config {
  /** Address of the HTTP API, without a slash at its end. */
  apiUrl: string;
  signIn: SignInConfig;
  /** The user that the local stack made; the page signs it in by itself. Absent in a deployment. */
  localUser?: LocalUser;
}

/** An OpenID Connect issuer, and the client that this page is to it. */
export interface SignInConfig {
  /** Address under which `.well-known/openid-configuration` lies. */
  issuer: string;
  clientId: string;
  /** Which token the API is called with: its authorizer compares the audience. */
  token: 'id_token' | 'access_token';
  scope: string;
}

/** A user of the local user pool. */
export interface LocalUser {
  name: string;
  password: string;
  /** The client that takes passwords. */
  clientId: string;
  cognitoUrl: string;
}

/** Reads what `config.json` holds; throws naming what is missing. */
export function readConfig(json: unknown): Config {
  const top = object(json, 'config.json');
  const signIn = object(top.sign_in, 'sign_in');
  const config: Config = {
    apiUrl: text(top.api_url, 'api_url').replace(/\/+$/, ''),
    signIn: {
      issuer: text(signIn.issuer, 'sign_in.issuer').replace(/\/+$/, ''),
      clientId: text(signIn.client_id, 'sign_in.client_id'),
      token: signIn.token === 'access_token' ? 'access_token' : 'id_token',
      scope: typeof signIn.scope === 'string' ? signIn.scope : 'openid email',
    },
  };
  if (top.local_user !== undefined && top.local_user !== null) {
    const user = object(top.local_user, 'local_user');
    config.localUser = {
      name: text(user.name, 'local_user.name'),
      password: text(user.password, 'local_user.password'),
      clientId: text(user.client_id, 'local_user.client_id'),
      cognitoUrl: text(user.cognito_url, 'local_user.cognito_url'),
    };
  }
  return config;
}

/** Fetches `config.json` from beside the page. */
export async function loadConfig(): Promise<Config> {
  const response = await fetch('./config.json', { cache: 'no-cache' });
  if (!response.ok) throw new Error(`config.json can’t be read (${response.status})`);
  return readConfig(await response.json());
}

function object(value: unknown, name: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null) throw new Error(`config.json: ${name} is missing`);
  return value as Record<string, unknown>;
}

function text(value: unknown, name: string): string {
  if (typeof value !== 'string' || value === '') throw new Error(`config.json: ${name} is missing`);
  return value;
}
