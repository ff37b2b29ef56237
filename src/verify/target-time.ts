import { wait } from '../system/wait.js';
import type { Control, Trial } from './trial.js';

/** More is not waited for in one go. */
const LONGEST_WAIT_IN_SECONDS = 3;

/**
 * Time at the target. Where its clock may be moved, lifetimes are told in minutes, so that the time that the requests themselves take
 * counts for nothing; where it must be waited for, in seconds.
 */
export class TargetTime {
  /** The shortest lifetime that a suite should give a session. */
  readonly unitInSeconds: number;
  readonly #trial: Trial;
  readonly #control: Control;
  readonly #frozen: boolean;
  #movedInSeconds = 0;

  private constructor(trial: Trial, control: Control, frozen: boolean) {
    this.#trial = trial;
    this.#control = control;
    this.#frozen = frozen;
    this.unitInSeconds = trial.target.mayMoveClock ? 60 : 1;
  }

  static async open(trial: Trial, control: Control): Promise<TargetTime> {
    const { frozen } = await control.plane.clock.show();
    return new TargetTime(trial, control, frozen);
  }

  /** @returns why that much time cannot pass here; undefined where it can */
  obstacle(seconds: number): string | undefined {
    if (this.#trial.target.mayMoveClock) return undefined;
    if (this.#frozen) return "the target's clock is frozen";
    if (seconds <= LONGEST_WAIT_IN_SECONDS) return undefined;
    return `it takes ${seconds} s, and the target's clock is not the suite's to move`;
  }

  async pass(seconds: number): Promise<void> {
    if (!this.#trial.target.mayMoveClock) {
      await wait(this.#trial.clock, seconds * 1000, { keepAlive: true });
      return;
    }
    await this.#control.plane.clock.advance(seconds * 1000);
    this.#movedInSeconds += seconds;
  }

  /** @returns milliseconds on the target's clock */
  async now(): Promise<number> {
    return Date.parse((await this.#control.plane.clock.show()).now);
  }

  /** @returns what was seen, and how far the clock has been moved since this was last asked; it cannot be moved back */
  tell(actual: string): string {
    const moved = Math.round(this.#movedInSeconds * 10) / 10;
    this.#movedInSeconds = 0;
    return moved === 0 ? actual : `${actual} (the clock was moved on by ${moved} s)`;
  }
}
