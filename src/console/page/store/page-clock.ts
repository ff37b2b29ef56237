/** The session clock of the page: its time at one time of the page's own monotonic clock. */
export interface PageClock {
  readonly now: number;
  /** Milliseconds of `performance.now()`. */
  readonly heardAt: number;
  readonly frozen: boolean;
  readonly offsetMs: number;
}

/** The clock before the first event of the emulator. */
export const UNKNOWN_CLOCK: PageClock = { now: 0, heardAt: 0, frozen: true, offsetMs: 0 };

/** @returns the time of the session clock at a time of the page's own clock, in milliseconds since 1970 */
export function timeOf(clock: PageClock, pageTime: number): number {
  return clock.frozen ? clock.now : clock.now + Math.max(0, pageTime - clock.heardAt);
}
