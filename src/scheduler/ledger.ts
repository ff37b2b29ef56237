import type { Decision, Placement } from '../model/admission.js';
import type { Identity } from '../model/affinity.js';
import { FcError } from '../model/errors.js';
import type { SessionTerms } from '../model/session.js';
import type { Lives } from './lives.js';
import type { Pool } from './pool.js';
import type { PooledInstance } from './pooled-instance.js';
import { Seat } from './seat.js';

/** One request on one instance, as the core counts it. */
export interface Stay {
  readonly instance: PooledInstance;
  readonly seat: Seat | undefined;
  readonly opened: boolean;
  readonly minted: boolean;
  readonly decision: Decision;
}

export interface LedgerOptions {
  readonly lives: Lives;
  readonly newSessionId: () => string;
  /** Sessions that there were before. */
  readonly created?: number;
  /** Where new sessions of that qualifier go. @throws VersionNotFound, AliasNotFound */
  readonly poolOf: (qualifier: string) => Pool;
  /** The terms of a session that a request opens. */
  readonly termsOf: (qualifier: string) => SessionTerms;
}

/**
 * Which session sits where: the synchronous heart of the scheduler. Nothing in here waits, so look-up and binding cannot be interleaved.
 */
export class Ledger {
  readonly #options: LedgerOptions;
  readonly #lives: Lives;
  #created = 0;

  constructor(options: LedgerOptions) {
    this.#options = options;
    this.#lives = options.lives;
    this.#created = options.created ?? 0;
  }

