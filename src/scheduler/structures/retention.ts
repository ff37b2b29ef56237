import { EXPIRED_RECORDS_KEPT, EXPIRED_RETENTION_MS } from '../../model/limits.js';
import type { SessionEntry } from '../session-entry.js';

/** Expired sessions in the order of their ending, and until when each stays on record: for a time, while there are not too many. */
export class Retention {
  /** Those before `#oldest` have been taken out. */
  #expired: SessionEntry[] = [];
  #oldest = 0;

  /** Adds the session that ended last. */
  add(entry: SessionEntry): void {
    this.#expired.push(entry);
  }

  /** Sorts the sessions by the time of their end. */
  sort(): void {
    this.#expired.sort((one, other) => one.endedAt - other.endedAt);
  }

  /** When the time of the next one is over; Infinity when there is none. */
  get nextAt(): number {
    return (this.#expired[this.#oldest]?.endedAt ?? Infinity) + EXPIRED_RETENTION_MS;
  }

  /** Takes out the next session whose retention is over by now, or that was erased before. */
  take(now: number): SessionEntry | undefined {
    const entry = this.#expired[this.#oldest];
    if (entry === undefined) return undefined;
    const tooMany = this.#expired.length - this.#oldest > EXPIRED_RECORDS_KEPT;
    if (!entry.erased && !tooMany && !isPastRetention(entry, now)) return undefined;
    this.#oldest++;
    if (this.#oldest > 1024 && this.#oldest * 2 > this.#expired.length) {
      this.#expired = this.#expired.slice(this.#oldest);
      this.#oldest = 0;
    }
    return entry;
  }
}

/** Whether the time of an expired session is over. */
export function isPastRetention({ endedAt }: SessionEntry, now: number): boolean {
  return endedAt + EXPIRED_RETENTION_MS <= now;
}
