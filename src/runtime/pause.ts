import type { Clock } from '../model/clock.js';

/** Resolves when that many milliseconds have passed on the clock. */
export function pause(clock: Clock, milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    clock.wakeAt(clock.now() + milliseconds, resolve);
  });
}
