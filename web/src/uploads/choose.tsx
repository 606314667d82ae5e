import { createContext } from 'preact';
import { useContext, useEffect, useRef, useState } from 'preact/hooks';
import type { ComponentChildren } from 'preact';
import { searchByPicture } from '../search/search-box.tsx';
import { useServices } from '../services.ts';
import { count } from '../ui/format.ts';
import { Icon } from '../ui/icons.tsx';
import { toast } from '../ui/toast.tsx';
import { ACCEPTED, droppedFiles, foundFiles, isPicture, sortFiles, type Found } from './files.ts';

type Open = (kind: 'files' | 'folder') => void;
const ChooseContext = createContext<Open>(() => {});

/** Opens the dialog that chooses files or a folder to upload. */
export function useChoose(): Open {
  return useContext(ChooseContext);
}

/** Takes files that are chosen, dropped or pasted anywhere on the page. */
export function FileTarget({ children }: { children: ComponentChildren }) {
  const files = useRef<HTMLInputElement>(null);
  const folder = useRef<HTMLInputElement>(null);
  const take = useTake();
  const isDragging = useDrop(take);
  useEffect(() => {
    // No attribute of JSX's types, and no standard.
    folder.current?.setAttribute('webkitdirectory', '');
  }, []);
  const onChange = (event: Event) => {
    const input = event.currentTarget as HTMLInputElement;
    void take(foundFiles(input.files ?? []));
    input.value = '';
  };
  return (
    <ChooseContext.Provider value={(kind) => (kind === 'files' ? files : folder).current?.click()}>
      {children}
      <input ref={files} type="file" class="visually-hidden" multiple accept={ACCEPTED} tabIndex={-1} aria-label="Files to upload" onChange={onChange} />
      <input ref={folder} type="file" class="visually-hidden" multiple tabIndex={-1} aria-label="Folder to upload" onChange={onChange} />
      {isDragging && (
        <div class="drop-target" aria-hidden="true">
          <div>
            <Icon name="upload" size={36} />
            <p>Drop videos to upload them, or a picture to search for it</p>
          </div>
        </div>
      )}
    </ChooseContext.Provider>
  );
}

type Take = (found: Found[], unreadable?: string[]) => Promise<void>;

function useTake(): Take {
  const { uploads } = useServices();
  return async (found, unreadable = []) => {
    const [first] = found;
    if (first && found.length === 1 && isPicture(first.file)) return searchByPicture(first.file);
    const { chosen, skipped } = sortFiles(found);
    if (chosen.length > 0 && !location.hash.match(/^#?\/?$/)) location.hash = '#/';
    const leftOut = [named(skipped, 'left out, neither video nor sound'), named(unreadable, 'can’t be read')];
    tell(leftOut);
    const failed = await uploads.add(chosen);
    if (failed.length > 0) tell([...leftOut, named(failed, 'can’t be read: choose again what has changed')]);
  };
}

/** `3 files left out: a, b …`, empty for none. */
function named(names: string[], what: string): string {
  if (names.length === 0) return '';
  return `${count(names.length, 'file')} ${what}: ${names.slice(0, 2).join(', ')}${names.length > 2 ? ' …' : ''}`;
}

function tell(notes: string[]): void {
  const text = notes.filter(Boolean).join(' · ');
  if (text) toast(text);
}

/** Whether files are held over the page; hands over what is dropped or pasted. */
function useDrop(take: Take): boolean {
  const [isDragging, setDragging] = useState(false);
  useEffect(() => {
    const hasFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') ?? false;
    const over = (event: DragEvent) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      setDragging(true);
    };
    const leave = (event: DragEvent) => {
      if (event.relatedTarget === null) setDragging(false);
    };
    const drop = (event: DragEvent) => {
      setDragging(false);
      if (!event.dataTransfer || !hasFiles(event)) return;
      event.preventDefault();
      void droppedFiles(event.dataTransfer).then(({ found, unreadable }) => take(found, unreadable));
    };
    const paste = (event: ClipboardEvent) => {
      const found = foundFiles(event.clipboardData?.files ?? []);
      if (found.length > 0) void take(found);
    };
    const listeners = { dragover: over, dragleave: leave, drop, paste };
    for (const [name, listener] of Object.entries(listeners)) document.addEventListener(name, listener as EventListener);
    return () => {
      for (const [name, listener] of Object.entries(listeners)) document.removeEventListener(name, listener as EventListener);
    };
  });
  return isDragging;
}
