import { FcError } from '../model/errors.js';
import type { Revision } from '../model/function.js';
import { LATEST } from '../model/function.js';
import { checkSessionId } from '../model/limits.js';
import type {
  FunctionRef,
  ListSessionsQuery,
  SessionPage,
  SessionRef,
  SessionService,
} from '../model/services.js';
import type { CreateSessionInput, Session, UpdateSessionInput } from '../model/session.js';
import type { Fleet } from './fleet.js';
import type { Hibernation } from './hibernation.js';
import type { Ledger } from './ledger.js';
import type { Lives } from './lives.js';
import { pageOf } from './page-of.js';
import type { Seat } from './seat.js';
import { amend, termsOf } from './terms.js';

interface SessionDeskOptions {
  readonly revision: Revision;
  readonly lives: Lives;
  readonly ledger: Ledger;
  readonly hibernation: Hibernation;
  readonly fleet: Fleet;
  readonly maxTTL: number | undefined;
}

/** The Session API of one function: checks what is asked against the terms in force, has the core do it, waits for instances. */
export class SessionDesk implements SessionService {
  readonly #options: SessionDeskOptions;

  constructor(options: SessionDeskOptions) {
    this.#options = options;
  }

  async create(
    { qualifier = LATEST }: FunctionRef,
    { sessionId = '', ...wishes }: CreateSessionInput,
  ): Promise<Session> {
    this.#checkHasApi();
    const { revision, ledger, fleet, lives, maxTTL } = this.#options;
    const { sessionAffinity } = revision.config;
    if (sessionId !== '') {
      if (sessionAffinity !== 'HEADER_FIELD') {
        throw new FcError(
          'InvalidArgument',
          `sessionId can be chosen only with sessionAffinity HEADER_FIELD, the function has ${sessionAffinity}`,
        );
      }
      checkSessionId(sessionId);
    }
    const terms = amend(termsOf(revision, qualifier), wishes, maxTTL);
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
    await this.#options.lives.update(seat, amend(seat.terms, wishes, this.#options.maxTTL));
    return seat.toSession();
  }

  async delete(ref: SessionRef): Promise<void> {
    const seat = this.#find(ref);
    if (seat.sessionStatus === 'Pausing' || seat.sessionStatus === 'Resuming') {
      throw wrongStatus(seat, 'DeleteSession', 'Active, Paused or Expired');
    }
    await this.#options.lives.delete(seat);
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
