import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { LibraryView } from './library/library-view.tsx';
import { formatRoute, useRoute, type Route } from './router.ts';
import { SearchBox } from './search/search-box.tsx';
import { SearchView } from './search/search-view.tsx';
import { ServicesContext, useServices, type Services } from './services.ts';
import { Bar } from './ui/bar.tsx';
import { useChanges } from './ui/hooks.ts';
import { Icon } from './ui/icons.tsx';
import { Menu } from './ui/menu.tsx';
import { Toasts } from './ui/toast.tsx';
import { FileTarget, useChoose } from './uploads/choose.tsx';
import { RunsView } from './video/runs-view.tsx';
import { VideoView } from './video/video-view.tsx';

/** The page of somebody who is signed in. */
export function App({ services }: { services: Services }) {
  const route = useRoute();
  useScroll(route);
  useLeaveWarning(services);
  return (
    <ServicesContext.Provider value={services}>
      <FileTarget>
        <a class="skip-link" href="#main" onClick={skipToMain}>
          Skip to the content
        </a>
        <Head route={route} />
        <main id="main" tabIndex={-1}>
          <View route={route} />
        </main>
        <Toasts />
      </FileTarget>
    </ServicesContext.Provider>
  );
}

function View({ route }: { route: Route }) {
  switch (route.view) {
    case 'library':
      return <LibraryView />;
    case 'search':
      return <SearchView query={route.query} />;
    case 'video':
      return <VideoView key={route.id} {...route} />;
    case 'runs':
      return <RunsView key={route.id} id={route.id} />;
  }
}

function Head({ route }: { route: Route }) {
  const { session } = useServices();
  const choose = useChoose();
  return (
    <header class="head">
      <a class="brand" href="#/" aria-current={route.view === 'library' ? 'page' : undefined} aria-label="vindex, library">
        <img src="./favicon.svg" alt="" width={28} height={28} />
        <span>vindex</span>
      </a>
      <SearchBox route={route} />
      <div class="head-actions">
        <UploadProgress isInLibrary={route.view === 'library'} />
        <Menu label={<><Icon name="upload" /> <span>Upload</span></>} name="Upload" buttonClass="button button-primary" class="menu-right" closesOnChoice>
          <div class="menu-list">
            <button type="button" onClick={() => choose('files')}>
              <Icon name="film" /> Choose files
            </button>
            <button type="button" onClick={() => choose('folder')}>
              <Icon name="upload" /> Choose a folder
            </button>
          </div>
        </Menu>
        <Menu label={<span class="initial">{session.userName.charAt(0).toUpperCase()}</span>} name={`Signed in as ${session.userName}`} buttonClass="icon-button" class="menu-right" closesOnChoice>
          <div class="menu-list">
            <p class="quiet ellipsis">{session.userName}</p>
            {session.signOut && (
              <button type="button" onClick={session.signOut}>
                Sign out
              </button>
            )}
          </div>
        </Menu>
      </div>
    </header>
  );
}

/** All uploads in one bar, where the list of them isn't in sight. */
function UploadProgress({ isInLibrary }: { isInLibrary: boolean }) {
  const { uploads } = useServices();
  useChanges(uploads);
  if (isInLibrary || !uploads.areRunning) return null;
  const going = uploads.list.filter(({ state }) => state !== 'done');
  const sent = going.reduce((sum, upload) => sum + upload.sentBytes, 0);
  const all = going.reduce((sum, upload) => sum + upload.file.size, 0);
  return (
    <a class="upload-progress" href={formatRoute({ view: 'library' })}>
      <span>Uploading {going.length}</span>
      <Bar value={sent / Math.max(1, all)} label="All uploads" />
    </a>
  );
}

/** A new view starts at its top, and going back finds the place where one was. */
function useScroll(route: Route): void {
  const places = useRef(new Map<string, number>()).current;
  const isBack = useRef(false);
  const key = route.view === 'search' ? 'search' : formatRoute(route.view === 'video' ? { view: 'video', id: route.id } : route);
  useEffect(() => {
    history.scrollRestoration = 'manual';
    // The events of `navigate` are made by hand; those of the browser's buttons are trusted.
    const listen = (event: PopStateEvent) => (isBack.current = event.isTrusted);
    window.addEventListener('popstate', listen, true);
    return () => window.removeEventListener('popstate', listen, true);
  }, []);
  useLayoutEffect(() => {
    window.scrollTo(0, isBack.current ? (places.get(key) ?? 0) : 0);
    const remember = () => places.set(key, window.scrollY);
    window.addEventListener('scroll', remember, { passive: true });
    return () => window.removeEventListener('scroll', remember);
  }, [key]);
}

function useLeaveWarning({ uploads }: Services): void {
  useEffect(() => {
    const warn = (event: BeforeUnloadEvent) => {
      if (uploads.areRunning) event.preventDefault();
    };
    window.addEventListener('beforeunload', warn);
    return () => window.removeEventListener('beforeunload', warn);
  }, [uploads]);
}

function skipToMain(event: Event): void {
  // The address belongs to the router.
  event.preventDefault();
  document.getElementById('main')?.focus();
}
