import type { KeptClock } from '../model/clock.js';
import type { StoredFunction } from '../model/function-store.js';
import { EXPIRED_RETENTION_MS } from '../model/limits.js';
import type { StoredSession } from '../model/session-store.js';
import type { JournalEntry, Use } from '../schema/journal-entry.js';

/** The state after every entry of the journal. */
export class Records {
  /** By function and qualifier. */
  readonly #functions = new Map<string, Map<string, Map<number, StoredSession>>>();
  readonly #stored = new Map<string, StoredFunction>();
  #clock: KeptClock = { offsetMs: 0, skippedMs: 0 };

  get clock(): KeptClock {
    return this.#clock;
  }

  get isEmpty(): boolean {
    for (const { size } of this.#all()) if (size > 0) return false;
    return true;
  }

  apply(entry: JournalEntry): void {
    switch (entry.kind) {
      case 'save':
        this.#sessionsOf(entry.functionName, entry.session.terms.qualifier).set(
          entry.session.order,
          entry.session,
        );
        return;
      case 'delete':
        this.#sessionsOf(entry.functionName, entry.qualifier).delete(entry.order);
        return;
      case 'touch':
        touch(this.#sessionsOf(entry.functionName, entry.qualifier), entry.uses);
        return;
      case 'clock':
        this.#clock = clockOf(entry);
        return;
      case 'function':
        this.#stored.set(entry.stored.functionName, entry.stored);
        return;
      case 'function-deleted':
        this.#stored.delete(entry.functionName);
        this.#functions.delete(entry.functionName);
        return;
      case 'whole':
        return;
    }
  }

  /** The functions that are kept, in the order in which they were made. */
  get functions(): readonly StoredFunction[] {
    return [...this.#stored.values()];
  }

  /** The sessions of one qualifier of a function, in the order of creation. */
  of(functionName: string, qualifier: string): StoredSession[] {
    const sessions = this.#functions.get(functionName)?.get(qualifier)?.values() ?? [];
    return [...sessions].sort((one, other) => one.order - other.order);
  }

  /** The shortest entries that lead to this state. */
  *snapshot(): Generator<JournalEntry> {
    yield { kind: 'clock', ...this.#clock };
    for (const stored of this.#stored.values()) yield { kind: 'function', stored };
    for (const [functionName, qualifiers] of this.#functions) {
      for (const sessions of qualifiers.values()) {
        for (const session of sessions.values()) yield { kind: 'save', functionName, session };
      }
    }
    yield { kind: 'whole' };
  }

  /**
   * Forgets the sessions whose retention is certainly over. The scheduler of a function does that too; this also covers functions that
   * are no longer served.
   * @param wallNow the host's wall time
   */
  forgetOutdated(wallNow: number): void {
    const { offsetMs, skippedMs, frozenAt } = this.#clock;
    const now = frozenAt ?? wallNow - skippedMs + offsetMs;
    for (const sessions of this.#all()) {
      for (const session of sessions.values()) {
        if (latestEndOf(session) + EXPIRED_RETENTION_MS < now) sessions.delete(session.order);
      }
    }
  }

  *#all(): Generator<Map<number, StoredSession>> {
    for (const qualifiers of this.#functions.values()) yield* qualifiers.values();
  }

  #sessionsOf(functionName: string, qualifier: string): Map<number, StoredSession> {
    const qualifiers = this.#functions.get(functionName) ?? new Map<string, Map<number, StoredSession>>();
    this.#functions.set(functionName, qualifiers);
    const sessions = qualifiers.get(qualifier) ?? new Map<number, StoredSession>();
    qualifiers.set(qualifier, sessions);
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
