import { useEffect, useState } from 'preact/hooks';

const SHOWN_MS = 4500;
const events = new EventTarget();

/** Tells something in passing, in sight and to screen readers. */
export function toast(message: string): void {
  events.dispatchEvent(new CustomEvent('toast', { detail: message }));
}

/** Shows what {@link toast} tells. */
export function Toasts() {
  const [message, setMessage] = useState('');
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout>;
    const show = (event: Event) => {
      setMessage((event as CustomEvent<string>).detail);
      clearTimeout(timer);
      timer = setTimeout(() => setMessage(''), SHOWN_MS);
    };
    events.addEventListener('toast', show);
    return () => events.removeEventListener('toast', show);
  }, []);
  return (
    <div class="toasts" role="status">
      {message && <div class="toast">{message}</div>}
    </div>
  );
}
