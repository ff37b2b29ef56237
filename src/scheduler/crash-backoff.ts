import type { Clock } from '../model/clock.js';
import { FcError } from '../model/errors.js';

const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 10_000;
/** A delay is longer by a random part of up to a fifth, so that several functions do not start at the same instants. */
const JITTER = 0.2;
/** How many starts may fail within half a minute. */
const FAILURES_IN_WINDOW = 8;
const WINDOW_MS = 30_000;
/** How long an instance must run to show that the function can be started. */
const HEALTHY_AFTER_MS = 30_000;

/** Delays the next start of a function whose instances end before they listen: each failure doubles the delay. */
export class CrashBackoff {
  readonly #clock: Clock;
  readonly #chance: () => number;
  /** For each instance that listens and was started after a failure: the instant at which it shows that starts succeed. */
  readonly #healthyAt = new Map<object, number>();
  #failures: number[] = [];
  #waitMs = FIRST_WAIT_MS;
  #until = 0;
  #callOff: () => void = () => {};

  /** @param chance gives a number from 0 up to 1 */
  constructor(clock: Clock, chance: () => number) {
    this.#clock = clock;
    this.#chance = chance;
  }

  /** Milliseconds until an instance may be started; 0 = at once. */
  get wait(): number {
    this.#judge();
    return Math.max(0, this.#until - this.#clock.now());
  }

  /** @throws ServiceUnavailable while the next start is delayed */
  check(): void {
    const { wait } = this;
    if (wait === 0) return;
    throw new FcError(
      'ServiceUnavailable',
      'instances of the function keep ending before they listen; the next start has to wait',
      {
        retryAfterInSeconds: Math.ceil(wait / 1000),
        fix: 'look at what the handler prints: fc-affinity instance list, fc-affinity instance logs <id>',
      },
    );
  }

  failed(): void {
    this.#judge();
    const now = this.#clock.now();
    this.#failures = [...this.#failures, now].slice(-FAILURES_IN_WINDOW);
    this.#until = now + this.#waitMs * (1 + JITTER * this.#chance());
    this.#waitMs = Math.min(this.#waitMs * 2, LONGEST_WAIT_MS);
    const [oldest] = this.#failures;
    if (this.#failures.length === FAILURES_IN_WINDOW && oldest !== undefined) {
      this.#until = Math.max(this.#until, oldest + WINDOW_MS);
    }
  }

  /** The instance listens. When it has run for half a minute, the failures are forgotten. */
  started(instance: object): void {
    this.#judge();
    if (this.#failures.length > 0) this.#healthyAt.set(instance, this.#clock.now() + HEALTHY_AFTER_MS);
  }

  /** The instance has ended. */
  ended(instance: object): void {
    this.#judge();
    this.#healthyAt.delete(instance);
  }

  afterWait(call: () => void): void {
    this.close();
    this.#callOff = this.#clock.wakeAt(this.#until, call);
  }

  close(): void {
    this.#callOff();
  }

  /** Compares with the clock instead of setting a timer, so that the order of timers at one instant does not matter. */
  #judge(): void {
    const now = this.#clock.now();
    for (const [instance, healthyAt] of this.#healthyAt) {
      if (healthyAt > now) continue;
      this.#healthyAt.delete(instance);
      this.#failures = [];
      this.#waitMs = FIRST_WAIT_MS;
      this.#until = 0;
    }
  }
}
