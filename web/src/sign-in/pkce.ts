/** A secret of this tab, and what the issuer is told of it beforehand (RFC 7636). */
export interface Pkce {
  verifier: string;
  challenge: string;
}

/** Makes a new secret. */
export async function makePkce(): Promise<Pkce> {
  const verifier = randomText();
  return { verifier, challenge: await challengeOf(verifier) };
}

/** SHA-256 of a verifier, as a challenge of the method S256. */
export async function challengeOf(verifier: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier));
  return base64Url(new Uint8Array(digest));
}

/** 32 random bytes as text. */
export function randomText(): string {
  return base64Url(crypto.getRandomValues(new Uint8Array(32)));
}

function base64Url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replace(/\+/g, '-')
    .replace(/\//g, '_')
    .replace(/=+$/, '');
}
