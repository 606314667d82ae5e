import { useEffect, useLayoutEffect, useReducer, useRef } from 'preact/hooks';

/** Draws again whenever `target` says `change`. */
export function useChanges(target: EventTarget): void {
  const [, redraw] = useReducer((turn: number) => turn + 1, 0);
  // Before anything else happens: an effect comes a frame later, and what changes meanwhile would not be seen.
  useLayoutEffect(() => {
    const listen = () => redraw(undefined as never);
    target.addEventListener('change', listen);
    return () => target.removeEventListener('change', listen);
  }, [target]);
}

/** Names the tab, and moves the focus to the view's heading, so that a screen reader reads where it got to. */
export function useHeading<Element extends HTMLElement>(title: string, takesFocus = true) {
  const heading = useRef<Element>(null);
  useEffect(() => {
    document.title = title ? `${title} · vindex` : 'vindex';
  }, [title]);
  useEffect(() => {
    if (takesFocus) heading.current?.focus({ preventScroll: true });
  }, []);
  return heading;
}

/** Calls back for every key that no field or dialog wants for itself. */
export function useShortcuts(handle: (event: KeyboardEvent) => void): void {
  const latest = useRef(handle);
  latest.current = handle;
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      const isTyped = event.target instanceof Element && event.target.closest('input, textarea, select, dialog, [contenteditable]');
      if (!isTyped && !event.ctrlKey && !event.metaKey && !event.altKey) latest.current(event);
    };
    document.addEventListener('keydown', listen);
    return () => document.removeEventListener('keydown', listen);
  }, []);
}
