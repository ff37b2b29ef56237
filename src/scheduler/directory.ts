import type { Seat } from './seat.js';

/** A power of two. */
const PARTS = 64;

/**
 * The sessions of one qualifier by their IDs: the latest of each, alive or expired, and behind it those of the same ID before. In many
 * small maps, as a large one stops everything for tens of milliseconds whenever it has to grow or to shrink: with a million entries it
 * looks at every one of them.
 */
export class Directory {
  readonly #latest = Array.from({ length: PARTS }, () => new Map<string, Seat>());
  /** Of those whose ID had been used: the one of the same ID before it, which may have been erased since. */
  readonly #earlier = new Map<Seat, Seat>();

  /** The latest of that ID. */
  get(sessionId: string): Seat | undefined {
    return this.#partOf(sessionId)?.get(sessionId);
  }

  /** The one of the same ID before it, unless that has been erased. */
  earlier(seat: Seat): Seat | undefined {
    const earlier = this.#earlier.get(seat);
    return earlier?.erased ? undefined : earlier;
  }

  add(seat: Seat): void {
    const earlier = this.get(seat.sessionId);
    if (earlier !== undefined && !earlier.erased) this.#earlier.set(seat, earlier);
    this.#partOf(seat.sessionId)?.set(seat.sessionId, seat);
  }

  /** Takes it out; an earlier one of its ID, unless that has been erased, is then the latest again. */
  remove(seat: Seat): void {
    const { sessionId } = seat;
    const part = this.#partOf(sessionId);
    if (part?.get(sessionId) === seat) {
      const earlier = this.earlier(seat);
      if (earlier === undefined) part.delete(sessionId);
      else part.set(sessionId, earlier);
    }
    this.#earlier.delete(seat);
  }

  #partOf(sessionId: string): Map<string, Seat> | undefined {
    return this.#latest[hashOfEnd(sessionId) & (PARTS - 1)];
  }
}

/** FNV-1a of the last characters, in which IDs that count up differ as well as random ones. Parts as even as chance are filled alike. */
function hashOfEnd(sessionId: string): number {
  let hash = 0x811c9dc5;
  for (let at = Math.max(0, sessionId.length - 8); at < sessionId.length; at++) {
    hash = Math.imul(hash ^ sessionId.charCodeAt(at), 0x01000193);
  }
  return hash ^ (hash >>> 15);
}
