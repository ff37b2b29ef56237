import { type ChildProcess, spawn } from 'node:child_process';
import { constants } from 'node:os';
import { createIds } from '../../model/ids.js';
import { Guard } from '../../runtime/guard.js';
import type { Context } from '../context.js';
import { CommandError } from '../errors.js';
import type { SignalName } from '../signals.js';
import { GroupWitness } from './group-witness.js';

interface RunOptions {
  readonly context: Pick<Context, 'clock' | 'signals' | 'env'>;
  /** Environment variables of the command, in addition to those of this process. */
  readonly variables: Readonly<Record<string, string>>;
  /** How long the command may run after a signal that asks it to end. */
  readonly graceMs: number;
  readonly onWarning: (text: string) => void;
}

const NOT_FOUND = 127;
const NOT_EXECUTABLE = 126;

/**
 * Runs a command with the stdin, stdout and stderr of this process, in its process group, and forwards each signal once. After its end,
 * or when this process is killed, the remaining processes of the command are killed too (on Linux, where they can be found).
 * @returns its exit code; 128 and the number of the signal that ended it
 * @throws CommandError when there is no such command
 */
export async function runCommand(
  [program = '', ...args]: readonly string[],
  { context: { clock, signals, env }, variables, graceMs, onWarning }: RunOptions,
): Promise<number> {
  const nonce = createIds(clock).runNonce();
  const path = env.PATH ?? '/usr/local/bin:/usr/bin:/bin';
  const guard = new Guard({ clock, nonce, path, onWarning });
  guard.begin();
  const environment = { ...env, ...variables, FC_AFFINITY_RUN: nonce };
  const witness = new GroupWitness(clock, environment);
  const child = spawn(program, args, { env: environment, stdio: 'inherit' });
  const callOff: (() => void)[] = [];
  let passedOn = 0;

  const pass = async (signal: SignalName): Promise<void> => {
    const hasIt = await witness.hasReceived(signal);
    // At a terminal the command gets Ctrl-C itself, and may decide to continue.
    if (hasIt && signal === 'SIGINT') return;
    if (!hasIt) passedOn += 1;
    if (passedOn > 1) child.kill('SIGKILL');
    else if (!hasIt) child.kill(signal);
    callOff.push(clock.wakeAt(clock.now() + graceMs, () => void child.kill('SIGKILL')));
  };
  signals.take((signal) => void pass(signal));

  try {
    return await exitCodeOf(child, program);
  } finally {
    for (const each of callOff) each();
    witness.close();
    await guard.close();
  }
}

function exitCodeOf(child: ChildProcess, program: string): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once('error', (cause: NodeJS.ErrnoException) => reject(notStarted(program, cause)));
    child.once('exit', (code, signal) => resolve(code ?? 128 + constants.signals[signal ?? 'SIGKILL']));
  });
}

function notStarted(program: string, cause: NodeJS.ErrnoException): CommandError {
  const isMissing = cause.code === 'ENOENT';
  return new CommandError(
    isMissing
      ? `the command ${JSON.stringify(program)} was not found`
      : `the command ${JSON.stringify(program)} cannot be run: ${cause.code ?? cause.message}`,
    {
      code: 'CommandNotStarted',
      exitCode: isMissing ? NOT_FOUND : NOT_EXECUTABLE,
      fix: /\s/.test(program) ? 'give the command and its arguments as separate words' : undefined,
      cause,
    },
  );
}
