import type { KeptClock } from '../model/clock.js';
import { EXPIRED_RETENTION_MS } from '../model/limits.js';
import type { StoredSession } from '../model/session-store.js';
import type { JournalEntry, Use } from '../schema/journal-entry.js';

/** What the journal comes to: the state after every entry so far. */
export class Records {
  readonly #functions = new Map<string, Map<number, StoredSession>>();
  #clock: KeptClock = { offsetMs: 0, skippedMs: 0 };

  get clock(): KeptClock {
    return this.#clock;
  }

  get isEmpty(): boolean {
    return [...this.#functions.values()].every(({ size }) => size === 0);
  }

  apply(entry: JournalEntry): void {
    switch (entry.kind) {
      case 'save':
        this.#sessionsOf(entry.functionName).set(entry.session.order, entry.session);
        return;
      case 'delete':
        this.#sessionsOf(entry.functionName).delete(entry.order);
        return;
      case 'touch':
        touch(this.#sessionsOf(entry.functionName), entry.uses);
        return;
      case 'clock':
        this.#clock = clockOf(entry);
        return;
      case 'whole':
        return;
    }
  }

  /** In the order of creation. */
  of(functionName: string): StoredSession[] {
    const sessions = this.#functions.get(functionName)?.values() ?? [];
    return [...sessions].sort((one, other) => one.order - other.order);
  }

  /** Entries that come to this state, in a journal of their own. */
  *snapshot(): Generator<JournalEntry> {
    yield { kind: 'clock', ...this.#clock };
    for (const [functionName, sessions] of this.#functions) {
      for (const session of sessions.values()) yield { kind: 'save', functionName, session };
    }
    yield { kind: 'whole' };
  }

  /**
   * Forgets the sessions whose retention is over beyond doubt. A function's scheduler does so for its own; this is for the functions
   * that are no longer served.
   * @param wallNow the host's wall time
   */
  forgetOutdated(wallNow: number): void {
    const { offsetMs, skippedMs, frozenAt } = this.#clock;
    const now = frozenAt ?? wallNow - skippedMs + offsetMs;
    for (const sessions of this.#functions.values()) {
      for (const session of sessions.values()) {
        if (latestEndOf(session) + EXPIRED_RETENTION_MS < now) sessions.delete(session.order);
      }
    }
  }

  #sessionsOf(functionName: string): Map<number, StoredSession> {
    const known = this.#functions.get(functionName);
    if (known !== undefined) return known;
    const sessions = new Map<number, StoredSession>();
    this.#functions.set(functionName, sessions);
    return sessions;
  }
}

function clockOf({ offsetMs, skippedMs, frozenAt }: KeptClock): KeptClock {
  return frozenAt === undefined ? { offsetMs, skippedMs } : { offsetMs, skippedMs, frozenAt };
}

function touch(sessions: Map<number, StoredSession>, uses: readonly Use[]): void {
  for (const [order, lastUsedAt] of uses) {
    const session = sessions.get(order);
    if (session !== undefined) sessions.set(order, { ...session, lastUsedAt, used: true });
  }
}

function latestEndOf(session: StoredSession): number {
  if (session.sessionStatus === 'Expired') return session.endedAt;
  const { createdAt, lastModifiedAt, lastUsedAt, terms } = session;
  return Math.max(createdAt, lastModifiedAt, lastUsedAt) + terms.sessionTTLInSeconds * 1000;
}
