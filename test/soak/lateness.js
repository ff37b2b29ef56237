import { monitorEventLoopDelay } from 'node:perf_hooks';

const TICK_MS = 5;

/**
 * How late this very process is at its own timers: what it measures of others may be late by as much.
 * @returns a function that ends the watch and gives milliseconds
 */
export function watchLateness() {
  const ticks = monitorEventLoopDelay({ resolution: TICK_MS });
  ticks.enable();
  return () => {
    ticks.disable();
    const lateBy = (percentile) => {
      const ms = ticks.percentile(percentile) / 1e6 - TICK_MS;
      return Math.max(0, Math.round(ms * 10) / 10);
    };
    return { p50: lateBy(50), p99: lateBy(99) };
  };
}
