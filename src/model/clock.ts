import { DeadlineHeap, type Due } from './deadline-heap.js';
import { FcError } from './errors.js';

/**
 * The emulator's time. Instants are milliseconds on the clock's own scale, which starts at the host's wall time and then counts only
 * time that passes: a jump of the host's clock changes nothing.
 */
export interface Clock {
  /** Whole milliseconds; never goes back. */
  now(): number;
  /** The instant to show to people and on the wire. */
  wallTime(): Date;
  /**
   * Calls `wake` once when `now()` has reached `deadline` (a deadline already past: on the next turn of the event loop).
   * @returns a function that cancels it
   */
  wakeAt(deadline: number, wake: () => void | Promise<void>): () => void;
}

/** Where a clock gets its time from. Real by default; tests may give their own. */
export interface TimeSource {
  /** Milliseconds that only go forward. */
  monotonic(): number;
  /** Milliseconds since 1970 as the host sees them. The clock starts there and never follows it. */
  wall(): number;
  /** Calls back after at least `delay` milliseconds; the timer alone keeps no process alive. */
  startTimer(delay: number, call: () => void): () => void;
}

/** What a clock needs to go on after a restart as if it had run. */
export interface KeptClock {
  /** How far it was moved by hand, in milliseconds. */
  readonly offsetMs: number;
  /** How far the host's wall clock has run ahead of the time that has passed, as in a sleep, in milliseconds: this clock does not follow it. */
  readonly skippedMs: number;
  /** Its time; only of a frozen clock. */
  readonly frozenAt?: number;
}

/** Node turns a longer delay into 1 ms. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;
/** How long wakes may block the event loop: after that the rest of them wait for the next turn. */
const LONGEST_STALL_MS = 5;

const HOST_TIME: TimeSource = {
  // `performance.now()` gives the same value, and takes a millisecond to load at the start of every command.
  monotonic() {
    const [seconds, nanoseconds] = process.hrtime();
    return seconds * 1000 + nanoseconds / 1e6;
  },
  wall: () => Date.now(),
  startTimer(delay, call) {
    const timer = setTimeout(call, delay);
    timer.unref();
    return () => clearTimeout(timer);
  },
};

/** The host's wall clock, in milliseconds since 1970: for the dates of signatures, which another machine compares with its own. */
export function hostNow(): number {
  return HOST_TIME.wall();
}

interface Alarm extends Due {
  readonly wake: () => void | Promise<void>;
}

/** A move under way. */
interface Advance {
  /** Of all moves that met. */
  milliseconds: number;
  left: number;
  done: Promise<void>;
}

/** What was done to a clock by hand. */
export type ClockMove =
  | { readonly kind: 'advanced'; readonly milliseconds: number }
  | { readonly kind: 'frozen' | 'resumed' };

/**
 * A clock that keeps its deadlines in one heap with one re-armed timer. It can be advanced and frozen, which is how the session clock
 * is used; the process clock is given to others as a plain {@link Clock}, which cannot be moved.
 */
export class MovableClock implements Clock {
  readonly #source: TimeSource;
  readonly #epoch: number;
  readonly #wallAtStart: number;
  readonly #startedAt: number;
  readonly #skippedBefore: number;
  readonly #alarms = new DeadlineHeap<Alarm>();
  #moved = 0;
  #frozenAt: number | undefined;
  #order = 0;
  #timer: { readonly deadline: number; readonly stop: () => void } | undefined;
  #advance: Advance | undefined;
  readonly #watchers = new Set<(move: ClockMove) => void>();

  constructor({
    source = HOST_TIME,
    frozen = false,
    startAt,
    kept,
  }: { source?: TimeSource; frozen?: boolean; startAt?: number; kept?: KeptClock } = {}) {
    this.#source = source;
    this.#wallAtStart = source.wall();
    this.#startedAt = source.monotonic();
    this.#skippedBefore = kept?.skippedMs ?? 0;
    const start = startAt ?? this.#wallAtStart - this.#skippedBefore;
    this.#epoch = start - this.#startedAt;
    this.#moved = kept?.frozenAt === undefined ? (kept?.offsetMs ?? 0) : kept.frozenAt - start;
    if (frozen || kept?.frozenAt !== undefined) this.#frozenAt = kept?.frozenAt ?? start + this.#moved;
  }

