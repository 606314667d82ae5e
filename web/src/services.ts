import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { Api } from './api/client.ts';
import type { Library } from './library/library.ts';
import type { Posters } from './library/posters.ts';
import type { Session } from './sign-in/session.ts';
import type { Uploads } from './uploads/uploads.ts';

/** What every view may use. */
export interface Services {
  api: Api;
  session: Session;
  library: Library;
  posters: Posters;
  uploads: Uploads;
}

export const ServicesContext = createContext<Services | undefined>(undefined);

export function useServices(): Services {
  const services = useContext(ServicesContext);
  if (!services) throw new Error('a view outside the page');
  return services;
}
