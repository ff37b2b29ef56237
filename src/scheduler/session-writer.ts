import type { Clock } from '../model/clock.js';
import type { SessionStore, StoredSession } from '../model/session-store.js';
import { SessionEntry } from './session-entry.js';

/** How long notes of use are gathered before they are written together. */
const GATHERING_MS = 1000;

/** Keeps the sessions of one function in a store: what changes a session at once, what only uses it now and then for many. */
export class SessionWriter {
  readonly #store: SessionStore;
  readonly #clock: Clock;
  readonly #used = new Set<SessionEntry>();
  #callOff: (() => void) | undefined;

  /** @param clock the process clock */
  constructor(store: SessionStore, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  /** The sessions that were kept, without instances. */
  restore(): SessionEntry[] {
    const shared = new Map<string, StoredSession['terms']>();
    return [...this.#store.all()].map((stored) => {
      const key = JSON.stringify(stored.terms);
      const terms = shared.get(key) ?? stored.terms;
      shared.set(key, terms);
      return seatOf(stored, terms);
    });
  }

  /** A session that ends with its instance ends with the emulator too, so it is not stored. */
  save(entry: SessionEntry): void {
    if (entry.endsWithInstance) return;
    this.#used.delete(entry);
    this.#store.save(storedOf(entry));
  }

  delete(entry: SessionEntry): void {
    if (entry.endsWithInstance) return;
    this.#used.delete(entry);
    this.#store.delete(entry.order);
  }

  use(entry: SessionEntry): void {
    if (entry.endsWithInstance) return;
    this.#used.add(entry);
    this.#callOff ??= this.#clock.wakeAt(this.#clock.now() + GATHERING_MS, () => this.flush());
  }

  flush(): void {
    this.#callOff?.();
    this.#callOff = undefined;
    if (this.#used.size === 0) return;
    this.#store.touch([...this.#used].map(({ order, lastUsedAt }) => ({ order, lastUsedAt })));
    this.#used.clear();
  }
}

function storedOf(entry: SessionEntry): StoredSession {
  const {
    sessionId,
    terms,
    sessionStatus,
    createdAt,
    lastModifiedAt,
    lastUsedAt,
    used,
    endedAt,
    containerId,
    order,
  } = entry;
  return {
    sessionId,
    terms,
    sessionStatus: sessionStatus === 'Active' || sessionStatus === 'Expired' ? sessionStatus : 'Paused',
    createdAt,
    lastModifiedAt,
    lastUsedAt,
    used,
    endedAt,
    containerId,
    order,
  };
}

function seatOf(stored: StoredSession, terms: StoredSession['terms']): SessionEntry {
  const {
    sessionId,
    sessionStatus,
    createdAt,
    lastModifiedAt,
    lastUsedAt,
    used,
    endedAt,
    containerId,
    order,
  } = stored;
  const entry = new SessionEntry(sessionId, terms, createdAt, order);
  return Object.assign(entry, {
    sessionStatus,
    lastModifiedAt,
    lastUsedAt,
    used,
    endedAt,
    containerId,
    known: true,
  });
}
