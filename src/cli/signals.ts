import type { Clock } from '../model/clock.js';

const SIGNAL_NAMES = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
export type SignalName = (typeof SIGNAL_NAMES)[number];

/** The exit codes that a shell reports for a process that a signal has ended. */
export const EXIT_BY_SIGNAL: Readonly<Record<SignalName, number>> = {
  SIGINT: 130,
  SIGTERM: 143,
  SIGHUP: 129,
};

/** Task runners and terminals send one Ctrl-C several times. Signals within this time are copies. */
const COPIES_MS = 500;

export interface Signals {
  /** Signals go to `listener` from now on. Without a listener, the first signal ends the process. */
  take(listener: (signal: SignalName) => void): void;
}

interface SignalSource {
  on(signal: SignalName, listener: () => void): unknown;
}

interface SignalOptions {
  readonly clock: () => Pick<Clock, 'now'>;
  /** Whether the parent process had ignored SIGHUP. Then SIGHUP stays ignored. */
  readonly ignoresHangup: boolean;
  readonly exit: (code: number) => void;
}

/** Delivers each signal of a process once. Any other signal within 500 ms counts as a copy and is dropped. */
export function signalsOf(source: SignalSource, { clock, ignoresHangup, exit }: SignalOptions): Signals {
  let listener = (signal: SignalName): void => exit(EXIT_BY_SIGNAL[signal]);
  let deliveredAt = Number.NEGATIVE_INFINITY;
  const receive = (signal: SignalName): void => {
    if (signal === 'SIGHUP' && ignoresHangup) return;
    const now = clock().now();
    if (now - deliveredAt <= COPIES_MS) return;
    deliveredAt = now;
    listener(signal);
  };
  for (const name of SIGNAL_NAMES) source.on(name, () => receive(name));
  return {
    take(next) {
      listener = next;
    },
  };
}
