import type { SessionEntry } from '../session-entry.js';

/** A power of two. */
const PARTS = 64;
const ENTRIES_ON_A_PAGE = 1024;

interface Page {
  /** The order of its first session. */
  readonly from: number;
  entries: SessionEntry[];
  erased: number;
}

/**
 * The sessions on record: by qualifier and ID, and in the order of creation, from which lists are read. In many small maps and pages
 * (README.md in this folder says why).
 */
export class SessionIndex {
  /** By qualifier: the latest of each ID, Active or Expired, in parts by the hash of the ID. */
  readonly #latest = new Map<string, readonly Map<string, SessionEntry>[]>();
  /** For a session whose ID had been used before: the earlier session, which may have been erased since. */
  readonly #earlier = new Map<SessionEntry, SessionEntry>();
  #pages: Page[] = [];

  /** The latest session of that ID. */
  get(qualifier: string, sessionId: string): SessionEntry | undefined {
    return this.#partOf(qualifier, sessionId)?.get(sessionId);
  }

  /** The earlier sessions of the same ID, the latest first, back to the first that has been erased. */
  before(entry: SessionEntry): SessionEntry[] {
    const before: SessionEntry[] = [];
    for (let at = this.#before(entry); at !== undefined; at = this.#before(at)) before.push(at);
    return before;
  }

  /** The sessions that were created after the one of that order, oldest first. */
  *after(order: number): Generator<SessionEntry> {
    // While a list is being read, erasing may replace the pages by fewer and shorter ones: this loop reads the old pages.
    const pages = this.#pages;
    for (let at = pageWith(pages, order); at < pages.length; at++) {
      for (const entry of pages[at]?.entries ?? []) if (entry.order > order && !entry.erased) yield entry;
    }
  }

  /** Adds the newest session. */
  add(entry: SessionEntry): void {
    const { sessionId, terms } = entry;
    if (!this.#latest.has(terms.qualifier)) this.#latest.set(terms.qualifier, emptyParts());
    const part = this.#partOf(terms.qualifier, sessionId);
    const earlier = part?.get(sessionId);
    if (earlier !== undefined && !earlier.erased) this.#earlier.set(entry, earlier);
    part?.set(sessionId, entry);
    this.#append(entry);
  }

  /** Removes it. The earlier session of its ID, if it has not been erased, is then the latest again. */
  erase(entry: SessionEntry): void {
    if (entry.erased) return;
    entry.erased = true;
    this.#unlist(entry);
    const { sessionId, terms } = entry;
    const part = this.#partOf(terms.qualifier, sessionId);
    if (part?.get(sessionId) === entry) {
      const earlier = this.#before(entry);
      if (earlier === undefined) part.delete(sessionId);
      else part.set(sessionId, earlier);
    }
    this.#earlier.delete(entry);
  }

  #append(entry: SessionEntry): void {
    let page = this.#pages.at(-1);
    if (page === undefined || page.entries.length >= ENTRIES_ON_A_PAGE) {
      page = { from: entry.order, entries: [], erased: 0 };
      this.#pages.push(page);
    }
    page.entries.push(entry);
  }

  #unlist(entry: SessionEntry): void {
    const page = this.#pages[pageWith(this.#pages, entry.order)];
    if (page === undefined) return;
    page.erased++;
    if (page.erased === page.entries.length) {
      this.#pages = this.#pages.filter((kept) => kept !== page);
    } else if (page.erased * 2 > page.entries.length) {
      page.entries = page.entries.filter((kept) => !kept.erased);
      page.erased = 0;
    }
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

/** FNV-1a of the last characters: there both random IDs and numbered IDs differ. It fills the parts evenly. */
function hashOfEnd(sessionId: string): number {
  let hash = 0x811c9dc5;
  for (let at = Math.max(0, sessionId.length - 8); at < sessionId.length; at++) {
    hash = Math.imul(hash ^ sessionId.charCodeAt(at), 0x01000193);
  }
  return hash ^ (hash >>> 15);
}

/** The page of the session of that order, or where it would be. */
function pageWith(pages: readonly Page[], order: number): number {
  let low = 0;
  let high = pages.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((pages[middle]?.from ?? Infinity) <= order) low = middle;
    else high = middle - 1;
  }
  return low;
}
