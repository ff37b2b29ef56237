import { existsSync, renameSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { JournalPlace } from './journal.js';
import { JournalFile } from './journal-file.js';
import { readJournal } from './read-journal.js';
import { Records } from './records.js';
import { removeUnfinished, writeSnapshot } from './write-snapshot.js';

interface OpenJournalOptions {
  readonly directory: string;
  readonly name: string;
  /** The time in the name of a file that is set aside. */
  readonly now: Date;
  readonly onWarning: (text: string) => void;
}

/**
 * Opens the journal of a directory and reads its state. Cuts off a torn end. Sets a damaged file aside with one warning and begins a
 * new one (quality F-17).
 * @throws Error when the file is not the user's own, or when a new one cannot be written
 */
export function openJournal(options: OpenJournalOptions): { records: Records; place: JournalPlace } {
  removeUnfinished(options.directory, options.name);
  const file = openExisting(join(options.directory, options.name));
  if (file === undefined) return beginJournal(options);
  try {
    const reading = readJournal(file.read());
    if (reading.kind === 'read') {
      if (reading.length < file.length) file.cut(reading.length);
      return { records: reading.records, place: { ...reading, file } };
    }
    setAside(options, reading.reason);
  } catch (error) {
    file.close();
    throw error;
  }
  file.close();
  return beginJournal(options);
}

function openExisting(path: string): JournalFile | undefined {
  try {
    return JournalFile.open(path);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

function beginJournal({ directory, name }: OpenJournalOptions): { records: Records; place: JournalPlace } {
  const records = new Records();
  const { file, sum } = writeSnapshot(directory, name, records.snapshot());
  return { records, place: { file, sum, snapshotLength: file.length } };
}

function setAside({ directory, name, now, onWarning }: OpenJournalOptions, reason: string): void {
  const stamp = now.toISOString().replaceAll(/[-:.]/g, '');
  let aside = join(directory, `${name}.corrupt-${stamp}`);
  for (let again = 2; existsSync(aside); again++)
    aside = join(directory, `${name}.corrupt-${stamp}-${again}`);
  renameSync(join(directory, name), aside);
  onWarning(
    `the sessions kept in "${directory}" are damaged (${reason}); the file is set aside as ${basename(aside)}, and none are restored`,
  );
}
