import type { SessionTerms } from './session.js';

/** A session as it is kept across restarts. Instants are milliseconds of the session clock. */
export interface StoredSession {
  readonly sessionId: string;
  readonly terms: SessionTerms;
  /** A session that was about to pause or resume is kept as Paused. */
  readonly sessionStatus: 'Active' | 'Expired' | 'Paused';
  readonly createdAt: number;
  readonly lastModifiedAt: number;
  /** The end of its last request, or its creation. */
  readonly lastUsedAt: number;
  /** Whether a request of it has ended. */
  readonly used: boolean;
  /** Only of an expired one. */
  readonly endedAt: number;
  readonly containerId: string;
  /** Counts the function's creations: together with the function it names this record. */
  readonly order: number;
}

/**
 * Where one function's sessions outlast the emulator. Synchronous: a change has been handed to the operating system when the call
 * returns, so that a kill of the emulator loses none. A store that cannot write says so by itself and lets the work go on.
 */
export interface SessionStore {
  /** What was kept, in the order of creation. Read once, at the start. */
  all(): Iterable<StoredSession>;
  /** Stores the present state of a session in place of its earlier state. */
  save(session: StoredSession): void;
  /** Forgets it. */
  delete(order: number): void;
  /** Notes when sessions were last used; called now and then for many at once. */
  touch(uses: readonly { readonly order: number; readonly lastUsedAt: number }[]): void;
}
