import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { SessionState } from '../../model/console-events.js';
import type { Screen } from './address.js';
import type { PageStore } from './store/page-store.js';
import type { Api } from './stream/api.js';

/** Where to go; what is left out stays as it is. */
export interface Where {
  readonly screen?: Screen;
  /** The name of a function, see `functionKey`. */
  readonly on?: string;
  readonly session?: SessionState | undefined;
  readonly request?: string | undefined;
}

/** What every component may use. */
export interface PageContext {
  readonly store: PageStore;
  readonly api: Api;
  /** Changes the address of the page, and with it what is shown. */
  go(where: Where): void;
}

const Context = createContext<PageContext | undefined>(undefined);

export const PageProvider = Context.Provider;

export function usePage(): PageContext {
  const page = useContext(Context);
  if (page === undefined) throw new Error('a component of the console stands outside its page');
  return page;
}
