import type { Config } from './config.ts';
import { Api, messageOf } from './api/client.ts';
import { App } from './app.tsx';
import { Library } from './library/library.ts';
import { Posters } from './library/posters.ts';
import type { Services } from './services.ts';
import { CodeFlow } from './sign-in/code-flow.ts';
import { signInLocalUser } from './sign-in/local-user.ts';
import { SignedOut, type Session } from './sign-in/session.ts';
import { SignInView } from './sign-in/sign-in-view.tsx';
import { UploadMemory } from './uploads/memory.ts';
import { Uploads } from './uploads/uploads.ts';

type Draw = (view: preact.ComponentChild) => void;

/** Signs in, and draws the page or the way to sign in. */
export async function start(config: Config, draw: Draw): Promise<void> {
  const flow = new CodeFlow(config.signIn);
  const askToSignIn = (message: string) => draw(<SignInView flow={flow} message={message} />);
  try {
    const session = config.localUser ? signInLocalUser(config.localUser) : await flow.resume();
    if (!session) return askToSignIn('');
    await session.token();
    draw(<App services={servicesOf(config, watched(session, () => askToSignIn('You have been signed out.')))} />);
  } catch (error) {
    askToSignIn(messageOf(error));
  }
}

function servicesOf(config: Config, session: Session): Services {
  const api = new Api(config.apiUrl, session);
  const library = new Library(api);
  const uploads = new Uploads(api, new UploadMemory(localStorage, session.userName));
  // What has arrived shows in the library a moment later.
  uploads.addEventListener('change', () => {
    for (const { state, videoId } of uploads.list) if (state === 'done') library.expectStart(videoId);
  });
  void library.refresh();
  return { api, session, library, uploads, posters: new Posters(api) };
}

/** A session that says when it has ended. */
function watched(session: Session, onEnd: () => void): Session {
  const watch = (token: Promise<string>) => {
    token.catch((error: unknown) => {
      if (error instanceof SignedOut) onEnd();
    });
    return token;
  };
  return {
    userName: session.userName,
    token: () => watch(session.token()),
    renew: () => watch(session.renew()),
    signOut: session.signOut,
  };
}
