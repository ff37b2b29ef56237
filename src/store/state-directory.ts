import { resolve } from 'node:path';
import type { Clock, KeptClock } from '../model/clock.js';
import { FcError, messageOf } from '../model/errors.js';
import { LATEST } from '../model/function.js';
import type { FunctionStore } from '../model/function-store.js';
import type { SessionStore } from '../model/session-store.js';
import { makePrivateDirectory, whyNotPrivate } from '../system/private-directory.js';
import { takeLock } from '../system/take-lock.js';
import { Journal } from './journal.js';
import { openJournal } from './open-journal.js';

const JOURNAL = 'journal';
/** A smaller change of the host's clock is not written to the journal. */
const NOTICEABLE_MS = 100;
const COMPACT_FROM_BYTES = 1024 * 1024;

export interface StateDirectoryOptions {
  /** Created when it does not exist. */
  readonly directory: string;
  /** The process clock. */
  readonly clock: Clock;
  /** The host's wall time now, in milliseconds. */
  readonly wallNow: number;
  readonly onWarning: (text: string) => void;
  /** A smaller journal is not rewritten; 1 MiB by default. */
  readonly compactFromBytes?: number;
}

/** Keeps functions and their sessions across restarts, for one emulator at a time. */
export interface StateDirectory {
  /** An absolute path. */
  readonly directory: string;
  /** The state of the session clock when it was last kept. */
  readonly clock: KeptClock;
  keepClock(clock: KeptClock): void;
  /** The sessions of one qualifier of a function. */
  readonly functions: FunctionStore;
  storeOf(functionName: string, qualifier?: string): SessionStore;
  /** Writes everything to the disk and releases the directory. Ignores changes that are saved later. */
  close(): void;
}

/**
 * Opens a state directory for this process alone. Saved changes survive a kill of the emulator at any moment. A power cut may lose
 * the changes after the last snapshot.
 * @throws InvalidArgument when the directory is not safely the user's own (quality T27), is in use, or cannot be written
 */
export function openStateDirectory(options: StateDirectoryOptions): StateDirectory {
  const { clock, wallNow, onWarning, compactFromBytes = COMPACT_FROM_BYTES } = options;
  const directory = resolve(options.directory);
  const giveBack = takeDirectory(directory);
  const { records, place } = orGiveBack(giveBack, directory, () =>
    openJournal({ directory, name: JOURNAL, now: clock.wallTime(), onWarning }),
  );
  records.forgetOutdated(wallNow);
  // Without sessions no age depends on earlier sleeps: the clock returns to the host's time.
  if (records.isEmpty) records.apply({ kind: 'clock', ...records.clock, skippedMs: 0 });
  const journal = new Journal(
    { directory, name: JOURNAL, records, clock, compactFromBytes, onWarning },
    place,
  );

  return {
    directory,
    get clock() {
      return records.clock;
    },
    keepClock(kept) {
      if (!isSameClock(kept, records.clock)) journal.append({ kind: 'clock', ...kept });
    },
    functions: {
      all: () => records.functions,
      save: (stored) => journal.append({ kind: 'function', stored }),
      delete: (functionName) => journal.append({ kind: 'function-deleted', functionName }),
    },
    storeOf(functionName, qualifier = LATEST) {
      const of = { functionName, qualifier };
      return {
        all: () => records.of(functionName, qualifier),
        save: (session) => journal.append({ kind: 'save', functionName, session }),
        delete: (order) => journal.append({ kind: 'delete', ...of, order }),
        touch(uses) {
          if (uses.length === 0) return;
          const pairs = uses.map(({ order, lastUsedAt }) => [order, lastUsedAt] as const);
          journal.append({ kind: 'touch', ...of, uses: pairs });
        },
      };
    },
    close() {
      journal.close();
      giveBack();
    },
  };
}

/** The host corrects its clock by small steps, so that two readings of one clock differ a little. */
function isSameClock(one: KeptClock, other: KeptClock): boolean {
  return (
    one.frozenAt === other.frozenAt &&
    Math.abs(one.offsetMs - other.offsetMs) < 1 &&
    Math.abs(one.skippedMs - other.skippedMs) < NOTICEABLE_MS
  );
}

function takeDirectory(directory: string): () => void {
  return orRefuse(directory, () => {
    makePrivateDirectory(directory);
    const unsafe = whyNotPrivate(directory, 'writing');
    if (unsafe !== undefined)
      throw new FcError('InvalidArgument', `the state directory "${directory}" ${unsafe.why}`, {
        fix: unsafe.fix,
      });
    return takeLock(directory);
  });
}

function orGiveBack<T>(giveBack: () => void, directory: string, open: () => T): T {
  try {
    return orRefuse(directory, open);
  } catch (error) {
    giveBack();
    throw error;
  }
}

function orRefuse<T>(directory: string, open: () => T): T {
  try {
    return open();
  } catch (error) {
    if (error instanceof FcError) throw error;
    const reason = messageOf(error);
    throw new FcError('InvalidArgument', `the state directory "${directory}" cannot be used: ${reason}`, {
      cause: error,
      fix: 'name a directory of your own with --state-dir, on a disk with free space',
    });
  }
}
