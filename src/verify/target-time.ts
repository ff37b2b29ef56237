import { wait } from '../system/wait.js';
import type { Control, SuiteRun } from './suite-run.js';

/** The suites never wait longer than this at once. */
const LONGEST_WAIT_IN_SECONDS = 3;

/**
 * Time at the target. Where its clock may be moved, the unit is a minute, so that the duration of the requests does not matter.
 * Elsewhere the suites wait, and the unit is a second.
 */
export class TargetTime {
  /** The shortest TTL that a suite gives a session. */
  readonly unitInSeconds: number;
  readonly #run: SuiteRun;
  readonly #control: Control;
  readonly #frozen: boolean;
  #movedInSeconds = 0;

  private constructor(run: SuiteRun, control: Control, frozen: boolean) {
    this.#run = run;
    this.#control = control;
    this.#frozen = frozen;
    this.unitInSeconds = run.target.mayMoveClock ? 60 : 1;
  }

  static async open(run: SuiteRun, control: Control): Promise<TargetTime> {
    const { frozen } = await control.plane.clock.show();
    return new TargetTime(run, control, frozen);
  }

  /** @returns why that much time cannot pass here; undefined where it can */
  obstacle(seconds: number): string | undefined {
    if (this.#run.target.mayMoveClock) return undefined;
    if (this.#frozen) return "the target's clock is frozen";
    if (seconds <= LONGEST_WAIT_IN_SECONDS) return undefined;
    return `it takes ${seconds} s, and the target's clock is not the suite's to move`;
  }

  async pass(seconds: number): Promise<void> {
    if (!this.#run.target.mayMoveClock) {
      await wait(this.#run.clock, seconds * 1000, { keepAlive: true });
      return;
    }
    await this.#control.plane.clock.advance(seconds * 1000);
    this.#movedInSeconds += seconds;
  }

  /** @returns milliseconds on the target's clock */
  async now(): Promise<number> {
    return Date.parse((await this.#control.plane.clock.show()).now);
  }

  /** @returns the text, with how far the clock was moved since the last call; it cannot be moved back */
  withMoves(actual: string): string {
    const moved = Math.round(this.#movedInSeconds * 10) / 10;
    this.#movedInSeconds = 0;
    return moved === 0 ? actual : `${actual} (the clock was moved on by ${moved} s)`;
  }
}
