import type { Seat } from './seat.js';

/** A power of two. */
const PARTS = 64;

/**
 * The latest session of each ID. In many small maps, as a large one stops everything for tens of milliseconds whenever it has to
 * grow or to shrink: with a million entries it looks at every one of them.
 */
export class Directory {
  readonly #parts = Array.from({ length: PARTS }, () => new Map<string, Seat>());

  get(sessionId: string): Seat | undefined {
    return this.#partOf(sessionId)?.get(sessionId);
  }

  set(seat: Seat): void {
    this.#partOf(seat.sessionId)?.set(seat.sessionId, seat);
  }

  delete(sessionId: string): void {
    this.#partOf(sessionId)?.delete(sessionId);
  }

  #partOf(sessionId: string): Map<string, Seat> | undefined {
    return this.#parts[hashOfEnd(sessionId) & (PARTS - 1)];
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
