import { type Clock, MovableClock } from '../model/clock.js';
import { type Screen, screenOf } from './screen.js';

type Env = Readonly<Record<string, string | undefined>>;

/** The world as a command sees it. */
export interface Context {
  readonly env: Env;
  readonly directory: string;
  readonly stdout: Screen;
  readonly stderr: Screen;
  /** Real time; for waiting. */
  readonly clock: Clock;
  /** Takes the signals over from the default, which is to end at once with 130. */
  readonly signals: Signals;
}

export type SignalName = 'SIGINT' | 'SIGTERM' | 'SIGHUP';

export interface Signals {
  /** From now on signals go to `listener` alone. */
  take(listener: (signal: SignalName) => void): void;
}

export async function processContext(): Promise<Context> {
  const { env } = process;
  let clock: Clock | undefined;
  return {
    env,
    directory: process.cwd(),
    stdout: await screenOf(1, { stream: () => process.stdout, env, lossy: false }),
    stderr: await screenOf(2, { stream: () => process.stderr, env, lossy: true }),
    // Made when it is first asked for: what tells the time is loaded then.
    get clock() {
      clock ??= new MovableClock();
      return clock;
    },
    signals: processSignals(),
  };
}

/** As a shell tells the end by a signal. */
export const EXIT_BY_SIGNAL: Readonly<Record<SignalName, number>> = {
  SIGINT: 130,
  SIGTERM: 143,
  SIGHUP: 129,
};

function processSignals(): Signals {
  let listener = (signal: SignalName): void => process.exit(EXIT_BY_SIGNAL[signal]);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => listener(signal));
  return {
    take(next) {
      listener = next;
    },
  };
}
