import type { Seat } from './seat.js';

/** Every session on record, Active or Expired, in the order of creation: what lists are read from. */
export class Register {
  #seats: Seat[] = [];
  #erased = 0;

  get size(): number {
    return this.#seats.length - this.#erased;
  }

  add(seat: Seat): void {
    this.#seats.push(seat);
  }

  erase(seat: Seat): void {
    if (seat.erased) return;
    seat.erased = true;
    this.#erased++;
    if (this.#erased > 32 && this.#erased * 2 > this.#seats.length) {
      this.#seats = this.#seats.filter((kept) => !kept.erased);
      this.#erased = 0;
    }
  }

  /** Those created after the one of that order, oldest first. */
  *after(order: number): Generator<Seat> {
    // Erasing may put a shorter array in place while a list is being read: read the one that was there.
    const seats = this.#seats;
    for (let at = firstAfter(seats, order); at < seats.length; at++) {
      const seat = seats[at];
      if (seat !== undefined && !seat.erased) yield seat;
    }
  }
}

function firstAfter(seats: readonly Seat[], order: number): number {
  let low = 0;
  let high = seats.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((seats[middle]?.order ?? 0) <= order) low = middle + 1;
    else high = middle;
  }
  return low;
}