  /**
   * Takes a request in: finds or makes its session and takes its places.
   * @throws ResourceExhausted, SessionExpired, InvalidSessionStatus, ServiceUnavailable
   */
  enter(qualifier: string, identity: Identity): Stay {
    void this.#lives.sweep();
    switch (identity.kind) {
      case 'none': {
        const { instance, placement } = this.#options.poolOf(qualifier).takeTurn();
        const decision: Decision = { placement, instanceId: instance.instanceId, session: 'none' };
        return { instance, seat: undefined, opened: false, minted: false, decision };
      }
      case 'new':
        return this.#open(qualifier, { remark: identity.remark });
      case 'session': {
        const { sessionId, whenUnknown } = identity;
        const seat = this.#lives.find(qualifier, sessionId);
        if (seat === undefined && whenUnknown === 'create') return this.#open(qualifier, { sessionId });
        if (seat === undefined)
          return this.#open(qualifier, {
            remark: 'the session cookie names no known session and was not taken',
          });
        if (seat.sessionStatus !== 'Expired') return this.#join(seat);
        checkReuse(seat);
        return this.#open(qualifier, { sessionId, again: true });
      }
    }
  }

  /** The end of a request. */
  leave({ seat, instance }: Stay, { answered }: { readonly answered: boolean }): void {
    instance.pool.giveRequest(instance);
    if (seat === undefined) return;
    seat.known ||= answered;
    this.#endUse(seat);
  }

  /** Takes a request off an instance that did not answer. Its session stays in use until it has come in again or is given up. */
  stepOut({ instance }: Stay): void {
    instance.pool.giveRequest(instance);
  }

  /** A request that has stepped out will not come in again. */
  giveUp({ seat }: Stay): void {
    if (seat !== undefined) this.#endUse(seat);
  }

  /** Another try of a request that has stepped out, on its session's instance or, if that died, on another. @throws as {@link enter}, and ProcessExited */
  comeBack(stay: Stay, qualifier: string): Stay {
    const { seat } = stay;
    if (seat === undefined) return this.enter(qualifier, { kind: 'none' });
    if (seat.erased || seat.sessionStatus !== 'Active') {
      throw new FcError('ProcessExited', 'Process exited unexpectedly before completing request');
    }
    return { ...stay, ...this.#placeRequest(seat, stay.decision) };
  }

  /** Makes a session that has a place and no request yet. @throws SessionAlreadyExists, SessionExpired, ResourceExhausted, ServiceUnavailable */
  create(
    terms: SessionTerms,
    sessionId?: string,
  ): { readonly seat: Seat; readonly instance: PooledInstance } {
    void this.#lives.sweep();
    const earlier = sessionId === undefined ? undefined : this.#lives.find(terms.qualifier, sessionId);
    if (earlier?.sessionStatus === 'Expired') checkReuse(earlier);
    else if (earlier !== undefined)
      throw new FcError('SessionAlreadyExists', `session '${earlier.sessionId}' already exists`);
    const { instance } = this.#options.poolOf(terms.qualifier).takePlace();
    const seat = this.#seat(instance, terms, sessionId);
    seat.known = true;
    this.#lives.add(seat);
    return { seat, instance };
  }

  #open(qualifier: string, how: { sessionId?: string; again?: boolean; remark?: string | undefined }): Stay {
    const { sessionId, again = false, remark } = how;
    const { instance, placement } = this.#options.poolOf(qualifier).takePlace();
    instance.pool.takeRequest(instance);
    const seat = this.#seat(instance, this.#options.termsOf(qualifier), sessionId);
    seat.inFlight = 1;
    this.#lives.add(seat);
    const decision: Decision = {
      placement,
      instanceId: instance.instanceId,
      sessionId: seat.sessionId,
      session: again ? 'reopened' : 'opened',
      remark,
    };
    return { instance, seat, opened: true, minted: sessionId === undefined, decision };
  }

  #join(seat: Seat): Stay {
    if (seat.sessionStatus !== 'Active') {
      throw new FcError(
        'InvalidSessionStatus',
        `session '${seat.sessionId}' is ${seat.sessionStatus} and takes no requests`,
        {
          fix: `fc-affinity session resume ${seat.sessionId}`,
        },
      );
    }
    const { instance, decision } = this.#placeRequest(seat, { session: 'known' });
    seat.inFlight++;
    return { instance, seat, opened: false, minted: false, decision };
  }

  /** Takes a request on the session's instance; on another one, with a place, when it has none that lives. */
  #placeRequest(
    seat: Seat,
    { session, remark }: Pick<Decision, 'session' | 'remark'>,
  ): Pick<Stay, 'instance' | 'decision'> {
    const lost = seat.instance?.state === 'gone';
    const placed =
      seat.instance === undefined || lost
        ? this.#options.poolOf(seat.terms.qualifier).takePlace()
        : { instance: seat.instance, placement: 'bound' as const };
    const { instance } = placed;
    instance.pool.takeRequest(instance);
    if (seat.instance !== instance) {
      seat.instance = instance;
      seat.containerId = instance.instanceId;
      this.#lives.changed(seat);
    }
    const placement: Placement = lost ? 'rebound-after-crash' : placed.placement;
    const { sessionId } = seat;
    const decision = { placement, instanceId: instance.instanceId, sessionId, session, remark };
    return { instance, decision };
  }

  #seat(instance: PooledInstance, terms: SessionTerms, sessionId = this.#options.newSessionId()): Seat {
    const seat = new Seat(sessionId, terms, this.#lives.now, ++this.#created);
    seat.instance = instance;
    seat.containerId = instance.instanceId;
    return seat;
  }

  #endUse(seat: Seat): void {
    seat.inFlight--;
    seat.used = true;
    if (seat.inFlight > 0) return;
    if (!seat.isAlive) return;
    this.#lives.used(seat);
    if (!seat.known) void this.#lives.erase(seat);
    else if (seat.endsAt <= this.#lives.now) void this.#lives.expire(seat);
    else this.#lives.hasten(seat);
  }
}

/** @throws SessionExpired when the ended session forbids that its ID is used again (spec U31) */
function checkReuse({ sessionId, terms }: Seat): void {
  if (!terms.disableSessionIdReuse) return;
  throw new FcError(
    'SessionExpired',
    `session '${sessionId}' has expired and its ID may not be used again (disableSessionIdReuse)`,
    {
      fix: 'use another session, or delete this one, which lets its ID be used again',
    },
  );
}
