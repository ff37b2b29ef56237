import { availableParallelism } from 'node:os';
import type { Clock } from '../model/clock.js';

/** A start that takes longer mostly waits, and must not delay the others. */
const LONGEST_HOLD_MS = 1000;

/**
 * Limits how many instances start at the same time: one more than there are processors, because more would only slow each other down
 * (quality P6). The others wait in order.
 */
export class StartQueue {
  readonly #clock: Clock;
  readonly #waiting: (() => void)[] = [];
  #free: number;

  constructor(clock: Clock, slots = availableParallelism() + 1) {
    this.#clock = clock;
    this.#free = slots;
  }

  /**
   * Resolves when this start may begin.
   * @returns a function that lets the next start begin; a second call does nothing, and after a second that happens by itself
   * @throws the reason of the signal, when that is aborted first
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
