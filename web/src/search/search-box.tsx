import { useEffect, useRef, useState } from 'preact/hooks';
import { messageOf } from '../api/client.ts';
import { EMPTY_QUERY, navigate, type Route, type SearchQuery } from '../router.ts';
import { useShortcuts } from '../ui/hooks.ts';
import { Icon } from '../ui/icons.tsx';
import { toast } from '../ui/toast.tsx';
import { choosePicture } from './picture.ts';

const TYPING_PAUSE_MS = 250;

/** The field in the head of the page; it searches while one types. */
export function SearchBox({ route }: { route: Route }) {
  const query = route.view === 'search' ? route.query : EMPTY_QUERY;
  const asked = route.view === 'video' ? (route.q ?? '') : query.q;
  const [text, setText] = useState(asked);
  const field = useRef<HTMLInputElement>(null);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(() => {
    // What is being typed is newer than the address.
    if (document.activeElement !== field.current || route.view !== 'search') setText(asked);
  }, [asked, route.view]);
  useShortcuts((event) => {
    if (event.key !== '/') return;
    event.preventDefault();
    field.current?.focus();
    field.current?.select();
  });

  const search = (q: string) => {
    clearTimeout(timer.current);
    const next: SearchQuery = { ...query, q, like: '', picture: false };
    if (route.view === 'search' || q.trim()) navigate({ view: 'search', query: next }, route.view === 'search');
  };
  const type = (value: string) => {
    setText(value);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => search(value), value.trim() ? TYPING_PAUSE_MS : 0);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'ArrowDown') {
      event.preventDefault();
      document.querySelector<HTMLElement>('[data-result]')?.focus();
    } else if (event.key === 'Escape' && text === '') field.current?.blur();
  };
  return (
    <form
      class="search-box"
      role="search"
      onSubmit={(event) => {
        event.preventDefault();
        search(text);
      }}
    >
      <Icon name="search" />
      <input
        ref={field}
        type="search"
        aria-label="Search in your videos"
        placeholder="Describe a moment: what was said or shown"
        maxLength={1000}
        autocomplete="off"
        spellcheck={false}
        enterkeyhint="search"
        value={text}
        onInput={(event) => type(event.currentTarget.value)}
        onKeyDown={onKeyDown}
      />
      {text === '' && <kbd aria-hidden="true">/</kbd>}
      <PictureButton />
    </form>
  );
}

/** Searches for a picture: one is chosen from the disk; dropping and pasting work everywhere. */
function PictureButton() {
  return (
    <label class="icon-button" title="Search by picture: choose, drop or paste one">
      <Icon name="picture" />
      <input
        type="file"
        class="visually-hidden"
        accept="image/jpeg,image/png,image/webp"
        aria-label="Search by picture"
        onChange={(event) => {
          const [file] = event.currentTarget.files ?? [];
          if (file) void searchByPicture(file);
          event.currentTarget.value = '';
        }}
      />
    </label>
  );
}

/** Looks for shots that look like a picture. */
export async function searchByPicture(file: File): Promise<void> {
  try {
    await choosePicture(file);
    navigate({ view: 'library' }, true);
    navigate({ view: 'search', query: { ...EMPTY_QUERY, picture: true } });
  } catch (error) {
    toast(messageOf(error));
  }
}
