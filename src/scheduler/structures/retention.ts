import { EXPIRED_RECORDS_KEPT, EXPIRED_RETENTION_MS } from '../../model/limits.js';
import type { SessionEntry } from '../session-entry.js';

/** Expired sessions in the order of their ends. Each stays on record for three days, while there are not too many. */
export class Retention {
  /** The sessions before `#oldest` have been removed. */
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

  /** When the retention of the next one is over; Infinity when there is none. */
  get nextAt(): number {
    return (this.#expired[this.#oldest]?.endedAt ?? Infinity) + EXPIRED_RETENTION_MS;
  }

  /** Removes the next session whose retention is over, or that was erased before. */
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

/** Whether the retention of an expired session is over. */
export function isPastRetention({ endedAt }: SessionEntry, now: number): boolean {
  return endedAt + EXPIRED_RETENTION_MS <= now;
}