  now(): number {
    return Math.floor(this.#position);
  }

  wallTime(): Date {
    return new Date(this.now());
  }

  get frozen(): boolean {
    return this.#frozenAt !== undefined;
  }

  /** How far the clock was moved by hand, in milliseconds, frozen time (negative) included. */
  get offset(): number {
    return this.#position - this.#epoch - this.#source.monotonic();
  }

  /** How far the host's wall clock has run away from what has passed, in milliseconds. */
  get hostGap(): number {
    return this.#source.wall() - this.#wallAtStart - (this.#source.monotonic() - this.#startedAt);
  }

  /** What a clock of the next run needs to go on from here. */
  get kept(): KeptClock {
    const running = { offsetMs: this.offset, skippedMs: this.#skippedBefore + this.hostGap };
    return this.frozen ? { ...running, frozenAt: this.now() } : running;
  }

  wakeAt(deadline: number, wake: () => void | Promise<void>): () => void {
    const alarm: Alarm = { order: this.#order++, wake, index: -1 };
    this.#alarms.set(alarm, deadline);
    this.#arm();
    return () => this.#alarms.remove(alarm);
  }

  freeze(): void {
    if (this.#frozenAt !== undefined) return;
    this.#frozenAt = this.#running();
    this.#disarm();
    this.#tell({ kind: 'frozen' });
  }

  resume(): void {
    if (this.#frozenAt === undefined) return;
    this.#moved += this.#frozenAt - this.#running();
    this.#frozenAt = undefined;
    this.#arm();
    this.#tell({ kind: 'resumed' });
  }

  /**
   * Moves the clock on, firing every deadline on the way in its order and at its time. Moves that meet add up.
   * @param milliseconds how far; not negative
   * @returns when everything that the wakes began has ended
   * @throws InvalidArgument
   */
  async advance(milliseconds: number): Promise<void> {
    if (!(milliseconds >= 0 && milliseconds < Infinity)) {
      throw new FcError('InvalidArgument', `milliseconds must be 0 or more, got "${milliseconds}"`);
    }
    if (this.#advance === undefined) {
      const advance = { milliseconds, left: milliseconds, done: Promise.resolve() };
      this.#advance = advance;
      advance.done = this.#pass(advance);
      return advance.done;
    }
    this.#advance.milliseconds += milliseconds;
    this.#advance.left += milliseconds;
    return this.#advance.done;
  }

  /**
   * Tells every move of the clock from now on.
   * @returns a function that ends this
   */
  watch(listener: (move: ClockMove) => void): () => void {
    this.#watchers.add(listener);
    return () => this.#watchers.delete(listener);
  }

  async #pass(advance: Advance): Promise<void> {
    const consequences: Promise<void>[] = [];
    this.#disarm();
    let breathedAt = this.#source.monotonic();
    try {
      for (
        let next = this.#alarms.next;
        next !== undefined && this.#alarms.nextAt <= this.#position + advance.left;
        next = this.#alarms.next
      ) {
        const ahead = Math.max(0, this.#alarms.nextAt - this.#position);
        advance.left -= ahead;
        this.#move(ahead);
        if (this.#frozenAt !== undefined && ahead > 0) this.#frozenAt = this.#alarms.nextAt;
        this.#fire(next, consequences);
        if (this.#source.monotonic() - breathedAt < LONGEST_STALL_MS) continue;
        await new Promise<void>((resolve) => this.#source.startTimer(0, resolve));
        breathedAt = this.#source.monotonic();
      }
      this.#move(advance.left);
    } finally {
      this.#advance = undefined;
    }
    this.#arm();
    this.#tell({ kind: 'advanced', milliseconds: advance.milliseconds });
    await Promise.all(consequences);
  }

  #running(): number {
    return this.#epoch + this.#moved + this.#source.monotonic();
  }

  /** The time of the clock, not rounded. */
  get #position(): number {
    return this.#frozenAt ?? this.#running();
  }

  #move(milliseconds: number): void {
    this.#moved += milliseconds;
    if (this.#frozenAt !== undefined) this.#frozenAt += milliseconds;
  }

  #tell(move: ClockMove): void {
    for (const listener of this.#watchers) listener(move);
  }

  #arm(): void {
    const deadline = this.#alarms.nextAt;
    if (deadline === Infinity || this.#frozenAt !== undefined || this.#advance !== undefined) return;
    if (this.#timer !== undefined && this.#timer.deadline <= deadline) return;
    this.#disarm();
    const delay = Math.min(Math.max(Math.ceil(deadline - this.#running()), 0), LONGEST_TIMER_MS);
    this.#timer = { deadline, stop: this.#source.startTimer(delay, () => this.#ring()) };
  }

  #disarm(): void {
    this.#timer?.stop();
    this.#timer = undefined;
  }

  /**
   * Fires due alarms for at most 5 ms, and the rest in the next turn: after a sleep of the machine very many can be due. An alarm that a
   * wake sets waits for the next turn too, so that long work lets requests through.
   */
  #ring(): void {
    this.#timer = undefined;
    if (this.#frozenAt !== undefined) return;
    const consequences: Promise<void>[] = [];
    const now = this.now();
    const set = this.#order;
    const begunAt = this.#source.monotonic();
    for (
      let next = this.#alarms.next;
      next !== undefined && this.#alarms.nextAt <= now && next.order < set;
      next = this.#alarms.next
    ) {
      this.#fire(next, consequences);
      if (this.#source.monotonic() - begunAt >= LONGEST_STALL_MS) break;
    }
    this.#arm();
    // A wake that fails is a defect: it surfaces as an unhandled rejection, which ends the emulator and its instances.
    void Promise.all(consequences);
  }

  #fire(alarm: Alarm, consequences: Promise<void>[]): void {
    this.#alarms.remove(alarm);
    const begun = alarm.wake();
    if (begun !== undefined) consequences.push(begun);
  }
}
