import type { SessionStore, StoredSession } from '../../src/model/session-store.js';

/** A store that outlasts schedulers, not this process. Counts its writes. */
export class MemoryStore implements SessionStore {
  readonly kept = new Map<number, StoredSession>();
  writes = 0;

  *all(): Iterable<StoredSession> {
    yield* [...this.kept.values()].sort((one, other) => one.order - other.order);
  }

  save(session: StoredSession): void {
    this.writes++;
    this.kept.set(session.order, structuredClone(session));
  }

  delete(order: number): void {
    this.writes++;
    this.kept.delete(order);
  }

  touch(uses: readonly { readonly order: number; readonly lastUsedAt: number }[]): void {
    this.writes++;
    for (const { order, lastUsedAt } of uses) {
      const session = this.kept.get(order);
      if (session !== undefined) this.kept.set(order, { ...session, lastUsedAt, used: true });
    }
  }
}
