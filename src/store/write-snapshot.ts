import { closeSync, constants, fsyncSync, openSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { JournalEntry } from '../schema/journal-entry.js';
import { JournalFile } from './journal-file.js';
import { FIRST_SUM, sealLine } from './journal-line.js';

const CHUNK_CHARACTERS = 256 * 1024;

/**
 * Replaces the journal by a journal that holds only these entries: writes a new file, brings it to the disk, renames it.
 * When it throws, the old journal is unchanged.
 * @returns the new file, open, and the sum of its last line
 */
export function writeSnapshot(
  directory: string,
  name: string,
  entries: Iterable<JournalEntry>,
): { readonly file: JournalFile; readonly sum: number } {
  const beside = besideOf(directory, name);
  removeUnfinished(directory, name);
  const file = JournalFile.create(beside);
  try {
    const sum = writeAll(file, entries);
    file.sync();
    renameSync(beside, join(directory, name));
    syncDirectory(directory);
    return { file, sum };
  } catch (error) {
    file.close();
    rmSync(beside, { force: true });
    throw error;
  }
}

/** Removes an unfinished snapshot that a kill left. */
export function removeUnfinished(directory: string, name: string): void {
  rmSync(besideOf(directory, name), { force: true });
}

function besideOf(directory: string, name: string): string {
  return join(directory, `${name}.tmp`);
}

function writeAll(file: JournalFile, entries: Iterable<JournalEntry>): number {
  let sum = FIRST_SUM;
  let chunk = '';
  for (const entry of entries) {
    const sealed = sealLine(entry, sum);
    sum = sealed.sum;
    chunk += sealed.line;
    if (chunk.length < CHUNK_CHARACTERS) continue;
    file.append(Buffer.from(chunk));
    chunk = '';
  }
  file.append(Buffer.from(chunk));
  return sum;
}

/** Brings the new name to the disk. A failure is ignored: the rename has happened, and no way leads back. */
function syncDirectory(directory: string): void {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(directory, constants.O_RDONLY);
    fsyncSync(descriptor);
  } catch {
    // A power cut might bring the old journal back; a kill cannot.
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}
