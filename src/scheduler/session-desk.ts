import { FcError } from '../model/errors.js';
import type { Revision } from '../model/function.js';
import { LATEST } from '../model/function.js';
import { checkIdleTimeout } from '../model/function-config.js';
import { checkRange, checkSessionId, LIMITS } from '../model/limits.js';
import type {
  FunctionRef,
  ListSessionsQuery,
  SessionPage,
  SessionRef,
  SessionService,
} from '../model/services.js';
import {
  type CreateSessionInput,
  MOUNT_FIELDS,
  type Session,
  type SessionMounts,
  type SessionTerms,
  type UpdateSessionInput,
} from '../model/session.js';
import type { Fleet } from './fleet.js';
import type { Hibernation } from './hibernation.js';
import type { Ledger } from './ledger.js';
import type { Lives } from './lives.js';
import { pageOf } from './page-of.js';
import type { Seat } from './seat.js';

interface SessionDeskOptions {
  readonly revision: Revision;
  readonly lives: Lives;
  readonly ledger: Ledger;
  readonly hibernation: Hibernation;
  readonly fleet: Fleet;
  readonly maxTTL: number | undefined;
}

/** The Session API of one function: checks what is asked against the terms in force, has the ledger do it, waits for instances. */
export class SessionDesk implements SessionService {
  readonly #options: SessionDeskOptions;
  readonly #maxTTL: number;

  constructor(options: SessionDeskOptions) {
    this.#options = options;
    this.#maxTTL = options.maxTTL ?? LIMITS.sessionTTLInSeconds[1];
  }

  async create(
    { qualifier = LATEST }: FunctionRef,
    { sessionId = '', ...wishes }: CreateSessionInput,
  ): Promise<Session> {
    this.#checkHasApi();
    const { ledger, fleet, lives } = this.#options;
    const { sessionAffinity } = this.#options.revision.config;
    if (sessionId !== '') {
      if (sessionAffinity !== 'HEADER_FIELD') {
        throw new FcError(
          'InvalidArgument',
          `sessionId can be chosen only with sessionAffinity HEADER_FIELD, the function has ${sessionAffinity}`,
        );
      }
      checkSessionId(sessionId);
    }
    const terms = this.#amend(termsOf(this.#options.revision, qualifier), wishes);
    const { seat, instance } = ledger.create(terms, sessionId === '' ? undefined : sessionId);
    try {
      await fleet.ready(instance);
    } catch (error) {
      void lives.erase(seat);
      throw error;
    }
    return seat.toSession();
  }

  async get(ref: SessionRef): Promise<Session> {
    const seat = this.#find(ref);
    if (seat.sessionStatus === 'Expired') throw notFound(ref.sessionId);
    return seat.toSession();
  }

  async list(query: ListSessionsQuery): Promise<SessionPage> {
    this.#checkHasApi();
    const { lives } = this.#options;
    void lives.sweep();
    return pageOf(query, (order) => lives.after(order, query.qualifier ?? LATEST));
  }

  async update(ref: SessionRef, wishes: UpdateSessionInput): Promise<Session> {
    const seat = this.#find(ref);
    if (seat.sessionStatus !== 'Active') throw wrongStatus(seat, 'UpdateSession', 'Active');
    await this.#options.ledger.update(seat, this.#amend(seat.terms, wishes));
    return seat.toSession();
  }

  async delete(ref: SessionRef): Promise<void> {
    const seat = this.#find(ref);
    if (seat.sessionStatus === 'Pausing' || seat.sessionStatus === 'Resuming') {
      throw wrongStatus(seat, 'DeleteSession', 'Active, Paused or Expired');
    }
    await this.#options.ledger.delete(seat);
  }

