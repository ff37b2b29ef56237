import { z } from 'zod';
import type { KeptClock } from '../model/clock.js';
import { SESSION_AFFINITIES } from '../model/function.js';
import { MOUNT_FIELDS } from '../model/session.js';
import type { StoredSession } from '../model/session-store.js';
import { read } from './check.js';
import { choice, flag, integer, list, number, object, string } from './fields.js';

/** When a session was last used: its order and the instant, in milliseconds of the session clock. */
export type Use = readonly [order: number, lastUsedAt: number];

/** What one line of the journal says. */
export type JournalEntry =
  | { readonly kind: 'save'; readonly functionName: string; readonly session: StoredSession }
  | { readonly kind: 'delete'; readonly functionName: string; readonly order: number }
  | { readonly kind: 'touch'; readonly functionName: string; readonly uses: readonly Use[] }
  | ({ readonly kind: 'clock' } & KeptClock)
  /** Ends the snapshot with which every journal begins: the disk had the lines before it before the file got its name. */
  | { readonly kind: 'whole' };

const count = () => integer(0, Number.MAX_SAFE_INTEGER);

/** Mounts are kept as they were given and may hold any key but `__proto__`, which changes an object that it is copied to. */
const mount = z.unknown().transform(withoutPrototypes);

const SESSION: z.ZodType<StoredSession> = object({
  sessionId: string(),
  terms: object({
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

const ENTRIES: { readonly [K in JournalEntry['kind']]: z.ZodType<Extract<JournalEntry, { kind: K }>> } = {
  save: object({ kind: z.literal('save'), functionName: string(), session: SESSION }),
  delete: object({ kind: z.literal('delete'), functionName: string(), order: count() }),
  touch: object({
    kind: z.literal('touch'),
    functionName: string(),
    uses: list(
      z.tuple([count(), number()], { error: 'a pair of order and instant' }),
      'a list of pairs of order and instant',
    ),
  }),
  clock: object({
    kind: z.literal('clock'),
    offsetMs: number(),
    // Journals of an earlier version do not have it.
    skippedMs: number().default(0),
    frozenAt: number().optional(),
  }),
  whole: object({ kind: z.literal('whole') }),
};
const KIND = object({ kind: choice(['save', 'delete', 'touch', 'clock', 'whole']) });

/** @throws Error for JSON that was not written as an entry */
export function readEntry(text: string): JournalEntry {
  const json: unknown = JSON.parse(text);
  const { kind } = entryOf(KIND, json);
  return entryOf<JournalEntry>(ENTRIES[kind], json);
}

function entryOf<T>(schema: z.ZodType<T>, json: unknown): T {
  const reading = read(schema, json, { whole: 'the record', isJson: true });
  if ('value' in reading) return reading.value;
  throw new Error(reading.issues[0]?.message ?? 'the record is invalid');
}

function withoutPrototypes(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutPrototypes);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([key]) => key !== '__proto__');
  return Object.fromEntries(entries.map(([key, held]) => [key, withoutPrototypes(held)]));
}
