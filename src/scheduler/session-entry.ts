import type { Decision } from '../model/admission.js';
import type { SessionState } from '../model/console-events.js';
import type { Due } from '../model/deadline-heap.js';
import {
  apiTime,
  idleTimeoutInForce,
  SESSION_STATUSES,
  type Session,
  type SessionStatus,
  type SessionTerms,
} from '../model/session.js';
import { small } from '../model/small.js';
import type { PooledInstance } from './pooled-instance.js';

// Bits of `#facts`. The bits above them hold the status, and the highest bits the number of requests.
const KNOWN = 1;
const USED = 2;
const ERASED = 4;
const REOPENED = 8;
const STATUS_SHIFT = 4;
const STATUS = 7 << STATUS_SHIFT;
const REQUESTS_SHIFT = 7;
/** The largest number that fits into a small integer. */
const MOST_REQUESTS = 2 ** (30 - REQUESTS_SHIFT) - 1;

/**
 * The whole state of a session in one object: its terms, and the values that each request changes. It stays on record when the session
 * has expired.
 */
export class SessionEntry implements Due {
  /** The instance on which it has a slot; absent while paused, and after a restart until its next use. */
  instance: PooledInstance | undefined;
  /** The instance that serves it, or served it last. */
  containerId = '';
  inFlight = 0;
  index = -1;
  // There may be a million entries. Instants are milliseconds since the creation, and the creation is milliseconds since the first
  // creation of all: small integers, which need no object. Status, facts and the number of requests share one field.
  static #firstCreation: number | undefined;
  readonly #createdAfter: number;
  #usedAfter = 0;
  #modifiedAfter = 0;
  #endedAfter = 0;
  #facts = 0;
  #bound: Decision | undefined;

  constructor(
    readonly sessionId: string,
    public terms: SessionTerms,
    createdAt: number,
    /** The number of the creation: lists are in this order. */
    readonly order: number,
  ) {
    SessionEntry.#firstCreation ??= createdAt;
    this.#createdAfter = small(createdAt - SessionEntry.#firstCreation);
  }

  /** Milliseconds of the session clock, as all instants here. */
  get createdAt(): number {
    return (SessionEntry.#firstCreation ?? 0) + this.#createdAfter;
  }

  /** The end of the last request; at first, the creation. */
  get lastUsedAt(): number {
    return this.createdAt + this.#usedAfter;
  }

  set lastUsedAt(instant: number) {
    this.#usedAfter = small(instant - this.createdAt);
  }

  get lastModifiedAt(): number {
    return this.createdAt + this.#modifiedAfter;
  }

  set lastModifiedAt(instant: number) {
    this.#modifiedAfter = small(instant - this.createdAt);
  }

  /** When it ended; only of an expired session. */
  get endedAt(): number {
    return this.createdAt + this.#endedAfter;
  }

  set endedAt(instant: number) {
    this.#endedAfter = small(instant - this.createdAt);
  }

  get sessionStatus(): SessionStatus {
    return SESSION_STATUSES[(this.#facts & STATUS) >> STATUS_SHIFT] ?? 'Active';
  }

  set sessionStatus(status: SessionStatus) {
    this.#facts = (this.#facts & ~STATUS) | (SESSION_STATUSES.indexOf(status) << STATUS_SHIFT);
  }

  /** How many requests it has had in this run; counted up to eight million. */
  get requests(): number {
    return this.#facts >> REQUESTS_SHIFT;
  }

  set requests(requests: number) {
    const below = this.#facts & ((1 << REQUESTS_SHIFT) - 1);
    this.#facts = below | (Math.min(requests, MOST_REQUESTS) << REQUESTS_SHIFT);
  }

  /** Whether an instance has answered one of its requests, or the API created it. Otherwise no client knows its ID (spec U44). */
  get known(): boolean {
    return (this.#facts & KNOWN) !== 0;
  }

  set known(known: boolean) {
    this.#facts = withFact(this.#facts, KNOWN, known);
  }

  /** Whether a request of it has ended. */
  get used(): boolean {
    return (this.#facts & USED) !== 0;
  }

  set used(used: boolean) {
    this.#facts = withFact(this.#facts, USED, used);
  }

  /** Removed from every list. */
  get erased(): boolean {
    return (this.#facts & ERASED) !== 0;
  }

  set erased(erased: boolean) {
    this.#facts = withFact(this.#facts, ERASED, erased);
  }

  /** Whether it was opened under the ID of an ended session. */
  get reopened(): boolean {
    return (this.#facts & REOPENED) !== 0;
  }

  set reopened(reopened: boolean) {
    this.#facts = withFact(this.#facts, REOPENED, reopened);
  }

  /** The instant at which its TTL ends it. */
  get ttlEndsAt(): number {
    return this.createdAt + this.terms.sessionTTLInSeconds * 1000;
  }

  /** The instant at which it expires: by TTL from its creation, or by idle time from the end of its last request. */
  get endsAt(): number {
    const byTTL = this.ttlEndsAt;
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

  /** Whether the session cannot move to another instance: its state is known to its instance alone (MCP, spec U23). */
  get endsWithInstance(): boolean {
    const { sessionAffinityType } = this.terms;
    return sessionAffinityType === 'MCP_SSE' || sessionAffinityType === 'MCP_STREAMABLE';
  }

  /** The decision on a request that goes to the session's own instance: one object, since the records of many requests keep it. */
  boundTo({ instanceId }: PooledInstance): Decision {
    if (this.#bound?.instanceId !== instanceId) {
      const { sessionId } = this;
      const decision = { placement: 'bound', instanceId, sessionId, session: 'known' } as const;
      this.#bound = { ...decision, hint: undefined, pool: undefined };
    }
    return this.#bound;
  }

  /** @returns when the instance that ended with it is gone, if one did */
  freeSlot(): void | Promise<void> {
    const { instance } = this;
    this.instance = undefined;
    return instance?.pool.giveSlot(instance);
  }

  /** The session as the console shows it. */
  toState(): SessionState {
    const { terms, sessionStatus } = this;
    const idle = idleTimeoutInForce(terms);
    const isIdle = sessionStatus === 'Active' && this.inFlight === 0 && (idle > 0 || this.used);
    return {
      sessionId: this.sessionId,
      functionName: terms.functionName,
      qualifier: terms.qualifier,
      instanceId: this.containerId,
      status: sessionStatus,
      createdAt: this.createdAt,
      expiresAt: finite(sessionStatus === 'Expired' ? this.endedAt : this.ttlEndsAt),
      idleExpiresAt: isIdle ? finite(this.lastUsedAt + idle * 1000) : null,
      idle: finite(idle),
      inFlight: this.inFlight,
      requests: this.requests,
      reopened: this.reopened,
    };
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

function finite(number: number): number | null {
  return Number.isFinite(number) ? number : null;
}

function withFact(facts: number, fact: number, holds: boolean): number {
  return holds ? facts | fact : facts & ~fact;
}

function mounts({ nasConfig, ossMountConfig, polarFsConfig, juiceFsConfig }: SessionTerms): Partial<Session> {
  return {
    ...(nasConfig !== undefined && { nasConfig }),
    ...(ossMountConfig !== undefined && { ossMountConfig }),
    ...(polarFsConfig !== undefined && { polarFsConfig }),
    ...(juiceFsConfig !== undefined && { juiceFsConfig }),
  };
}
