import type { KeptClock } from '../model/clock.js';
import type { StoredSession } from '../model/session-store.js';
import { Fields } from './fields.js';
import { readStoredSession } from './read-stored-session.js';

/** When a session was last used: its order and the instant, in milliseconds of the session clock. */
export type Use = readonly [order: number, lastUsedAt: number];

/** What one line of the journal says. */
export type JournalEntry =
  | { readonly kind: 'save'; readonly functionName: string; readonly session: StoredSession }
  | { readonly kind: 'delete'; readonly functionName: string; readonly order: number }
  | { readonly kind: 'touch'; readonly functionName: string; readonly uses: readonly Use[] }
  | ({ readonly kind: 'clock' } & KeptClock)
  /** Ends the snapshot with which every journal begins: what stands before it was on the disk before the file had its name. */
  | { readonly kind: 'whole' };

const KINDS = ['save', 'delete', 'touch', 'clock', 'whole'] as const;

/** @throws Error for anything that was not written as an entry */
export function readEntry(text: string): JournalEntry {
  const fields = new Fields(JSON.parse(text));
  const kind = fields.oneOf('kind', KINDS);
  switch (kind) {
    case 'save': {
      const session = readStoredSession(fields.value('session'));
      return { kind, functionName: fields.text('functionName'), session };
    }
    case 'delete':
      return { kind, functionName: fields.text('functionName'), order: fields.count('order') };
    case 'touch':
      return { kind, functionName: fields.text('functionName'), uses: fields.list('uses').map(readUse) };
    case 'clock':
      return {
        kind,
        offsetMs: fields.number('offsetMs'),
        // An earlier version did not write them.
        skippedMs: fields.value('skippedMs') === undefined ? 0 : fields.number('skippedMs'),
        ...(fields.value('frozenAt') !== undefined && { frozenAt: fields.number('frozenAt') }),
      };
    case 'whole':
      return { kind };
  }
}

function readUse(value: unknown): Use {
  if (!Array.isArray(value)) throw new Error('a use must be a pair of order and instant');
  const pair = new Fields({ order: value[0], lastUsedAt: value[1] });
  return [pair.count('order'), pair.number('lastUsedAt')];
}
