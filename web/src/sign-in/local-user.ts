import type { LocalUser } from '../config.ts';
import { KeptToken, type Session } from './session.ts';

/** Signs the local stack's user in by its password, and again when the token expires. Only `up` writes such a user. */
export function signInLocalUser(user: LocalUser): Session {
  const kept = new KeptToken(() => askForToken(user));
  return {
    userName: user.name,
    token: () => kept.get(),
    renew: () => kept.renew(),
    signOut: undefined,
  };
}

async function askForToken(user: LocalUser): Promise<string> {
  const response = await fetch(user.cognitoUrl, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': 'AWSCognitoIdentityProviderService.InitiateAuth',
    },
    body: JSON.stringify({
      ClientId: user.clientId,
      AuthFlow: 'USER_PASSWORD_AUTH',
      AuthParameters: { USERNAME: user.name, PASSWORD: user.password },
    }),
  });
  const answer = (await response.json()) as { AuthenticationResult?: { IdToken?: string }; message?: string };
  const token = answer.AuthenticationResult?.IdToken;
  if (!token) throw new Error(`The local user can’t sign in: ${answer.message ?? response.status}`);
  return token;
}
