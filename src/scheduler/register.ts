import type { SessionEntry } from './session-entry.js';

const ENTRIES_ON_A_PAGE = 1024;

interface Page {
  /** The order of its first session. */
  readonly from: number;
  entries: SessionEntry[];
  erased: number;
}

/**
 * Every session on record, Active or Expired, in the order of creation: what lists are read from. In pages, so that a million of them
 * need never be moved in one turn.
 */
export class Register {
  #pages: Page[] = [];

  add(entry: SessionEntry): void {
    let page = this.#pages.at(-1);
    if (page === undefined || page.entries.length >= ENTRIES_ON_A_PAGE) {
      page = { from: entry.order, entries: [], erased: 0 };
      this.#pages.push(page);
    }
    page.entries.push(entry);
  }

  erase(entry: SessionEntry): void {
    if (entry.erased) return;
    entry.erased = true;
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

  /** Those created after the one of that order, oldest first. */
  *after(order: number): Generator<SessionEntry> {
    // Erasing may put fewer pages and shorter ones in place while a list is being read: read those that were there.
    const pages = this.#pages;
    for (let at = pageWith(pages, order); at < pages.length; at++) {
      for (const entry of pages[at]?.entries ?? []) if (entry.order > order && !entry.erased) yield entry;
    }
  }
}

/** Where the session of that order stands, or would stand. */
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
