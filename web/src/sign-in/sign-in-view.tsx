import { useState } from 'preact/hooks';
import { messageOf } from '../api/client.ts';
import { useHeading } from '../ui/hooks.ts';
import type { CodeFlow } from './code-flow.ts';

/** The way in. The issuer's own page asks for the password; this one never sees it. */
export function SignInView({ flow, message }: { flow: CodeFlow; message: string }) {
  const heading = useHeading<HTMLHeadingElement>('Sign in', message !== '');
  const [isLeaving, setLeaving] = useState(false);
  const [error, setError] = useState('');
  const leave = () => {
    setLeaving(true);
    flow.leaveForIssuer().catch((failure: unknown) => {
      setLeaving(false);
      setError(messageOf(failure));
    });
  };
  return (
    <main class="sign-in">
      <div>
        <img src="./favicon.svg" alt="" width={56} height={56} />
        <h1 ref={heading} tabIndex={-1}>
          vindex
        </h1>
        <p class="lead">Find any moment in your videos by describing what was said or shown.</p>
        {(error || message) && (
          <p class="notice" role="alert">
            {error || message}
          </p>
        )}
        <button type="button" class="button button-primary" disabled={isLeaving} onClick={leave}>
          {isLeaving ? 'One moment…' : 'Sign in'}
        </button>
      </div>
    </main>
  );
}
