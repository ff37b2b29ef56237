import { type JournalEntry, readEntry } from '../schema/journal-entry.js';
import { FIRST_SUM, holdsSeveralLines, unsealLine } from './journal-line.js';
import { Records } from './records.js';

const LINE_END = 0x0a;

/** The state of a journal, or why it cannot be read. */
export type JournalReading =
  | {
      readonly kind: 'read';
      readonly records: Records;
      /** The number of bytes up to the end of the last whole line. The rest is torn. */
      readonly length: number;
      /** The number of bytes of the snapshot at the beginning. */
      readonly snapshotLength: number;
      /** The sum of the last whole line. */
      readonly sum: number;
    }
  | { readonly kind: 'damaged'; readonly reason: string };

/**
 * Reads a journal (quality F-17): all lines but a torn last one. Never throws.
 * The snapshot was on the disk before the file got its name, so it cannot be torn: a flaw in it is damage, even in its last line.
 */
export function readJournal(bytes: Buffer): JournalReading {
  const records = new Records();
  let snapshotLength: number | undefined;
  let sum = FIRST_SUM;
  let length = 0;
  for (let number = 1; length < bytes.length; number++) {
    const end = bytes.indexOf(LINE_END, length);
    const isLast = end < 0 || end === bytes.length - 1;
    const written = bytes.subarray(length, end < 0 ? bytes.length : end);
    const line = end < 0 ? undefined : unsealLine(written, sum);
    if (line === undefined) {
      if (isLast && !holdsSeveralLines(written)) break;
      return { kind: 'damaged', reason: `line ${number} is not what was written` };
    }
    const entry = entryOf(line.text);
    if (entry instanceof Error) return { kind: 'damaged', reason: `line ${number}: ${entry.message}` };
    records.apply(entry);
    sum = line.sum;
    length = end + 1;
    if (entry.kind === 'whole') snapshotLength ??= length;
  }
  if (snapshotLength === undefined) return { kind: 'damaged', reason: 'its beginning is not complete' };
  return { kind: 'read', records, length, snapshotLength, sum };
}

function entryOf(text: string): JournalEntry | Error {
  try {
    return readEntry(text);
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}
