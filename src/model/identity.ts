import type { Hint } from './hint.js';

/** Which session a request says that it belongs to. */
export type Identity =
  | {
      readonly kind: 'session';
      readonly sessionId: string;
      /**
       * For an ID that is not known: generate a new one, create a session of this ID, refuse the request with 404, or route it
       * without a session.
       */
      readonly whenUnknown: 'generate' | 'create' | 'refuse' | 'ignore';
    }
  /** The gateway will name it. `hint` says which value was sent and not used. */
  | { readonly kind: 'gateway-issued'; readonly hint?: Hint }
  /** The instance will name it in its reply. A slot is reserved meanwhile. */
  | { readonly kind: 'instance-issued' }
  /** No session. */
  | { readonly kind: 'none' };
