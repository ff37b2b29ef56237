import type { Clock } from '../model/clock.js';
import type { SessionStore, StoredSession } from '../model/session-store.js';
import { Seat } from './seat.js';

/** How long notes of use are gathered before they are written together. */
const GATHERING_MS = 1000;

/** Keeps the sessions of one function in a store: what changes a session at once, what only uses it now and then for many. */
export class Keeper {
  readonly #store: SessionStore;
  readonly #clock: Clock;
  readonly #used = new Set<Seat>();
  #callOff: (() => void) | undefined;

  /** @param clock the process clock */
  constructor(store: SessionStore, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  /** The sessions that were kept, without instances. */
  restore(): Seat[] {
    const shared = new Map<string, StoredSession['terms']>();
    return [...this.#store.all()].map((stored) => {
      const key = JSON.stringify(stored.terms);
      const terms = shared.get(key) ?? stored.terms;
      shared.set(key, terms);
      return seatOf(stored, terms);
    });
  }

  save(seat: Seat): void {
    this.#used.delete(seat);
    this.#store.save(storedOf(seat));
  }

  delete(seat: Seat): void {
    this.#used.delete(seat);
    this.#store.delete(seat.order);
  }

  use(seat: Seat): void {
    this.#used.add(seat);
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

function storedOf(seat: Seat): StoredSession {
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
  } = seat;
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

function seatOf(stored: StoredSession, terms: StoredSession['terms']): Seat {
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
  const seat = new Seat(sessionId, terms, createdAt, order);
  return Object.assign(seat, {
    sessionStatus,
    lastModifiedAt,
    lastUsedAt,
    used,
    endedAt,
    containerId,
    known: true,
  });
}
