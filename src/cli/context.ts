import { type Clock, MovableClock } from '../model/clock.js';
import { ignoresHangup } from '../system/ignores-hangup.js';
import { CommandError } from './errors.js';
import { type Screen, screenOf } from './output/screen.js';
import { type Signals, signalsOf } from './signals.js';

type Env = Readonly<Record<string, string | undefined>>;

/** What a command knows of its process. */
export interface Context {
  readonly env: Env;
  readonly directory: string;
  readonly stdout: Screen;
  readonly stderr: Screen;
  /** Real time; for waiting. */
  readonly clock: Clock;
  /** Without a listener, the first signal ends the process. */
  readonly signals: Signals;
}

export async function processContext(): Promise<Context> {
  const { env } = process;
  let clock: Clock | undefined;
  // Made at its first use.
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

/** @throws CommandError when the directory of the shell was removed */
function currentDirectory(): string {
  try {
    return process.cwd();
  } catch (cause) {
    throw new CommandError('the current directory does not exist any more', {
      code: 'NoDirectory',
      fix: 'change to a directory that exists',
      cause,
    });
  }
}