  async pause(ref: SessionRef): Promise<Session> {
    const { hibernation, revision } = this.#options;
    const seat = this.#find(ref);
    if (revision.config.instanceIsolationMode !== 'SESSION_EXCLUSIVE') {
      throw new FcError(
        'InvalidArgument',
        'PauseSession needs a function with instanceIsolationMode SESSION_EXCLUSIVE',
        {
          fix: 'serve it with --isolation session',
        },
      );
    }
    if (seat.sessionStatus !== 'Active') throw wrongStatus(seat, 'PauseSession', 'Active');
    await hibernation.pausing(seat);
    hibernation.paused(seat);
    return seat.toSession();
  }

  async resume(ref: SessionRef): Promise<Session> {
    const { hibernation, fleet } = this.#options;
    const seat = this.#find(ref);
    if (seat.sessionStatus !== 'Paused') throw wrongStatus(seat, 'ResumeSession', 'Paused');
    const instance = hibernation.resuming(seat);
    try {
      await fleet.ready(instance);
    } catch (error) {
      void hibernation.notResumed(seat);
      throw error;
    }
    hibernation.resumed(seat);
    return seat.toSession();
  }

  #find({ qualifier = LATEST, sessionId }: SessionRef): Seat {
    this.#checkHasApi();
    const { lives } = this.#options;
    void lives.sweep();
    const seat = lives.find(qualifier, sessionId);
    if (seat === undefined) throw notFound(sessionId);
    return seat;
  }

  #checkHasApi(): void {
    const { functionName, sessionAffinity } = this.#options.revision.config;
    if (sessionAffinity === 'GENERATED_COOKIE' || sessionAffinity === 'HEADER_FIELD') return;
    throw new FcError(
      'InvalidArgument',
      `sessions of function '${functionName}' have no API: its sessionAffinity is ${sessionAffinity}, not GENERATED_COOKIE or HEADER_FIELD`,
    );
  }

  /** The terms with what is wished for changed. What was left out is never the cause of a refusal (spec U2). */
  #amend(terms: SessionTerms, wishes: UpdateSessionInput): SessionTerms {
    const ttl = wishes.sessionTTLInSeconds ?? terms.sessionTTLInSeconds;
    const idle = wishes.sessionIdleTimeoutInSeconds;
    checkRange('sessionTTLInSeconds', ttl, [
      LIMITS.sessionTTLInSeconds[0],
      Math.max(this.#maxTTL, terms.sessionTTLInSeconds),
    ]);
    if (idle !== undefined) checkIdleTimeout(idle, ttl, this.#maxTTL);
    return {
      ...terms,
      sessionTTLInSeconds: ttl,
      sessionIdleTimeoutInSeconds: idle ?? terms.sessionIdleTimeoutInSeconds,
      disableSessionIdReuse: wishes.disableSessionIdReuse ?? terms.disableSessionIdReuse,
      ...mountsOf(wishes),
    };
  }
}

/** The terms of a session that is opened without wishes: the function's. */
export function termsOf({ config }: Revision, qualifier: string): SessionTerms {
  const { sessionTTLInSeconds, sessionIdleTimeoutInSeconds, disableSessionIdReuse } =
    config.sessionAffinityConfig;
  return {
    functionName: config.functionName,
    qualifier,
    sessionAffinityType: config.sessionAffinity,
    sessionTTLInSeconds,
    sessionIdleTimeoutInSeconds,
    disableSessionIdReuse,
  };
}

function mountsOf(wishes: SessionMounts): SessionMounts {
  return Object.fromEntries(
    MOUNT_FIELDS.filter((field) => wishes[field] !== undefined).map((field) => [field, wishes[field]]),
  );
}

function notFound(sessionId: string): FcError {
  return new FcError('SessionNotFound', `session '${sessionId}' does not exist`);
}

function wrongStatus({ sessionId, sessionStatus }: Seat, operation: string, needed: string): FcError {
  return new FcError(
    'InvalidSessionStatus',
    `${operation} needs a session that is ${needed}, session '${sessionId}' is ${sessionStatus}`,
  );
}
