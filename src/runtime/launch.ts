import { closeSync, openSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { FcError } from '../model/errors.js';
import { sanitize } from '../model/sanitize.js';
import { checkCommand } from './command.js';

export interface ProcessExit {
  readonly code: number | null;
  readonly signal: string | null;
}

/** A process that leads a group (and session) of its own. */
export interface Launched {
  /** Its process ID, and its group's. */
  readonly pid: number;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Resolves in the turn in which the system reports the end. Does not wait for the streams, which a grandchild may hold open. */
  readonly exit: Promise<ProcessExit>;
}

interface LaunchOrder {
  /** Command and arguments, passed on literally: there is no shell. */
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** What a spawn needs for a moment: two pairs of sockets and a pipe, and a little room. */
const DESCRIPTORS_NEEDED = 10;
/** The machine, not the command, is at fault: worth another try later. */
const EXHAUSTED = ['EMFILE', 'ENFILE', 'EAGAIN', 'ENOMEM'];

/** The command cannot be started as it is. */
const REFUSED = ['ENOENT', 'ENOTDIR', 'EACCES', 'EPERM', 'ENOEXEC'];

let loading: Promise<typeof import('execa')> | undefined;

/** Loads what spawning needs, ahead of the first start. Never rejects; a failure is told by {@link launch}. */
export async function prepareLaunch(): Promise<void> {
  try {
    await load();
  } catch {
    // Told by the start that needs it.
  }
}

/**
 * Starts a process.
 * @throws CAFileNotFound when there is no such command, ServiceUnavailable when the machine is out of processes or descriptors,
 *   FunctionNotStarted for whatever else the system says
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
    // The system says "not found" of several things: the check tells which.
    if (code !== undefined && REFUSED.includes(code))
      checkCommand({ argv: [command, ...args], cwd, path: environment.PATH ?? '' });
    throw spawnError(command, code, cause);
  }
  const exit = new Promise<ProcessExit>((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }));
  });
  // The result is not awaited: it waits for the streams. With `reject: false` it does not reject.
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

/** Without pipes, execa throws and leaves an `error` event behind that nobody can catch: so look first (quality F-15). */
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
