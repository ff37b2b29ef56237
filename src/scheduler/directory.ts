import type { SessionEntry } from './session-entry.js';

/** A power of two. */
const PARTS = 64;

/**
 * The sessions by qualifier and ID: the latest of each ID, alive or expired, and behind it those of the same ID before. In many small
 * maps, as a large one stops everything for tens of milliseconds whenever it has to grow or to shrink: with a million entries it looks
 * at every one of them.
 */
export class Directory {
  readonly #latest = new Map<string, readonly Map<string, SessionEntry>[]>();
  /** Of those whose ID had been used: the one of the same ID before it, which may have been erased since. */
  readonly #earlier = new Map<SessionEntry, SessionEntry>();

  /** The latest of that ID. */
  get(qualifier: string, sessionId: string): SessionEntry | undefined {
    return this.#partOf(qualifier, sessionId)?.get(sessionId);
  }

  /** Those of the same ID before it, the latest first, as far back as none has been erased. */
  before(entry: SessionEntry): SessionEntry[] {
    const before: SessionEntry[] = [];
    for (let at = this.#before(entry); at !== undefined; at = this.#before(at)) before.push(at);
    return before;
  }

  add(entry: SessionEntry): void {
    const { sessionId, terms } = entry;
    if (!this.#latest.has(terms.qualifier)) this.#latest.set(terms.qualifier, emptyParts());
    const part = this.#partOf(terms.qualifier, sessionId);
    const earlier = part?.get(sessionId);
    if (earlier !== undefined && !earlier.erased) this.#earlier.set(entry, earlier);
    part?.set(sessionId, entry);
  }

  /** Takes it out; the one of its ID before it, unless that has been erased, is then the latest again. */
  remove(entry: SessionEntry): void {
    const { sessionId, terms } = entry;
    const part = this.#partOf(terms.qualifier, sessionId);
    if (part?.get(sessionId) === entry) {
      const earlier = this.#before(entry);
      if (earlier === undefined) part.delete(sessionId);
      else part.set(sessionId, earlier);
    }
    this.#earlier.delete(entry);
  }

  #before(entry: SessionEntry): SessionEntry | undefined {
    const earlier = this.#earlier.get(entry);
    return earlier?.erased ? undefined : earlier;
  }

  #partOf(qualifier: string, sessionId: string): Map<string, SessionEntry> | undefined {
    return this.#latest.get(qualifier)?.[hashOfEnd(sessionId) & (PARTS - 1)];
  }
}

function emptyParts(): Map<string, SessionEntry>[] {
  return Array.from({ length: PARTS }, () => new Map<string, SessionEntry>());
}

/** FNV-1a of the last characters, in which IDs that count up differ as well as random ones. Parts as even as chance are filled alike. */
function hashOfEnd(sessionId: string): number {
  let hash = 0x811c9dc5;
  for (let at = Math.max(0, sessionId.length - 8); at < sessionId.length; at++) {
    hash = Math.imul(hash ^ sessionId.charCodeAt(at), 0x01000193);
  }
  return hash ^ (hash >>> 15);
}
