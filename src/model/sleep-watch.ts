import type { MovableClock } from './clock.js';

const LOOKS_EVERY_MS = 1000;
/** A smaller difference is a correction of the host's clock. */
const NOTICEABLE_MS = 2000;

/**
 * Notices that the host's wall clock has run away from time as the emulator counts it: the machine slept, or somebody set its clock.
 * Sessions count neither; the Max-Age of a browser's cookie counts both.
 * @param clock the process clock
 * @param onGap receives by how many milliseconds the wall clock jumped; negative when it was set back
 * @returns a function that ends the watch
 */
export function watchForSleep(clock: MovableClock, onGap: (milliseconds: number) => void): () => void {
  let known = clock.hostGap;
  let callOff = (): void => {};
  const look = (): void => {
    const gap = clock.hostGap - known;
    if (Math.abs(gap) > NOTICEABLE_MS) {
      known += gap;
      onGap(Math.round(gap));
    }
    callOff = clock.wakeAt(clock.now() + LOOKS_EVERY_MS, look);
  };
  look();
  return () => callOff();
}
