import type { Clock } from '../model/clock.js';
import { messageOf } from '../model/errors.js';
import type { JournalEntry } from '../schema/journal-entry.js';
import type { JournalFile } from './journal-file.js';
import { sealLine } from './journal-line.js';
import type { Records } from './records.js';
import { writeSnapshot } from './write-snapshot.js';

const RETRY_MS = 1000;
const COMPACT_RETRY_MS = 60_000;
const MINUTE_MS = 60_000;
/** The journal is rewritten when it has grown to this many times its snapshot. */
const COMPACT_GROWTH = 4;
/** The most characters that wait for a full disk. Beyond that, a snapshot replaces them. */
const MOST_HELD_BACK = 256 * 1024;

interface JournalOptions {
  readonly directory: string;
  readonly name: string;
  /** The state after every line of the file. The journal keeps it up to date. */
  readonly records: Records;
  readonly clock: Clock;
  /** A smaller journal is not rewritten. */
  readonly compactFromBytes: number;
  readonly onWarning: (text: string) => void;
}

/** An open journal file and the state of its last line. */
export interface JournalPlace {
  readonly file: JournalFile;
  readonly snapshotLength: number;
  readonly sum: number;
}

/**
 * Appends entries to the journal, and rewrites the journal when it has grown long. When the call returns, the operating system has the
 * entry. When a write fails (quality F-16), its lines wait in memory and are written with the next append, or within a second of the
 * disk's recovery.
 */
export class Journal {
  readonly #options: JournalOptions;
  readonly #warn: (text: string) => void;
  #file: JournalFile;
  #snapshotLength: number;
  /** The sum of the last line, whether it is written or still waits. */
  #sum: number;
  /** Lines that are not in the file yet. Undefined when there were too many: then only a snapshot brings the file up to date. */
  #heldBack: string | undefined = '';
  #callOffRetry: (() => void) | undefined;
  #noCompactingBefore = -Infinity;
  #isClosed = false;

  constructor(options: JournalOptions, place: JournalPlace) {
    this.#options = options;
    this.#warn = warnOnceAMinute(options.clock, options.onWarning);
    this.#file = place.file;
    this.#snapshotLength = place.snapshotLength;
    this.#sum = place.sum;
  }

  append(entry: JournalEntry): void {
    if (this.#isClosed) return;
    this.#options.records.apply(entry);
    if (this.#heldBack === undefined) return;
    const sealed = sealLine(entry, this.#sum);
    this.#sum = sealed.sum;
    this.#heldBack += sealed.line;
    this.#write();
    this.#compactWhenLong();
  }

  /** Writes everything to the disk. */
  close(): void {
    if (this.#isClosed) return;
    this.#callOffRetry?.();
    this.#write();
    this.#isClosed = true;
    this.#callOffRetry?.();
    if (this.#heldBack !== '') this.#options.onWarning('the last changes of sessions could not be saved');
    else this.#try(() => this.#file.sync());
    this.#file.close();
  }

  /** Brings the file up to date, or tries again in a second. */
  #write(): void {
    const lines = this.#heldBack;
    if (lines === '') return;
    const isWritten = this.#try(() => (lines === undefined ? this.#rewrite() : this.#appendAll(lines)));
    if (isWritten) return;
    if (lines !== undefined && lines.length > MOST_HELD_BACK) this.#heldBack = undefined;
    this.#callOffRetry ??= this.#options.clock.wakeAt(this.#options.clock.now() + RETRY_MS, () => {
      this.#callOffRetry = undefined;
      this.#write();
    });
  }

  #appendAll(lines: string): void {
    this.#file.append(Buffer.from(lines));
    this.#heldBack = '';
  }

  #compactWhenLong(): void {
    const { compactFromBytes, clock } = this.#options;
    const { length } = this.#file;
    if (this.#heldBack !== '' || length < compactFromBytes || length < COMPACT_GROWTH * this.#snapshotLength)
      return;
    if (clock.now() < this.#noCompactingBefore) return;
    if (!this.#try(() => this.#rewrite())) this.#noCompactingBefore = clock.now() + COMPACT_RETRY_MS;
  }

  #rewrite(): void {
    const { directory, name, records } = this.#options;
    const old = this.#file;
    const { file, sum } = writeSnapshot(directory, name, records.snapshot());
    this.#file = file;
    this.#sum = sum;
    this.#snapshotLength = file.length;
    this.#heldBack = '';
    old.close();
  }

  #try(operation: () => void): boolean {
    try {
      operation();
      return true;
    } catch (error) {
      const reason = messageOf(error);
      this.#warn(
        `sessions cannot be saved in "${this.#options.directory}": ${reason}; they stay in memory and are saved when the directory can be written again`,
      );
      return false;
    }
  }
}

/** @returns `warn`, which then stays silent for a minute after each warning */
function warnOnceAMinute(clock: Clock, warn: (text: string) => void): (text: string) => void {
  let silentUntil = -Infinity;
  return (text) => {
    if (clock.now() < silentUntil) return;
    silentUntil = clock.now() + MINUTE_MS;
    warn(text);
  };
}
