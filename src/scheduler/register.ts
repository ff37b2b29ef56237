import type { Seat } from './seat.js';

const SEATS_ON_A_PAGE = 1024;

interface Page {
  /** The order of its first session. */
  readonly from: number;
  seats: Seat[];
  erased: number;
}

/**
 * Every session on record, Active or Expired, in the order of creation: what lists are read from. In pages, so that a million of them
 * need never be moved in one turn.
 */
export class Register {
  #pages: Page[] = [];

  add(seat: Seat): void {
    let page = this.#pages.at(-1);
    if (page === undefined || page.seats.length >= SEATS_ON_A_PAGE) {
      page = { from: seat.order, seats: [], erased: 0 };
      this.#pages.push(page);
    }
    page.seats.push(seat);
  }

  erase(seat: Seat): void {
    if (seat.erased) return;
    seat.erased = true;
    const page = this.#pages[pageWith(this.#pages, seat.order)];
    if (page === undefined) return;
    page.erased++;
    if (page.erased === page.seats.length) {
      this.#pages = this.#pages.filter((kept) => kept !== page);
    } else if (page.erased * 2 > page.seats.length) {
      page.seats = page.seats.filter((kept) => !kept.erased);
      page.erased = 0;
    }
  }

  /** Those created after the one of that order, oldest first. */
  *after(order: number): Generator<Seat> {
    // Erasing may put fewer pages and shorter ones in place while a list is being read: read those that were there.
    const pages = this.#pages;
    for (let at = pageWith(pages, order); at < pages.length; at++) {
      for (const seat of pages[at]?.seats ?? []) if (seat.order > order && !seat.erased) yield seat;
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
