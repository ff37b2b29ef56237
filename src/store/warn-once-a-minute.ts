import type { Clock } from '../model/clock.js';

const MINUTE_MS = 60_000;

/** @returns `warn`, silent for a minute after each time it spoke */
export function warnOnceAMinute(clock: Clock, warn: (text: string) => void): (text: string) => void {
  let silentUntil = -Infinity;
  return (text) => {
    if (clock.now() < silentUntil) return;
    silentUntil = clock.now() + MINUTE_MS;
    warn(text);
  };
}
