import type { Pool } from './pool.js';
import type { PooledInstance } from './pooled-instance.js';
import type { SessionEntry } from './session-entry.js';
import type { SessionTable } from './session-table.js';

/** The steps of PauseSession and ResumeSession: the changes at once, and the changes when the instance has stopped or started. */
export class Hibernation {
  readonly #table: SessionTable;
  readonly #poolOf: (qualifier: string) => Pool;

  constructor(table: SessionTable, poolOf: (qualifier: string) => Pool) {
    this.#table = table;
    this.#poolOf = poolOf;
  }

  /** Takes the session off its instance, which ends with the requests in flight on it. Pausing until {@link paused}. */
  pausing(entry: SessionEntry): void | Promise<void> {
    entry.sessionStatus = 'Pausing';
    return entry.freeSlot();
  }

  paused(entry: SessionEntry): void {
    if (!entry.isAlive) return;
    entry.sessionStatus = 'Paused';
    entry.lastModifiedAt = this.#table.now;
    this.#table.changed(entry);
    this.#table.emit(() => ({ type: 'session.paused', session: entry.toSession() }));
  }

  /** Gives a paused session an instance. Resuming until {@link resumed}. @throws ResourceExhausted, ServiceUnavailable */
  resuming(entry: SessionEntry): PooledInstance {
    const { instance } = this.#poolOf(entry.terms.qualifier).takeSlot();
    entry.sessionStatus = 'Resuming';
    entry.instance = instance;
    return instance;
  }

  /** The resumed session's instance is ready. Its idle time starts anew, its TTL does not. */
  resumed(entry: SessionEntry): void {
    if (!entry.isAlive) return;
    const { now } = this.#table;
    entry.sessionStatus = 'Active';
    entry.containerId = entry.instance?.instanceId ?? entry.containerId;
    entry.lastModifiedAt = now;
    entry.lastUsedAt = now;
    this.#table.hasten(entry);
    this.#table.changed(entry);
    this.#table.emit(() => ({ type: 'session.resumed', session: entry.toSession() }));
  }

  /** The resumed session's instance did not start. */
  notResumed(entry: SessionEntry): void | Promise<void> {
    this.paused(entry);
    return entry.freeSlot();
  }
}
