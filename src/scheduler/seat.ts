import type { Due } from '../model/deadline-heap.js';
import {
  apiTime,
  idleTimeoutInForce,
  type Session,
  type SessionStatus,
  type SessionTerms,
} from '../model/session.js';
import type { PooledInstance } from './pooled-instance.js';

const KNOWN = 1;
const USED = 2;
const ERASED = 4;

/**
 * A session where it sits: what it was promised and what changes with every request, in one object, which is all that the core keeps
 * for a session. It stays, as a record, when the session has expired.
 */
export class Seat implements Due {
  sessionStatus: SessionStatus = 'Active';
  /** Its place; absent while paused, and after a restart until it is next used. */
  instance: PooledInstance | undefined;
  /** The instance that serves it, or served it last. */
  containerId = '';
  inFlight = 0;
  /** The one of the same ID before it, if that is still on record. */
  earlier: Seat | undefined;
  place = -1;
  // There may be a million of these. Instants are kept as milliseconds since the creation, which are small integers and so cost no
  // object of their own, and the yes-or-no facts share a field.
  #usedAfter = 0;
  #modifiedAfter = 0;
  #endedAfter = 0;
  #facts = 0;

  constructor(
    readonly sessionId: string,
    public terms: SessionTerms,
    /** Milliseconds of the session clock. */
    readonly createdAt: number,
    /** Counts creations: the order of lists. */
    readonly order: number,
  ) {}

  /** The end of the last request; at first, the creation. */
  get lastUsedAt(): number {
    return this.createdAt + this.#usedAfter;
  }

  set lastUsedAt(instant: number) {
    this.#usedAfter = instant - this.createdAt;
  }

  get lastModifiedAt(): number {
    return this.createdAt + this.#modifiedAfter;
  }

  set lastModifiedAt(instant: number) {
    this.#modifiedAfter = instant - this.createdAt;
  }

  /** When it ended, exactly; only of an expired one. */
  get endedAt(): number {
    return this.createdAt + this.#endedAfter;
  }

  set endedAt(instant: number) {
    this.#endedAfter = instant - this.createdAt;
  }

  /** Whether an instance ever answered one of its requests, or the API made it: if not, nobody knows its ID (spec U44). */
  get known(): boolean {
    return this.#is(KNOWN);
  }

  set known(known: boolean) {
    this.#let(KNOWN, known);
  }

  /** Whether a request of it has ended. */
  get used(): boolean {
    return this.#is(USED);
  }

  set used(used: boolean) {
    this.#let(USED, used);
  }

  /** Removed from every list. */
  get erased(): boolean {
    return this.#is(ERASED);
  }

  set erased(erased: boolean) {
    this.#let(ERASED, erased);
  }

  /** The instant at which it stops being usable: by TTL from its creation, or by idle time from the end of its last request. */
  get endsAt(): number {
    const byTTL = this.createdAt + this.terms.sessionTTLInSeconds * 1000;
    if (this.inFlight > 0 || this.sessionStatus !== 'Active') return byTTL;
    const idle = idleTimeoutInForce(this.terms);
    // An idle time of 0 ends a session as soon as no request is in flight, so it needs a first request to end it (spec U19).
    if (idle === 0 && !this.used) return byTTL;
    return Math.min(byTTL, this.lastUsedAt + idle * 1000);
  }

  /** Whether it is neither expired nor erased, whatever the clock says by now. */
  get isAlive(): boolean {
    return !this.erased && this.sessionStatus !== 'Expired';
  }

  /** @returns when the instance that ended with it is gone, if one did */
  leavePlace(): void | Promise<void> {
    const { instance } = this;
    this.instance = undefined;
    return instance?.pool.givePlace(instance);
  }

  #is(fact: number): boolean {
    return (this.#facts & fact) !== 0;
  }

  #let(fact: number, holds: boolean): void {
    this.#facts = holds ? this.#facts | fact : this.#facts & ~fact;
  }

  toSession(): Session {
    const { terms } = this;
    return {
      sessionId: this.sessionId,
      functionName: terms.functionName,
      qualifier: terms.qualifier,
      sessionAffinityType: terms.sessionAffinityType,
      sessionTTLInSeconds: terms.sessionTTLInSeconds,
      sessionIdleTimeoutInSeconds: idleTimeoutInForce(terms),
      disableSessionIdReuse: terms.disableSessionIdReuse,
      createdTime: apiTime(this.createdAt),
      lastModifiedTime: apiTime(this.lastModifiedAt),
      sessionStatus: this.sessionStatus,
      containerId: this.containerId,
      ...mounts(terms),
    };
  }
}

function mounts({ nasConfig, ossMountConfig, polarFsConfig, juiceFsConfig }: SessionTerms): Partial<Session> {
  return {
    ...(nasConfig !== undefined && { nasConfig }),
    ...(ossMountConfig !== undefined && { ossMountConfig }),
    ...(polarFsConfig !== undefined && { polarFsConfig }),
    ...(juiceFsConfig !== undefined && { juiceFsConfig }),
  };
}
