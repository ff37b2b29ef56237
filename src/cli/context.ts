import { type Clock, MovableClock } from '../model/clock.js';
import { ignoresHangup } from '../system/ignores-hangup.js';
import { CommandError } from './errors.js';
import { type Screen, screenOf } from './output/screen.js';
import { type Signals, signalsOf } from './signals.js';

type Env = Readonly<Record<string, string | undefined>>;

/** The process of a command: its streams, environment, clock and signals. */
export interface Context {
  readonly env: Env;
  readonly directory: string;
  readonly stdout: Screen;
  readonly stderr: Screen;
  /** The process clock, for waiting. */
  readonly clock: Clock;
  /** The signals of the process. Without a listener, the first signal ends the process. */
  readonly signals: Signals;
}

export async function processContext(): Promise<Context> {
  const { env } = process;
  let clock: Clock | undefined;
  // Created at its first use.
  const theClock = (): Clock => {
    clock ??= new MovableClock();
    return clock;
  };
  return {
    env,
    get directory() {
      return currentDirectory();
    },
    stdout: await screenOf(1, { stream: () => process.stdout, env, lossy: false }),
    stderr: await screenOf(2, { stream: () => process.stderr, env, lossy: true }),
    get clock() {
      return theClock();
    },
    signals: signalsOf(process, {
      clock: theClock,
      ignoresHangup: ignoresHangup(env),
      exit: (code) => process.exit(code),
    }),
  };
}

/** @throws CommandError when the current directory was removed */
function currentDirectory(): string {
  try {
    return process.cwd();
  } catch (cause) {
    throw new CommandError('the current directory no longer exists', {
      code: 'NoDirectory',
      fix: 'change to a directory that exists',
      cause,
    });
  }
}
