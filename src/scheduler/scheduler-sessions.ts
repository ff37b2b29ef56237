import { FcError } from '../model/errors.js';
import type { Revision } from '../model/function.js';
import { LATEST } from '../model/function.js';
import { checkSessionId } from '../model/limits.js';
import type {
  CallOptions,
  FunctionRef,
  ListSessionsQuery,
  SessionPage,
  SessionRef,
  SessionService,
} from '../model/services.js';
import type { CreateSessionInput, Session, UpdateSessionInput } from '../model/session.js';
import type { Binder } from './binder.js';
import type { Fleet } from './fleet.js';
import type { Hibernation } from './hibernation.js';
import { pageOf } from './page-of.js';
import type { SessionEntry } from './session-entry.js';
import type { SessionTable } from './session-table.js';
import { amend, termsOf } from './terms.js';

interface SchedulerSessionsOptions {
  /** The revision in force. */
  readonly revision: () => Revision;
  readonly table: SessionTable;
  readonly binder: Binder;
  readonly hibernation: Hibernation;
  readonly fleet: Fleet;
  readonly maxTTL: number | undefined;
}

/** The Session API of one function: checks the input against the terms in force, changes the core, waits for instances. */
export class SchedulerSessions implements SessionService {
  readonly #options: SchedulerSessionsOptions;

  constructor(options: SchedulerSessionsOptions) {
    this.#options = options;
  }

  async create(
    { qualifier = LATEST }: FunctionRef,
    { sessionId = '', ...wishes }: CreateSessionInput,
    { signal }: CallOptions = {},
  ): Promise<Session> {
    this.#checkHasApi();
    const { revision, binder, fleet, table, maxTTL } = this.#options;
    const { sessionAffinity } = revision().config;
    if (sessionId !== '') {
      if (sessionAffinity !== 'HEADER_FIELD') {
        throw new FcError(
          'InvalidArgument',
          `sessionId can be chosen only with sessionAffinity HEADER_FIELD, the function has ${sessionAffinity}`,
        );
      }
      checkSessionId(sessionId);
    }
    const terms = amend(termsOf(revision(), qualifier), wishes, maxTTL);
    const { entry, instance } = binder.create(terms, sessionId === '' ? undefined : sessionId);
    try {
      await whileWanted(fleet.ready(instance), signal);
    } catch (error) {
      if (!entry.erased) void table.discard(entry);
      throw error;
    }
    return entry.toSession();
  }

  async get(ref: SessionRef): Promise<Session> {
    const entry = this.#find(ref);
    if (entry.sessionStatus === 'Expired') throw notFound(ref.sessionId);
    return entry.toSession();
  }

  async list(query: ListSessionsQuery): Promise<SessionPage> {
    this.#checkHasApi();
    const { table } = this.#options;
    void table.sweep();
    return pageOf(query, (order) => table.after(order, query.qualifier ?? LATEST));
  }

  async update(ref: SessionRef, wishes: UpdateSessionInput): Promise<Session> {
    const entry = this.#find(ref);
    if (entry.sessionStatus !== 'Active') throw wrongStatus(entry, 'UpdateSession', 'Active');
    await this.#options.table.update(entry, amend(entry.terms, wishes, this.#options.maxTTL));
    return entry.toSession();
  }

  async delete(ref: SessionRef): Promise<void> {
    const entry = this.#find(ref);
    if (entry.sessionStatus === 'Pausing' || entry.sessionStatus === 'Resuming') {
      throw wrongStatus(entry, 'DeleteSession', 'Active, Paused or Expired');
    }
    await this.#options.table.delete(entry);
  }

  async pause(ref: SessionRef): Promise<Session> {
    const { hibernation, revision } = this.#options;
    const entry = this.#find(ref);
    const isolated =
      entry.instance?.pool.exclusive ?? revision().config.instanceIsolationMode === 'SESSION_EXCLUSIVE';
    if (!isolated) {
      throw new FcError(
        'InvalidArgument',
        'PauseSession needs a function with instanceIsolationMode SESSION_EXCLUSIVE',
        {
          fix: 'serve it with --isolation session',
        },
      );
    }
    if (entry.sessionStatus !== 'Active') throw wrongStatus(entry, 'PauseSession', 'Active');
    await hibernation.pausing(entry);
    hibernation.paused(entry);
    return entry.toSession();
  }

  async resume(ref: SessionRef, { signal }: CallOptions = {}): Promise<Session> {
    const { hibernation, fleet } = this.#options;
    const entry = this.#find(ref);
    if (entry.sessionStatus !== 'Paused') throw wrongStatus(entry, 'ResumeSession', 'Paused');
    const instance = hibernation.resuming(entry);
    try {
      await whileWanted(fleet.ready(instance), signal);
    } catch (error) {
      void hibernation.notResumed(entry);
      throw error;
    }
    hibernation.resumed(entry);
    return entry.toSession();
  }

  #find({ qualifier = LATEST, sessionId }: SessionRef): SessionEntry {
    this.#checkHasApi();
    const { table } = this.#options;
    void table.sweep();
    const entry = table.find(qualifier, sessionId);
    if (entry === undefined) throw notFound(sessionId);
    return entry;
  }

  #checkHasApi(): void {
    const { functionName, sessionAffinity } = this.#options.revision().config;
    if (sessionAffinity === 'GENERATED_COOKIE' || sessionAffinity === 'HEADER_FIELD') return;
    throw new FcError(
      'InvalidArgument',
      `sessions of function '${functionName}' have no API: its sessionAffinity is ${sessionAffinity}, not GENERATED_COOKIE or HEADER_FIELD`,
    );
  }
}

/** @throws ClientClosedRequest when the caller leaves before `work` is done, and what `work` rejects with */
async function whileWanted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work;
  let leave = (): void => {};
  const left = new Promise<never>((_, reject) => {
    leave = () =>
      reject(new FcError('ClientClosedRequest', 'the caller has left before the instance was ready'));
  });
  signal.addEventListener('abort', leave);
  if (signal.aborted) leave();
  try {
    return await Promise.race([work, left]);
  } finally {
    signal.removeEventListener('abort', leave);
  }
}

function notFound(sessionId: string): FcError {
  return new FcError('SessionNotFound', `session '${sessionId}' does not exist`);
}

function wrongStatus({ sessionId, sessionStatus }: SessionEntry, operation: string, needed: string): FcError {
  return new FcError(
    'InvalidSessionStatus',
    `${operation} needs a session that is ${needed}, session '${sessionId}' is ${sessionStatus}`,
  );
}
