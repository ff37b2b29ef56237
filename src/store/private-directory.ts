import { constants, lstatSync, mkdirSync } from 'node:fs';
import { FcError } from '../model/errors.js';

/**
 * Makes sure of a directory that only this user can write (quality T27); makes it, for this user alone, when it is not there.
 * @throws InvalidArgument
 */
export function ensurePrivateDirectory(directory: string): void {
  const isThere = lstatSync(directory, { throwIfNoEntry: false }) !== undefined;
  if (!isThere) mkdirSync(directory, { recursive: true, mode: 0o700 });
  const stat = lstatSync(directory);
  if (stat.isSymbolicLink()) throw unfit(directory, 'is a symbolic link', 'name the directory itself');
  if (!stat.isDirectory()) throw unfit(directory, 'is not a directory', 'name a directory');
  const uid = process.getuid?.();
  if (uid !== undefined && stat.uid !== uid) {
    throw unfit(directory, `is owned by user ${stat.uid}`, `name a directory of your own (user ${uid})`);
  }
  if ((stat.mode & (constants.S_IWGRP | constants.S_IWOTH)) !== 0) {
    const mode = (stat.mode & 0o7777).toString(8).padStart(4, '0');
    throw unfit(
      directory,
      `can be written by others (mode ${mode})`,
      `chmod 700 ${JSON.stringify(directory)}`,
    );
  }
}

function unfit(directory: string, why: string, fix: string): FcError {
  return new FcError('InvalidArgument', `the state directory "${directory}" ${why}`, { fix });
}
