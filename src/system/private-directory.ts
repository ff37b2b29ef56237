import { constants, lstatSync, mkdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/** Why a directory is not safely this user's own, and what the user can do about it. */
export interface Unsafe {
  readonly why: string;
  readonly fix: string;
}

/** What other users must not be able to do in a directory. */
type ClosedFor = 'writing' | 'everything';

const OTHERS: Readonly<Record<ClosedFor, number>> = {
  writing: constants.S_IWGRP | constants.S_IWOTH,
  everything: constants.S_IRWXG | constants.S_IRWXO,
};

/**
 * Makes a directory that only this user can use, with the directories above it, unless it is there.
 * One by one: the recursive mkdir of Node never returns in a file system that takes no directories, as /proc.
 */
export function makePrivateDirectory(directory: string): void {
  const missing: string[] = [];
  for (let path = resolve(directory); !isThere(path); path = dirname(path)) missing.unshift(path);
  for (const path of missing) {
    try {
      mkdirSync(path, { mode: 0o700 });
    } catch (error) {
      // Another process may have made it meanwhile.
      if (!isThere(path)) throw error;
    }
  }
}

/** @returns undefined when the directory is this user's own (quality T27) */
export function whyNotPrivate(directory: string, closedFor: ClosedFor): Unsafe | undefined {
  const stat = lstatSync(directory);
  if (stat.isSymbolicLink()) return { why: 'is a symbolic link', fix: 'name the directory itself' };
  if (!stat.isDirectory()) return { why: 'is not a directory', fix: 'name a directory' };
  const uid = process.getuid?.();
  if (uid !== undefined && stat.uid !== uid)
    return { why: `is owned by user ${stat.uid}`, fix: `name a directory of your own (user ${uid})` };
  if ((stat.mode & OTHERS[closedFor]) === 0) return undefined;
  const mode = (stat.mode & 0o7777).toString(8).padStart(4, '0');
  return {
    why: `can be ${closedFor === 'writing' ? 'written' : 'used'} by others (mode ${mode})`,
    fix: `chmod 700 ${JSON.stringify(directory)}`,
  };
}

function isThere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}
