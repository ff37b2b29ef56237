import type { Clock } from '../model/clock.js';

/**
 * Waits for `work`, at most that many milliseconds of the clock.
 * @returns whether it was done in time
 * @throws what `work` rejects with in time
 */
export async function within(clock: Clock, milliseconds: number, work: Promise<unknown>): Promise<boolean> {
  let callOff = (): void => {};
  const limit = new Promise<false>((resolve) => {
    callOff = clock.wakeAt(clock.now() + milliseconds, () => resolve(false));
  });
  try {
    return await Promise.race([work.then(() => true), limit]);
  } finally {
    callOff();
  }
}
