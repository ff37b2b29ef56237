import { EXPIRED_RECORDS_KEPT, EXPIRED_RETENTION_MS } from '../model/limits.js';
import type { Seat } from './seat.js';

/** Expired sessions in the order of their ending, and until when each stays on record: for a time, while there are not too many. */
export class Retention {
  /** Those before `#oldest` have been taken out. */
  #expired: Seat[] = [];
  #oldest = 0;

  /** The one that ended last. */
  add(seat: Seat): void {
    this.#expired.push(seat);
  }

  /** Puts those that were added in any order into that of their ending. */
  sort(): void {
    this.#expired.sort((one, other) => one.endedAt - other.endedAt);
  }

  /** When the time of the next one is over; Infinity when there is none. */
  get nextAt(): number {
    return (this.#expired[this.#oldest]?.endedAt ?? Infinity) + EXPIRED_RETENTION_MS;
  }

  /** Takes out the next one that is to be forgotten by now, or has been erased before. */
  take(now: number): Seat | undefined {
    const seat = this.#expired[this.#oldest];
    if (seat === undefined) return undefined;
    const tooMany = this.#expired.length - this.#oldest > EXPIRED_RECORDS_KEPT;
    if (!seat.erased && !tooMany && !isPastRetention(seat, now)) return undefined;
    this.#oldest++;
    if (this.#oldest > 1024 && this.#oldest * 2 > this.#expired.length) {
      this.#expired = this.#expired.slice(this.#oldest);
      this.#oldest = 0;
    }
    return seat;
  }
}

/** Whether the time of an expired session is over. */
export function isPastRetention({ endedAt }: Seat, now: number): boolean {
  return endedAt + EXPIRED_RETENTION_MS <= now;
}
