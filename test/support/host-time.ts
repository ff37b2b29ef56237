import type { TimeSource } from '../../src/model/clock.js';

/** A host whose time the test makes: no timer goes off by itself. */
export function hostTime(): TimeSource & {
  pass(ms: number): void;
  /** Passes within a turn of the event loop: no timer goes off. */
  work(ms: number): void;
  jump(ms: number): void;
  readonly delays: number[];
} {
  let monotonic = 1_000;
  let wall = 1_700_000_000_000;
  let timers: { at: number; call: () => void }[] = [];
  const delays: number[] = [];
  return {
    delays,
    monotonic: () => monotonic,
    wall: () => wall,
    startTimer(delay, call) {
      delays.push(delay);
      const timer = { at: monotonic + delay, call };
      timers.push(timer);
      return () => {
        timers = timers.filter((one) => one !== timer);
      };
    },
    pass(ms) {
      monotonic += ms;
      const due = timers.filter(({ at }) => at <= monotonic);
      timers = timers.filter(({ at }) => at > monotonic);
      for (const { call } of due) call();
    },
    work(ms) {
      monotonic += ms;
    },
    jump(ms) {
      wall += ms;
    },
  };
}
