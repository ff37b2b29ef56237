import { z } from 'zod';
import type { KeptClock } from '../model/clock.js';
import { LATEST, SESSION_AFFINITIES } from '../model/function.js';
import type { StoredFunction } from '../model/function-store.js';
import { MOUNT_FIELDS } from '../model/session.js';
import type { StoredSession } from '../model/session-store.js';
import { read } from './check.js';
import { choice, flag, integer, list, number, string } from './fields.js';

/** The last use of a session: the session's order, and the instant in milliseconds of the session clock. */
export type Use = readonly [order: number, lastUsedAt: number];

interface OfSessions {
  readonly functionName: string;
  readonly qualifier: string;
}

/** The content of one line of the journal. */
export type JournalEntry =
  | { readonly kind: 'save'; readonly functionName: string; readonly session: StoredSession }
  | ({ readonly kind: 'delete'; readonly order: number } & OfSessions)
  | ({ readonly kind: 'touch'; readonly uses: readonly Use[] } & OfSessions)
  | ({ readonly kind: 'clock' } & KeptClock)
  /** A function as it is now. */
  | { readonly kind: 'function'; readonly stored: StoredFunction }
  /** A function is deleted, with its sessions. */
  | { readonly kind: 'function-deleted'; readonly functionName: string }
  /** Ends the snapshot at the beginning of every journal. The lines before it were on the disk before the file got its name. */
  | { readonly kind: 'whole' };

const count = () => integer(0, Number.MAX_SAFE_INTEGER);

/** Mounts are kept as given. Only `__proto__` is dropped, because it changes an object that it is copied to. */
const mount = z.unknown().transform(withoutPrototypes);

const SESSION: z.ZodType<StoredSession> = exact({
  sessionId: string(),
  terms: exact({
    functionName: string(),
    qualifier: string(),
    sessionAffinityType: choice(SESSION_AFFINITIES),
    sessionTTLInSeconds: count(),
    sessionIdleTimeoutInSeconds: count(),
    disableSessionIdReuse: flag(),
    ...Object.fromEntries(MOUNT_FIELDS.map((field) => [field, mount.optional()])),
  }),
  sessionStatus: choice(['Active', 'Expired', 'Paused']),
  createdAt: number(),
  lastModifiedAt: number(),
  lastUsedAt: number(),
  used: flag(),
  endedAt: number(),
  containerId: string(),
  order: count(),
});

/** Journals of an earlier version do not have it. */
const qualifier = string().default(LATEST);

const ENTRIES: { readonly [K in JournalEntry['kind']]: z.ZodType<Extract<JournalEntry, { kind: K }>> } = {
  save: exact({ kind: z.literal('save'), functionName: string(), session: SESSION }),
  delete: exact({ kind: z.literal('delete'), functionName: string(), qualifier, order: count() }),
  touch: exact({
    kind: z.literal('touch'),
    functionName: string(),
    qualifier,
    uses: list(
      z.tuple([count(), number()], { error: 'a pair of order and instant' }),
      'a list of pairs of order and instant',
    ),
  }),
  clock: exact({
    kind: z.literal('clock'),
    offsetMs: number(),
    // Journals of an earlier version do not have it.
    skippedMs: number().default(0),
    frozenAt: number().optional(),
  }),
  // What it says is checked when the function is served again.
  function: exact({ kind: z.literal('function'), stored: z.custom<StoredFunction>(isStoredFunction) }),
  'function-deleted': exact({ kind: z.literal('function-deleted'), functionName: string() }),
  whole: exact({ kind: z.literal('whole') }),
};

/** @throws Error for text that is not an entry */
export function readEntry(text: string): JournalEntry {
  const json: unknown = JSON.parse(text);
  const entry = withoutPrototype(json);
  const kind = isObject(entry) ? Reflect.get(entry, 'kind') : undefined;
  if (typeof kind !== 'string' || !isKind(kind)) throw new Error('kind must be that of an entry');
  const reading = read<JournalEntry>(ENTRIES[kind], entry, { whole: 'the record', isJson: true });
  if ('value' in reading) return reading.value;
  throw new Error(reading.issues[0]?.message ?? 'the record is invalid');
}

function isKind(kind: string): kind is JournalEntry['kind'] {
  return Object.hasOwn(ENTRIES, kind);
}

function isStoredFunction(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { functionName, functionId, said }: Partial<Record<keyof StoredFunction, unknown>> = value;
  return typeof functionName === 'string' && typeof functionId === 'string' && isObject(said);
}

/** An object whose keys are compared exactly, which is several times as fast: a journal may hold 100,000 sessions. */
function exact<T extends z.ZodRawShape>(shape: T) {
  return z.object(shape, { error: 'a JSON object' });
}

/** Copies a record without its prototype, so that no missing key is taken from Object.prototype (quality T14). */
function withoutPrototype(value: unknown): unknown {
  if (!isObject(value)) return value;
  const bare: Record<string, unknown> = { __proto__: null, ...value };
  if (bare.session !== undefined) bare.session = withoutPrototype(bare.session);
  if (bare.terms !== undefined) bare.terms = withoutPrototype(bare.terms);
  return bare;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function withoutPrototypes(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutPrototypes);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([key]) => key !== '__proto__');
  return Object.fromEntries(entries.map(([key, held]) => [key, withoutPrototypes(held)]));
}
