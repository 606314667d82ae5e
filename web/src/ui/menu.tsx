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
  const closeByKey = (event: KeyboardEvent) => {
    if (event.key !== 'Escape' || !details.current?.open) return;
    event.stopPropagation();
    details.current.open = false;
    details.current.querySelector('summary')?.focus();
  };
  const bringIntoSight = () => {
    if (details.current?.open) details.current.lastElementChild?.scrollIntoView({ block: 'nearest' });
  };
  const closeByChoice = (event: Event) => {
    if (props.closesOnChoice && (event.target as Element).closest('button, a')) details.current!.open = false;
  };
  return (
    <details ref={details} class={`menu ${props.class ?? ''}`} onKeyDown={closeByKey} onToggle={bringIntoSight}>
      <summary class={props.buttonClass ?? 'chip'} aria-label={props.name} title={props.name}>
        {props.label}
      </summary>
      <div class="menu-panel" onClick={closeByChoice}>
        {props.children}
      </div>
    </details>
  );
}
