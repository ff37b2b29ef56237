import {
  closeSync,
  constants,
  copyFileSync,
  linkSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { FcError } from '../model/errors.js';
import { isRunning, ownIdentity, readIdentity } from './process-identity.js';

const NAME = 'lock';
const TRIES = 5;

/**
 * Has a directory to this process alone, by a file that names it. The file appears with its content, so nobody reads half of it; one
 * that a dead process left is taken over.
 * @returns a function that gives the directory back
 * @throws InvalidArgument when another emulator that runs has it
 */
export function takeLock(directory: string): () => void {
  const lock = join(directory, NAME);
  const own = join(directory, `${NAME}.${process.pid}`);
  const content = JSON.stringify(ownIdentity());
  rmSync(own, { force: true });
  try {
    writeFileSync(own, content, { mode: 0o600, flag: 'wx' });
    for (let tries = 0; tries < TRIES; tries++) {
      if (isLinked(own, lock)) return () => giveBack(lock, content);
      const found = readLock(lock);
      if (found === undefined) continue;
      const holder = readIdentity(found);
      if (holder !== undefined && isRunning(holder)) throw inUse(directory, `by process ${holder.pid}`);
      takeAway(lock, found);
    }
    throw inUse(directory, 'by others who start and end');
  } finally {
    rmSync(own, { force: true });
  }
}

function isLinked(own: string, lock: string): boolean {
  try {
    linkSync(own, lock);
    return true;
  } catch (error) {
    if (isCode(error, 'EEXIST')) return false;
    return isCopied(own, lock);
  }
}

/** For file systems without hard links. */
function isCopied(own: string, lock: string): boolean {
  try {
    copyFileSync(own, lock, constants.COPYFILE_EXCL);
    return true;
  } catch (error) {
    if (isCode(error, 'EEXIST')) return false;
    throw error;
  }
}

/** @returns undefined when it is gone */
function readLock(lock: string): string | undefined {
  try {
    const descriptor = openSync(lock, constants.O_RDONLY | constants.O_NOFOLLOW);
    try {
      return readFileSync(descriptor, 'utf8');
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    if (isCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

/** Removes a lock whose holder is dead; if another process was faster and has put its own there, that one is put back. */
function takeAway(lock: string, stale: string): void {
  const aside = `${lock}.${process.pid}.stale`;
  try {
    renameSync(lock, aside);
    if (readLock(aside) !== stale) isLinked(aside, lock);
  } catch (error) {
    if (!isCode(error, 'ENOENT')) throw error;
  } finally {
    rmSync(aside, { force: true });
  }
}

function giveBack(lock: string, content: string): void {
  if (readLock(lock) === content) rmSync(lock, { force: true });
}

function inUse(directory: string, byWhom: string): FcError {
  return new FcError('InvalidArgument', `the state directory "${directory}" is in use ${byWhom}`, {
    fix: 'end that process, or name another directory with --state-dir',
  });
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
