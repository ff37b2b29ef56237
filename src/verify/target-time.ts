import type { Clock } from '../model/clock.js';
import type { ClockService } from '../model/services.js';
import { wait } from '../system/wait.js';

/** The suites never wait longer than this at once. */
const LONGEST_WAIT_IN_SECONDS = 3;

interface TimeOptions {
  /** Measures the waits. */
  readonly clock: Clock;
  readonly targetClock: ClockService;
  readonly mayMove: boolean;
}

/**
 * Time at the target. Where its clock may be moved, the unit is a minute, so that the duration of the requests does not matter.
 * Elsewhere the suites wait, and the unit is a second.
 */
export class TargetTime {
  /** The shortest TTL that a suite gives a session. */
  readonly unitInSeconds: number;
  readonly #clock: Clock;
  readonly #targetClock: ClockService;
  readonly #mayMove: boolean;
  readonly #frozen: boolean;
  #movedInSeconds = 0;

  private constructor({ clock, targetClock, mayMove }: TimeOptions, frozen: boolean) {
    this.#clock = clock;
    this.#targetClock = targetClock;
    this.#mayMove = mayMove;
    this.#frozen = frozen;
    this.unitInSeconds = mayMove ? 60 : 1;
  }

  static async open(options: TimeOptions): Promise<TargetTime> {
    const { frozen } = await options.targetClock.show();
    return new TargetTime(options, frozen);
  }

  /** @returns why that much time cannot pass here; undefined where it can */
  obstacle(seconds: number): string | undefined {
    if (this.#mayMove) return undefined;
    if (this.#frozen) return "the target's clock is frozen";
    if (seconds <= LONGEST_WAIT_IN_SECONDS) return undefined;
    return `it takes ${seconds} s, and the target's clock is not the suite's to move`;
  }

  async pass(seconds: number): Promise<void> {
    if (!this.#mayMove) {
      await wait(this.#clock, seconds * 1000, { keepAlive: true });
      return;
    }
    await this.#targetClock.advance(seconds * 1000);
    this.#movedInSeconds += seconds;
  }

  /** @returns milliseconds on the target's clock */
  async now(): Promise<number> {
    return Date.parse((await this.#targetClock.show()).now);
  }

  /** @returns how far the clock was moved since the last call, in seconds; it cannot be moved back */
  takeMoves(): number {
    const moved = Math.round(this.#movedInSeconds * 10) / 10;
    this.#movedInSeconds = 0;
    return moved;
  }
}
