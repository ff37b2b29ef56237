import type { MovableClock } from '../model/clock.js';
import { checkRange, LIMITS } from '../model/limits.js';
import type { ClockService, ClockState } from '../model/services.js';

/** Shows and moves the session clock, for the control plane and the library. */
export class SessionClock implements ClockService {
  readonly #clock: MovableClock;

  constructor(clock: MovableClock) {
    this.#clock = clock;
  }

  get state(): ClockState {
    return {
      now: this.#clock.wallTime().toISOString(),
      offsetMs: Math.round(this.#clock.offset),
      frozen: this.#clock.frozen,
    };
  }

  async show(): Promise<ClockState> {
    return this.state;
  }

  /** @throws InvalidArgument unless it is a whole number of milliseconds up to ten years */
  async advance(milliseconds: number): Promise<ClockState> {
    checkRange('milliseconds', milliseconds, LIMITS.advanceInMs);
    await this.#clock.advance(milliseconds);
    return this.state;
  }

  async freeze(): Promise<ClockState> {
    this.#clock.freeze();
    return this.state;
  }

  async resume(): Promise<ClockState> {
    this.#clock.resume();
    return this.state;
  }
}
