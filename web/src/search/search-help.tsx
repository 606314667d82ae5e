import { EMPTY_QUERY, navigate } from '../router.ts';
import { useHeading } from '../ui/hooks.ts';

const EXAMPLES: [string, string][] = [
  ['breaking the ice on a frozen pond', 'plain words: what was said, shown or written'],
  ['"polar bear"', 'these words, one after the other'],
  ['bear -polar', 'without a word'],
  ['channel:speech winter', 'only what was said; also visual, screen-text, title'],
  ['tag:holiday beach', 'only in videos with this tag'],
  ['after:2026-01-31 report', 'only in videos added since; also before:'],
  ['question then answer within 30 s', 'one soon after the other'],
];

/** What can be asked; shown where nothing is asked yet. */
export function SearchHelp() {
  const heading = useHeading<HTMLHeadingElement>('Search', document.activeElement?.tagName !== 'INPUT');
  return (
    <section class="help">
      <h1 ref={heading} tabIndex={-1}>
        What are you looking for?
      </h1>
      <p class="lead">Describe a moment in your own words. Or drop a picture anywhere to find shots that look like it.</p>
      <ul class="examples">
        {EXAMPLES.map(([q, meaning]) => (
          <li key={q}>
            <button type="button" onClick={() => navigate({ view: 'search', query: { ...EMPTY_QUERY, q } }, true)}>
              <code>{q}</code>
              <span>{meaning}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
