import type { Clock } from '../model/clock.js';
import type { SessionState } from '../model/console-events.js';
import { DeadlineHeap } from '../model/deadline-heap.js';
import type { DeleteReason, Emit } from '../model/events.js';
import type { SessionAffinityType } from '../model/function.js';
import type { SlotHolder } from '../model/pool-view.js';
import type { SessionTerms } from '../model/session.js';
import type { PooledInstance } from './pooled-instance.js';
import type { SessionEntry } from './session-entry.js';
import type { SessionWriter } from './session-writer.js';
import { isPastRetention, Retention } from './structures/retention.js';
import { SessionIndex } from './structures/session-index.js';

/** The limits of a view of the slots: sessions to search, and sessions to name for each instance. */
const MOST_LOOKED_THROUGH = 1000;
const MOST_NAMED = 8;

/** How many deadlines one sweep handles; waiting requests go before the rest. */
const SWEEP_AT_ONCE = 200;

/**
 * The sessions and their deadlines. No answer depends on the instant at which a timer fires: look-ups compare with the clock, and every
 * operation sweeps first, so that the slots of ended sessions are free.
 */
export class SessionTable {
  readonly emit: Emit;
  readonly #clock: Clock;
  #writer: SessionWriter | undefined;
  readonly #index = new SessionIndex();
  readonly #deadlines = new DeadlineHeap<SessionEntry>();
  readonly #retention = new Retention();
  #alarm: { readonly at: number; readonly callOff: () => void } | undefined;

  /** @param writer keeps sessions over a restart; without one they end with the emulator */
  constructor(clock: Clock, writer?: SessionWriter, emit: Emit = () => {}) {
    this.#clock = clock;
    this.#writer = writer;
    this.emit = emit;
  }

  get now(): number {
    return this.#clock.now();
  }

  /** The latest session with this ID. It may have expired. */
  find(qualifier: string, sessionId: string): SessionEntry | undefined {
    const entry = this.#index.get(qualifier, sessionId);
    return entry !== undefined && this.#isOnRecord(entry) ? entry : undefined;
  }

