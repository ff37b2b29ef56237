import { readFileSync } from 'node:fs';

// Time without that in which the host of a virtual machine gave its processors to others. Everything here stands still meanwhile, so
// whatever has a limit in which to happen is given that time again; otherwise the limits would judge the host.

/** A line of /proc/stat counts in hundredths of a second. */
const TICK_MS = 10;

/** @returns {number} milliseconds that the host took from the processors since the machine began, added up; 0 where nobody tells */
export function stolenMs() {
  try {
    const [, , , , , , , , stolen] = readFileSync('/proc/stat', 'latin1').split('\n', 1)[0].split(/\s+/);
    return Number(stolen) * TICK_MS || 0;
  } catch {
    return 0;
  }
}

/**
 * @param {number} milliseconds
 * @param {() => void} act called when that much time has passed without what was stolen meanwhile
 * @returns {() => void} calls it off
 */
export function afterMachineTime(milliseconds, act, stolen = stolenMs) {
  let accountedFor = stolen();
  let timer = setTimeout(due, milliseconds);
  function due() {
    const now = stolen();
    if (now === accountedFor) return act();
    timer = setTimeout(due, now - accountedFor);
    accountedFor = now;
  }
  return () => clearTimeout(timer);
}

/** The same as a promise. @param {number} milliseconds @returns {Promise<void>} */
export function machineTime(milliseconds) {
  return new Promise((resolve) => {
    afterMachineTime(milliseconds, resolve);
  });
}
