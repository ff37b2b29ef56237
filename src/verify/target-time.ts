import type { Clock } from '../model/clock.js';
import type { ClockService } from '../model/services.js';
import { wait } from '../system/wait.js';
import type { VerifyTarget } from './target.js';

/** The longest wait of a suite. */
const LONGEST_WAIT_IN_SECONDS = { usually: 3, patient: 3600 };

interface TimeOptions extends Pick<VerifyTarget, 'mayMoveClock' | 'patient' | 'onWait' | 'signal'> {
  /** The clock that measures the waits. */
  readonly clock: Clock;
  /** Undefined when the target has no clock that can be read or moved. */
  readonly targetClock: ClockService | undefined;
}

/**
 * The time at the target. If the suite may advance its clock, the unit is a minute, so the duration of the requests does not matter.
 * Otherwise the suites wait, and the unit is a second, or ten seconds with --patient, so that slow requests matter less.
 */
export class TargetTime {
  /** The shortest TTL that a suite gives a session. */
  readonly unitInSeconds: number;
  readonly #options: TimeOptions;
  readonly #frozen: boolean;
  #movedInSeconds = 0;

  private constructor(options: TimeOptions, frozen: boolean) {
    this.#options = options;
    this.#frozen = frozen;
    const { mayMoveClock, patient } = options;
    this.unitInSeconds = mayMoveClock ? 60 : patient ? 10 : 1;
  }

  static async open(options: TimeOptions): Promise<TargetTime> {
    const state = await options.targetClock?.show();
    return new TargetTime(options, state?.frozen ?? false);
  }

  /** @returns the reason why the suite cannot wait that long; undefined when it can */
  obstacle(seconds: number): string | undefined {
    const { mayMoveClock, patient } = this.#options;
    if (mayMoveClock) return undefined;
    if (this.#frozen) return "the target's clock is frozen";
    const { usually, patient: atMost } = LONGEST_WAIT_IN_SECONDS;
    if (seconds <= (patient ? atMost : usually)) return undefined;
    const mend = seconds <= atMost ? ': give --patient' : '';
    return `it takes ${seconds} s, and the suite may not advance the target's clock${mend}`;
  }

  async pass(seconds: number): Promise<void> {
    const { mayMoveClock, targetClock } = this.#options;
    if (!mayMoveClock || targetClock === undefined) return this.#wait(seconds);
    await targetClock.advance(seconds * 1000);
    this.#movedInSeconds += seconds;
  }

  /** @returns milliseconds on the target's clock */
  async now(): Promise<number> {
    const { clock, targetClock } = this.#options;
    return targetClock === undefined ? clock.now() : Date.parse((await targetClock.show()).now);
  }

  /** @returns how far the clock was advanced since the last call, in seconds */
  takeMoves(): number {
    const moved = Math.round(this.#movedInSeconds * 10) / 10;
    this.#movedInSeconds = 0;
    return moved;
  }

  async #wait(seconds: number): Promise<void> {
    const { clock, onWait, signal } = this.#options;
    const start = clock.now();
    for (;;) {
      const waited = (clock.now() - start) / 1000;
      onWait?.({ seconds: Math.min(waited, seconds), ofSeconds: seconds });
      const left = seconds - waited;
      if (left <= 0) return;
      // With `onWait` the wait has steps of a second to report; without it, one step, so that a test can advance its clock once.
      const slice = onWait === undefined ? left : Math.min(left, 1);
      await wait(clock, slice * 1000, { keepAlive: true, ...(signal !== undefined && { signal }) });
      signal?.throwIfAborted();
    }
  }
}