  /** The sessions on record that were created after the one of that order, oldest first. */
  *after(order: number, qualifier: string): Generator<SessionEntry> {
    for (const entry of this.#index.after(order)) {
      if (entry.terms.qualifier === qualifier && this.#isOnRecord(entry)) yield entry;
    }
  }

  /**
   * The sessions that hold the slots of each of these instances, oldest first.
   * @returns undefined where there are too many sessions: a refusal must stay cheap
   */
  holders(instances: readonly PooledInstance[]): SlotHolder[][] | undefined {
    if (this.#deadlines.size > MOST_LOOKED_THROUGH) return undefined;
    const held = new Map(instances.map((instance) => [instance, [] as SessionEntry[]]));
    for (const entry of this.#deadlines)
      if (entry.instance !== undefined) held.get(entry.instance)?.push(entry);
    return [...held.values()].map((entries) =>
      entries
        .sort((one, other) => one.order - other.order)
        .slice(0, MOST_NAMED)
        .map(({ sessionId, inFlight, lastUsedAt }) =>
          inFlight > 0 ? { sessionId } : { sessionId, unusedMs: this.now - lastUsedAt },
        ),
    );
  }

  /** The latest session of that ID as it is recorded; changes nothing. */
  state(qualifier: string, sessionId: string): SessionState | undefined {
    return this.#index.get(qualifier, sessionId)?.toState();
  }

  /** The sessions that have not ended, oldest first. May be read while sessions begin and end. */
  *states(): Generator<SessionState> {
    for (const entry of this.#index.after(0)) if (entry.isAlive) yield entry.toState();
  }

  /** How many sessions have not ended. */
  get size(): number {
    return this.#deadlines.size;
  }

  add(
    entry: SessionEntry,
    how: {
      readonly by: 'request' | 'api';
      readonly again: boolean;
      readonly requestId?: string | undefined;
    },
  ): void {
    entry.reopened = how.again;
    this.#index.add(entry);
    this.#deadlines.set(entry, entry.endsAt);
    this.#arm();
    this.#writer?.save(entry);
    if (entry.inFlight > 0) this.#writer?.beginUse(entry);
    const type = how.again ? 'session.reopened' : 'session.opened';
    this.emit(() => ({ type, session: entry.toSession(), by: how.by, requestId: how.requestId }));
  }

  /**
   * Loads the sessions of an earlier run. Sessions of an affinity that the function no longer has expire (spec U26).
   * @returns the highest order among them
   */
  restore(sessionAffinityType: SessionAffinityType): number {
    let highest = 0;
    for (const entry of this.#writer?.restore() ?? []) {
      highest = Math.max(highest, entry.order);
      this.#index.add(entry);
      if (entry.sessionStatus === 'Expired') this.#retention.add(entry);
      else if (entry.terms.sessionAffinityType !== sessionAffinityType)
        void this.expire(entry, { endedAt: this.now, reason: 'affinity' });
      else this.#deadlines.set(entry, entry.endsAt);
    }
    this.#retention.sort();
    void this.sweep();
    return highest;
  }

  /** Expires the sessions of another affinity than the function has from now on: their IDs can no longer be read (spec U26). */
  keepOnly(sessionAffinityType: SessionAffinityType): void {
    for (const entry of this.#index.after(0)) {
      if (entry.isAlive && entry.terms.sessionAffinityType !== sessionAffinityType)
        void this.expire(entry, { endedAt: this.now, reason: 'affinity' });
    }
  }

  /** Forgets every session, also in the store. */
  clear(): void {
    for (const entry of this.#index.after(0)) void this.erase(entry);
  }

  /** Changes the terms of a session. The new terms may end it at once. */
  update(entry: SessionEntry, terms: SessionTerms): void | Promise<void> {
    const { now } = this;
    entry.terms = terms;
    entry.lastModifiedAt = now;
    this.emit(() => ({ type: 'session.updated', session: entry.toSession() }));
    if (entry.endsAt <= now) return this.expire(entry, { endedAt: now });
    this.hasten(entry);
    this.changed(entry);
    return undefined;
  }

  /** Writes the session to the store. */
  changed(entry: SessionEntry): void {
    this.#writer?.save(entry);
  }

  /** The first of the session's requests in flight has begun. */
  useBegins(entry: SessionEntry): void {
    this.#writer?.beginUse(entry);
  }

  /** The last of the session's requests in flight has ended. */
  useEnds(entry: SessionEntry): void {
    entry.lastUsedAt = this.now;
    this.#writer?.endUse(entry);
  }

  /** Reschedules the session's deadline if it is now earlier. */
  hasten(entry: SessionEntry): void {
    if (entry.endsAt >= this.#deadlines.dueAt(entry)) return;
    this.#deadlines.set(entry, entry.endsAt);
    this.#arm();
  }

  /**
   * The session is over, and stays on record.
   * @returns a promise when this ended an instance: it resolves when the instance is gone
   */
  expire(
    entry: SessionEntry,
    { endedAt = entry.endsAt, reason }: { readonly endedAt?: number; readonly reason?: 'affinity' } = {},
  ): void | Promise<void> {
    entry.endedAt = endedAt;
    entry.sessionStatus = 'Expired';
    this.#deadlines.remove(entry);
    this.#retention.add(entry);
    this.#arm();
    this.emit(() => ({
      type: 'session.expired',
      session: entry.toSession(),
      reason: reason ?? (endedAt >= entry.ttlEndsAt ? 'ttl' : 'idle'),
    }));
    this.#writer?.save(entry);
    return entry.freeSlot();
  }

  /** Forgets this session. An earlier one of the same ID that is on record is then the latest again. */
  erase(entry: SessionEntry): void | Promise<void> {
    this.#deadlines.remove(entry);
    this.#index.erase(entry);
    this.#writer?.delete(entry);
    return entry.freeSlot();
  }

  /** Erases a session whose first request or creation got no reply: no client knows its ID. */
  discard(entry: SessionEntry): void | Promise<void> {
    this.emit(() => ({ type: 'session.deleted', session: entry.toSession(), reason: 'unanswered' }));
    return this.erase(entry);
  }

  /** Erases a session and everything on record under its ID. */
  delete(entry: SessionEntry, reason: DeleteReason = 'api'): void | Promise<void> {
    this.emit(() => ({ type: 'session.deleted', session: entry.toSession(), reason }));
    for (const earlier of this.#index.before(entry)) void this.erase(earlier);
    return this.erase(entry);
  }

  /**
   * Expires the sessions whose deadline has passed, and forgets records past their retention; at most 200 at a time.
   * @returns a promise when this ended instances: it resolves when they are gone
   */
  sweep(): void | Promise<void> {
    const stops: Promise<void>[] = [];
    const { now } = this;
    let left = SWEEP_AT_ONCE;
    for (
      let next = this.#deadlines.next;
      next !== undefined && this.#deadlines.nextAt <= now && left-- > 0;
      next = this.#deadlines.next
    ) {
      const end = next.endsAt;
      if (end > now) {
        this.#deadlines.set(next, end);
        continue;
      }
      const stopped = this.expire(next, { endedAt: end });
      if (stopped !== undefined) stops.push(stopped);
    }
    for (; left > 0; left--) {
      const past = this.#retention.take(now);
      if (past === undefined) break;
      if (!past.erased) void this.erase(past);
    }
    this.#arm();
    return stops.length === 0 ? undefined : Promise.all(stops).then(() => {});
  }

  /** Writes nothing to the store from now on. */
  detach(): void {
    this.#writer?.close();
    this.#writer = undefined;
  }

  close(): void {
    this.#alarm?.callOff();
    this.#writer?.close();
  }

  /** Compares the session with the clock: ends it if it has ended, forgets it if it is past its retention. */
  #isOnRecord(entry: SessionEntry): boolean {
    if (entry.isAlive && entry.endsAt <= this.now) void this.expire(entry);
    if (entry.sessionStatus !== 'Expired' || !isPastRetention(entry, this.now)) return true;
    void this.erase(entry);
    return false;
  }

  /** One alarm for all: at the next end, or the next end of a retention. */
  #arm(): void {
    const at = Math.min(this.#deadlines.nextAt, this.#retention.nextAt);
    if (at === this.#alarm?.at || at === Infinity) return;
    if (this.#alarm !== undefined && this.#alarm.at < at) return;
    this.#alarm?.callOff();
    const callOff = this.#clock.wakeAt(at, () => {
      this.#alarm = undefined;
      return this.sweep();
    });
    this.#alarm = { at, callOff };
  }
}
