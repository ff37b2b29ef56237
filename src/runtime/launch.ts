import { closeSync, openSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { FcError } from '../model/errors.js';
import { sanitize } from '../model/sanitize.js';
import { checkCommand } from './command.js';

export interface ProcessExit {
  readonly code: number | null;
  readonly signal: string | null;
}

/** A started process. It leads a process group and a session of its own. */
export interface Launched {
  /** The ID of the process and of its group. */
  readonly pid: number;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Resolves in the turn in which the system reports the exit. Does not wait for the streams, which a child of it may hold open. */
  readonly exit: Promise<ProcessExit>;
}

interface LaunchOrder {
  /** Command and arguments, without a shell. */
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** How many file descriptors a spawn needs for a moment: two socket pairs, a pipe, and some to spare. */
const DESCRIPTORS_NEEDED = 10;
/** Errors for which another try later may help: the machine is short of something. */
const EXHAUSTED = ['EMFILE', 'ENFILE', 'EAGAIN', 'ENOMEM'];

/** Errors of a command that cannot be started as it is. */
const REFUSED = ['ENOENT', 'ENOTDIR', 'EACCES', 'EPERM', 'ENOEXEC'];

let loading: Promise<typeof import('execa')> | undefined;

/** Loads execa ahead of the first start. Never rejects: {@link launch} reports a failure. */
export async function prepareLaunch(): Promise<void> {
  try {
    await load();
  } catch {
    // The next launch reports it.
  }
}

/**
 * Starts a process.
 * @throws CAFileNotFound when there is no such command, ServiceUnavailable when the machine is out of processes or descriptors,
 *   FunctionNotStarted for every other error of the system
 */
export async function launch({
  argv: [command = '', ...args],
  cwd,
  environment,
}: LaunchOrder): Promise<Launched> {
  const { execa } = await load().catch((cause: NodeJS.ErrnoException) => {
    throw spawnError(command, cause.code, cause);
  });
  checkDescriptors(command);
  const child = execa(command, args, {
    cwd,
    env: environment,
    extendEnv: false,
    stdin: 'ignore',
    detached: true,
    buffer: false,
    encoding: 'buffer',
    cleanup: false,
    reject: false,
  });
  if (child.pid === undefined) {
    const { code, cause } = await child;
    // "Not found" may mean the command, its interpreter or the directory: the check finds out which.
    if (code !== undefined && REFUSED.includes(code))
      checkCommand({ argv: [command, ...args], cwd, path: environment.PATH ?? '' });
    throw spawnError(command, code, cause);
  }
  const exit = new Promise<ProcessExit>((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }));
  });
  // The result waits for the streams, so it is not awaited. With `reject: false` it does not reject.
  void child;
  return { pid: child.pid, stdout: child.stdout, stderr: child.stderr, exit };
}

function load(): Promise<typeof import('execa')> {
  loading ??= import('execa').catch((error: unknown) => {
    loading = undefined;
    throw error;
  });
  return loading;
}

/** Checks first: where no pipe can be made, execa throws and emits an `error` event that cannot be caught (quality F-15). */
function checkDescriptors(command: string): void {
  const opened: number[] = [];
  try {
    while (opened.length < DESCRIPTORS_NEEDED) opened.push(openSync('/dev/null', 'r'));
  } catch (cause) {
    throw spawnError(command, 'EMFILE', cause);
  } finally {
    for (const descriptor of opened) closeSync(descriptor);
  }
}

function spawnError(command: string, code: string | undefined, cause: unknown): FcError {
  const shown = sanitize(command);
  if (code !== undefined && EXHAUSTED.includes(code)) {
    return new FcError(
      'ServiceUnavailable',
      `no instance can be started now: the system is out of resources (${code})`,
      {
        cause,
        fix: 'end some processes, or raise the limits (ulimit -n, ulimit -u)',
        retryAfterInSeconds: 1,
      },
    );
  }
  if (code !== undefined && REFUSED.includes(code)) {
    return new FcError(
      'CAFileNotFound',
      `The function cannot be started. the system cannot run "${shown}" (${code})`,
      { cause, fix: 'see that it is made for this system, and that the loader that it names is installed' },
    );
  }
  return new FcError(
    'FunctionNotStarted',
    `The function cannot be started. "${shown}" failed to start (${code ?? 'unknown'})`,
    {
      cause,
    },
  );
}
