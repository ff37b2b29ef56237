/** The session clock as the page knows it: where it stood at a time of the page's own monotonic clock. */
export interface PageClock {
  readonly now: number;
  /** Milliseconds of `performance.now()`. */
  readonly heardAt: number;
  readonly frozen: boolean;
  readonly offsetMs: number;
}

/** What a page shows that has not heard from the emulator yet. */
export const UNKNOWN_CLOCK: PageClock = { now: 0, heardAt: 0, frozen: true, offsetMs: 0 };

/** @returns the session clock at that time of the page's own clock, in milliseconds since 1970 */
export function timeOf(clock: PageClock, pageTime: number): number {
  return clock.frozen ? clock.now : clock.now + Math.max(0, pageTime - clock.heardAt);
}
