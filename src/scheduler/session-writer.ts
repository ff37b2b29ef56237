import type { Clock } from '../model/clock.js';
import type { SessionStore, StoredSession } from '../model/session-store.js';
import { SessionEntry } from './session-entry.js';

/** How long uses are gathered before they are written together. */
const GATHERING_MS = 1000;

/** Keeps the sessions of one function in a store. Writes a change at once, and the uses of many sessions together. */
export class SessionWriter {
  readonly #store: SessionStore;
  readonly #clock: Clock;
  readonly #now: () => number;
  /** Sessions whose last use has ended and is not yet written. */
  readonly #used = new Set<SessionEntry>();
  /** Sessions that may have a request in flight. */
  readonly #inUse = new Set<SessionEntry>();
  #isClosed = false;
  #callOff: (() => void) | undefined;

  /**
   * @param processClock for the time between two writes of uses
   * @param now on the session clock
   */
  constructor(store: SessionStore, processClock: Clock, now: () => number) {
    this.#store = store;
    this.#clock = processClock;
    this.#now = now;
  }

  /** The stored sessions, without instances. */
  restore(): SessionEntry[] {
    const shared = new Map<string, StoredSession['terms']>();
    return [...this.#store.all()].map((stored) => {
      const key = JSON.stringify(stored.terms);
      const terms = shared.get(key) ?? stored.terms;
      shared.set(key, terms);
      return entryOf(stored, terms);
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

  /** A request of the session has begun: until it ends, the session counts as used in every second. */
  beginUse(entry: SessionEntry): void {
    if (entry.endsWithInstance) return;
    this.#inUse.add(entry);
    this.#arm();
  }

  /** The last request of the session in flight has ended. */
  endUse(entry: SessionEntry): void {
    if (entry.endsWithInstance) return;
    this.#inUse.delete(entry);
    this.#used.add(entry);
    this.#arm();
  }

  /** Writes every use so far; later uses are not written. */
  close(): void {
    this.#isClosed = true;
    this.#flush();
  }

  #arm(): void {
    if (this.#isClosed) return;
    this.#callOff ??= this.#clock.wakeAt(this.#clock.now() + GATHERING_MS, () => this.#flush());
  }

  #flush(): void {
    this.#callOff?.();
    this.#callOff = undefined;
    this.#noteInUse();
    if (this.#used.size > 0)
      this.#store.touch([...this.#used].map(({ order, lastUsedAt }) => ({ order, lastUsedAt })));
    this.#used.clear();
    if (this.#inUse.size > 0) this.#arm();
  }

  #noteInUse(): void {
    const now = this.#now();
    for (const entry of this.#inUse) {
      if (entry.inFlight === 0 || !entry.isAlive) this.#inUse.delete(entry);
      // On a frozen clock it stays the same.
      else if (entry.lastUsedAt !== now) {
        entry.lastUsedAt = now;
        this.#used.add(entry);
      }
    }
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

function entryOf(stored: StoredSession, terms: StoredSession['terms']): SessionEntry {
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
    // Its instance has ended with the emulator that ran it.
    containerId: sessionStatus === 'Expired' ? containerId : '',
    known: true,
  });
}
