import { spawnSync } from 'node:child_process';
import {
  closeSync,
  constants,
  fstatSync,
  ftruncateSync,
  lstatSync,
  openSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { FcError } from '../model/errors.js';
import { isDead, statOf } from './process-table.js';

const { O_RDWR, O_CREAT, O_NOFOLLOW, O_NONBLOCK } = constants;
/** Takes flock(2) while the file is opened. Only macOS and the BSDs have it. */
const O_EXLOCK = 0x20;
const TRIES = 100;
const FLOCK_LIMIT_MS = 10_000;
/** For a holder that was killed: its last thread may end a moment after the system shows it as dead. */
const DYING_HOLDER_IN_SECONDS = 5;

/**
 * Takes a directory for this process alone, by flock(2) on its file `lock`. The kernel keeps the lock: only one process can have it,
 * whatever container or PID namespace it runs in, and it ends with its process.
 * @returns a function that gives the directory back; a second call does nothing
 * @throws InvalidArgument when a running process has the directory, Error when the file cannot be locked
 */
export function takeLock(directory: string): () => void {
  const path = join(directory, 'lock');
  for (let tries = 0; tries < TRIES; tries++) {
    const descriptor =
      openLocked(path, ['-n']) ??
      (hasDeadHolder(path) ? openLocked(path, ['-w', `${DYING_HOLDER_IN_SECONDS}`]) : undefined);
    if (descriptor === undefined) throw inUse(directory, path);
    // The last holder may have removed the file between the opening and the locking.
    if (isFileAt(path, descriptor)) return keep(path, descriptor);
    closeSync(descriptor);
  }
  throw new Error('its lock is taken and given back without end');
}

/** @returns undefined when another process has the lock */
function openLocked(path: string, wait: readonly string[]): number | undefined {
  // Without O_NONBLOCK a pipe of that name would make the opening wait.
  const flags = O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK;
  if (process.platform !== 'linux') return openExclusively(path, flags);
  const descriptor = openSync(path, flags, 0o600);
  try {
    if (!fstatSync(descriptor).isFile()) throw new Error('its lock is not a file');
    if (isLocked(descriptor, wait)) return descriptor;
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
  closeSync(descriptor);
  return undefined;
}

function openExclusively(path: string, flags: number): number | undefined {
  try {
    return openSync(path, flags | O_EXLOCK, 0o600);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EAGAIN') return undefined;
    throw error;
  }
}

/** Node has no flock(2). The command takes it on a descriptor that it shares with this process, which keeps it when the command ends. */
function isLocked(descriptor: number, wait: readonly string[]): boolean {
  const { error, status, stderr } = spawnSync('flock', [...wait, '-x', '3'], {
    stdio: ['ignore', 'ignore', 'pipe', descriptor],
    encoding: 'utf8',
    timeout: FLOCK_LIMIT_MS,
  });
  if (error !== undefined && 'code' in error && error.code === 'ENOENT')
    throw new Error('the command flock, which locks it, is not installed (Debian: util-linux)');
  if (error !== undefined) throw error;
  if (status === 0) return true;
  if (status === 1 && stderr === '') return false;
  throw new Error(stderr.trim() || `flock ended with code ${status}`);
}

function isFileAt(path: string, descriptor: number): boolean {
  const there = lstatSync(path, { throwIfNoEntry: false });
  const locked = fstatSync(descriptor);
  return there !== undefined && there.ino === locked.ino && there.dev === locked.dev;
}

function keep(path: string, descriptor: number): () => void {
  try {
    ftruncateSync(descriptor);
    writeSync(descriptor, JSON.stringify({ pid: process.pid, pidNamespace: pidNamespace() }), 0);
  } catch {
    // On a full disk: the lock holds, only its holder has no name.
  }
  let isHeld = true;
  return () => {
    if (!isHeld) return;
    isHeld = false;
    rmSync(path, { force: true });
    closeSync(descriptor);
  };
}

function inUse(directory: string, path: string): FcError {
  return new FcError('InvalidArgument', `the state directory "${directory}" is in use by ${holderOf(path)}`, {
    fix: 'end that process, or name another directory with --state-dir',
  });
}

function holderOf(path: string): string {
  const holder = readHolder(path);
  if (holder === undefined) return 'another process';
  return holder.isHere ? `process ${holder.pid}` : `process ${holder.pid} of another container`;
}

/** Whether the process that has the lock was killed and is still being removed. Other systems than Linux do not show it. */
function hasDeadHolder(path: string): boolean {
  const holder = readHolder(path);
  if (process.platform !== 'linux' || holder === undefined || !holder.isHere) return false;
  const stat = statOf(holder.pid);
  return stat === undefined || isDead(stat);
}

/** @returns undefined when the holder has not yet written its ID, or has just ended */
function readHolder(path: string): { readonly pid: number; readonly isHere: boolean } | undefined {
  try {
    const { pid, pidNamespace: namespace } = JSON.parse(readFileSync(path, 'utf8'));
    return Number.isSafeInteger(pid) ? { pid, isHere: namespace === pidNamespace() } : undefined;
  } catch {
    return undefined;
  }
}

/** Within one PID namespace a process ID names one process. Empty where there are no namespaces. */
function pidNamespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return '';
  }
}
