import type { Clock } from '../model/clock.js';
import { DeadlineHeap } from '../model/deadline-heap.js';
import type { SessionAffinityType } from '../model/function.js';
import type { SessionTerms } from '../model/session.js';
import { Directory } from './directory.js';
import type { Keeper } from './keeper.js';
import { Register } from './register.js';
import { isPastRetention, Retention } from './retention.js';
import type { Seat } from './seat.js';

/** So many deadlines are dealt with in one turn; the rest let waiting requests in first. */
const SWEEP_AT_ONCE = 200;

/**
 * Which sessions there are, and until when. An answer never depends on when a timer went off: look-ups compare with the clock, and
 * every operation sweeps first, so that the places of ended sessions are free.
 */
export class Lives {
  readonly #clock: Clock;
  readonly #keeper: Keeper | undefined;
  readonly #directory = new Directory();
  readonly #register = new Register();
  readonly #deadlines = new DeadlineHeap<Seat>();
  readonly #retention = new Retention();
  #alarm: { readonly at: number; readonly callOff: () => void } | undefined;

  /** @param keeper where sessions outlast the emulator; without one they end with it */
  constructor(clock: Clock, keeper?: Keeper) {
    this.#clock = clock;
    this.#keeper = keeper;
  }

  get now(): number {
    return this.#clock.now();
  }

  /** The latest session of that ID; an expired one while it is on record. */
  find(qualifier: string, sessionId: string): Seat | undefined {
    const seat = this.#directory.get(qualifier, sessionId);
    return seat !== undefined && this.#isOnRecord(seat) ? seat : undefined;
  }

  /** Those on record that were created after the one of that order, oldest first. */
  *after(order: number, qualifier: string): Generator<Seat> {
    for (const seat of this.#register.after(order)) {
      if (seat.terms.qualifier === qualifier && this.#isOnRecord(seat)) yield seat;
    }
  }

  add(seat: Seat): void {
    this.#enlist(seat);
    this.#deadlines.set(seat, seat.endsAt);
    this.#arm();
    this.#keeper?.save(seat);
  }

  /**
   * Takes in what was kept of an earlier run. Sessions of another affinity than the function now has are expired (spec U26).
   * @returns the highest order among them
   */
  restore(sessionAffinityType: SessionAffinityType): number {
    let highest = 0;
    for (const seat of this.#keeper?.restore() ?? []) {
      highest = Math.max(highest, seat.order);
      this.#enlist(seat);
      if (seat.sessionStatus === 'Expired') this.#retention.add(seat);
      else if (seat.terms.sessionAffinityType !== sessionAffinityType) void this.expire(seat, this.now);
      else this.#deadlines.set(seat, seat.endsAt);
    }
    this.#retention.sort();
    void this.sweep();
    return highest;
  }

  /** Changes what a session is promised, from now on. It may end by that at once. */
  update(seat: Seat, terms: SessionTerms): void | Promise<void> {
    const { now } = this;
    seat.terms = terms;
    seat.lastModifiedAt = now;
    if (seat.endsAt <= now) return this.expire(seat, now);
    this.hasten(seat);
    this.changed(seat);
    return undefined;
  }

  /** What is kept of the session has changed. */
  changed(seat: Seat): void {
    this.#keeper?.save(seat);
  }

  /** The session was used until now. */
  used(seat: Seat): void {
    seat.lastUsedAt = this.now;
    this.#keeper?.use(seat);
  }

  /** Its end may have come nearer. */
  hasten(seat: Seat): void {
    if (seat.endsAt >= this.#deadlines.dueAt(seat)) return;
    this.#deadlines.set(seat, seat.endsAt);
    this.#arm();
  }

  /**
   * The session is over, and stays on record.
   * @returns when the instance that this ended is gone, if it ended one
   */
  expire(seat: Seat, endedAt = seat.endsAt): void | Promise<void> {
    seat.endedAt = endedAt;
    seat.sessionStatus = 'Expired';
    this.#deadlines.remove(seat);
    this.#retention.add(seat);
    this.#arm();
    this.#keeper?.save(seat);
    return seat.leavePlace();
  }

  /** Forgets this one; an earlier one of its ID, if it is on record, is then the latest again. */
  erase(seat: Seat): void | Promise<void> {
    this.#deadlines.remove(seat);
    this.#register.erase(seat);
    this.#keeper?.delete(seat);
    this.#directory.remove(seat);
    return seat.leavePlace();
  }

  /** Erases a session and everything on record under its ID. */
  delete(seat: Seat): void | Promise<void> {
    for (const earlier of this.#directory.before(seat)) void this.erase(earlier);
    return this.erase(seat);
  }

  /**
   * Ends what has ended by now and forgets what is past its retention; a large number of them bit by bit.
   * @returns when the instances that this ended are gone, if it ended any
   */
  sweep(): void | Promise<void> {
    const stops: Promise<void>[] = [];
    const { now } = this;
    let left = SWEEP_AT_ONCE;
    for (
      let next = this.#deadlines.next;
      next !== undefined && this.#deadlines.nextAt <= now && left-- > 0;
      next = this.#deadlines.next
    ) {
      const end = next.endsAt;
      if (end > now) {
        this.#deadlines.set(next, end);
        continue;
      }
      const stopped = this.expire(next, end);
      if (stopped !== undefined) stops.push(stopped);
    }
    for (; left > 0; left--) {
      const past = this.#retention.take(now);
      if (past === undefined) break;
      if (!past.erased) void this.erase(past);
    }
    this.#arm();
    return stops.length === 0 ? undefined : Promise.all(stops).then(() => {});
  }

  close(): void {
    this.#alarm?.callOff();
    this.#keeper?.flush();
  }

  #enlist(seat: Seat): void {
    this.#directory.add(seat);
    this.#register.add(seat);
  }

  /** Compares the session with the clock: ends it if it has ended, forgets it if it is past its retention. */
  #isOnRecord(seat: Seat): boolean {
    if (seat.isAlive && seat.endsAt <= this.now) void this.expire(seat);
    if (seat.sessionStatus !== 'Expired' || !isPastRetention(seat, this.now)) return true;
    void this.erase(seat);
    return false;
  }

  /** One alarm for all: at the next end, or the next end of a retention. */
  #arm(): void {
    const at = Math.min(this.#deadlines.nextAt, this.#retention.nextAt);
    if (at === this.#alarm?.at || at === Infinity) return;
    if (this.#alarm !== undefined && this.#alarm.at < at) return;
    this.#alarm?.callOff();
    const callOff = this.#clock.wakeAt(at, () => {
      this.#alarm = undefined;
      return this.sweep();
    });
    this.#alarm = { at, callOff };
  }
}
