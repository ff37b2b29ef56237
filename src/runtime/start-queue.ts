import { availableParallelism } from 'node:os';
import type { Clock } from '../model/clock.js';

/** A start that takes longer is mostly waiting, and must not hold up the others. */
const LONGEST_HOLD_MS = 1000;

/**
 * How many instances may be between their spawn and their readiness at once: one more than there are processors, so that each has work
 * while a start waits for us, and no more, for they only slow each other down (quality P6). The rest wait their turn in order.
 */
export class StartQueue {
  readonly #clock: Clock;
  readonly #waiting: (() => void)[] = [];
  #free: number;

  constructor(clock: Clock, places = availableParallelism() + 1) {
    this.#clock = clock;
    this.#free = places;
  }

  /**
   * Resolves when it is this one's turn.
   * @returns gives the place to the next; may be called again; after a second the place is given away by itself
   * @throws the signal's reason, when it is aborted first
   */
  async turn(signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted();
    if (this.#free > 0) this.#free--;
    else await this.#wait(signal);
    return this.#hold();
  }

  #wait(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const called = (): void => {
        signal.removeEventListener('abort', gaveUp);
        resolve();
      };
      const gaveUp = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(called), 1);
        reject(signal.reason);
      };
      signal.addEventListener('abort', gaveUp, { once: true });
      this.#waiting.push(called);
    });
  }

  #hold(): () => void {
    let held = true;
    const leave = (): void => {
      if (!held) return;
      held = false;
      callOff();
      const next = this.#waiting.shift();
      if (next === undefined) this.#free++;
      else next();
    };
    const callOff = this.#clock.wakeAt(this.#clock.now() + LONGEST_HOLD_MS, leave);
    return leave;
  }
}
