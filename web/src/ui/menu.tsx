import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

/** A button that shows more beneath it. It closes by Escape, by a click elsewhere and, if so asked, by a choice inside. */
export function Menu(props: {
  label: ComponentChildren;
  /** For screen readers, where the label is a picture. */
  name?: string;
  class?: string;
  buttonClass?: string;
  closesOnChoice?: boolean;
  children: ComponentChildren;
}) {
  const details = useRef<HTMLDetailsElement>(null);
  useEffect(() => {
    const closeOutside = (event: Event) => {
      if (!details.current?.contains(event.target as Node)) details.current?.removeAttribute('open');
    };
    document.addEventListener('pointerdown', closeOutside);
    document.addEventListener('focusin', closeOutside);
    return () => {
      document.removeEventListener('pointerdown', closeOutside);
      document.removeEventListener('focusin', closeOutside);
    };
  }, []);
  const close = () => {
    details.current!.open = false;
    // What was focused inside is out of sight now.
    details.current!.querySelector('summary')?.focus();
  };
  const closeByKey = (event: KeyboardEvent) => {
    if (event.key !== 'Escape' || !details.current?.open) return;
    event.stopPropagation();
    close();
  };
  const bringIntoSight = () => {
    if (details.current?.open) details.current.lastElementChild?.scrollIntoView({ block: 'nearest' });
  };
  const closeByChoice = (event: Event) => {
    if (props.closesOnChoice && (event.target as Element).closest('button, a')) close();
  };
  return (
    <details ref={details} class={`menu ${props.class ?? ''}`} onKeyDown={closeByKey} onToggle={bringIntoSight}>
      <summary class={props.buttonClass ?? 'chip'} aria-label={props.name} title={props.name}>
        {props.label}
      </summary>
      {/* Before the choice is heard, which may move the focus on. */}
      <div class="menu-panel" onClickCapture={closeByChoice}>
        {props.children}
      </div>
    </details>
  );
}
