import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { SessionState } from '../../model/console-events.js';
import type { Screen } from './address.js';
import type { PageStore } from './store/page-store.js';
import type { Api } from './stream/api.js';

/** The next view. Fields that are left out do not change. */
export interface Where {
  readonly screen?: Screen;
  /** The name of a function, see `functionKey`. */
  readonly on?: string;
  readonly session?: SessionState | undefined;
  readonly request?: string | undefined;
}

/** Shared by all components of the page. */
export interface PageContext {
  readonly store: PageStore;
  readonly api: Api;
  /** Changes the address of the page, and so the view. */
  go(where: Where): void;
}

const Context = createContext<PageContext | undefined>(undefined);

export const PageProvider = Context.Provider;

export function usePage(): PageContext {
  const page = useContext(Context);
  if (page === undefined) throw new Error('a component of the console is outside its page');
  return page;
}
