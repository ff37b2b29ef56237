import { FcError, UnreachableError } from '../model/errors.js';
import type {
  FunctionRef,
  ListSessionsQuery,
  SessionPage,
  SessionRef,
  SessionService,
} from '../model/services.js';
import type { CreateSessionInput, Session } from '../model/session.js';
import { judge, type StepResult } from './check.js';
import type { Control, SuiteRun } from './suite-run.js';

/** Calls the Session API of one function, remembers the created sessions, and records malformed answers and refusals. */
export class SessionProbe {
  readonly sessions: SessionService;
  readonly ref: FunctionRef;
  readonly uncoded: string[] = [];
  readonly empty: string[] = [];
  refusals = 0;
  answers = 0;
  readonly #run: SuiteRun;

  constructor(run: SuiteRun, { plane, ref }: Control) {
    this.#run = run;
    this.sessions = plane.sessions;
    this.ref = ref;
  }

  async create(input: CreateSessionInput): Promise<Session> {
    const session = await this.answer('CreateSession', this.sessions.create(this.ref, input));
    this.#run.addSession(session.sessionId);
    return session;
  }

  refTo({ sessionId }: Pick<Session, 'sessionId'>): SessionRef {
    return { ...this.ref, sessionId };
  }

  /** @returns one page of ListSessions, 20 by default */
  async list(query: Omit<ListSessionsQuery, 'functionName'> = {}): Promise<readonly Session[]> {
    return (await this.answer('ListSessions', this.sessions.list({ ...this.ref, ...query }))).sessions;
  }

  /** @returns every session of the function. The first pages are small, so the list has more than one. Stops at a repeated token. */
  async all(): Promise<Session[]> {
    const found: Session[] = [];
    let nextToken: string | undefined;
    const tokens = new Set<string | undefined>();
    do {
      tokens.add(nextToken);
      const limit = tokens.size <= 2 ? 1 : 100;
      const page: SessionPage = await this.answer(
        'ListSessions',
        this.sessions.list({ ...this.ref, limit, nextToken }),
      );
      found.push(...page.sessions);
      nextToken = page.nextToken || undefined;
    } while (nextToken !== undefined && !tokens.has(nextToken));
    return found;
  }

  /**
   * Counts an answer, and records an empty answer or a failure that is not an error of the API.
   * @throws the call's FcError; BadResponse for an answer that is empty or no error of the API; UnreachableError
   */
  async answer<T extends object>(operation: string, call: Promise<T>): Promise<T> {
    const answer: unknown = await call.catch((error: unknown) => {
      if (error instanceof FcError || error instanceof UnreachableError) throw error;
      this.uncoded.push(`${operation}: ${String(error)}`);
      throw new FcError('BadResponse', `${operation} failed without an error of the API: ${String(error)}`);
    });
    this.#run.target.signal?.throwIfAborted();
    this.answers += 1;
    if (typeof answer === 'object' && answer !== null) return call;
    this.empty.push(operation);
    throw new FcError('BadResponse', `${operation} answered without a body`);
  }

  /**
   * Whether the call fails with that status; by default with any of 4xx.
   * @throws UnreachableError
   */
  async isRefused(call: Promise<unknown>, wanted?: number): Promise<StepResult> {
    const refusal = await this.refusal(call);
    if (typeof refusal === 'string') return judge(false, refusal);
    const { status, code, message } = refusal;
    const holds = wanted === undefined ? status >= 400 && status <= 499 : status === wanted;
    return judge(holds, `status ${status}, ${code}: ${message}`);
  }

  /**
   * @returns the API's error; otherwise what came in its place
   * @throws UnreachableError
   */
  async refusal(call: Promise<unknown>): Promise<FcError | string> {
    try {
      await call;
      return 'accepted';
    } catch (error) {
      if (error instanceof UnreachableError) throw error;
      this.refusals += 1;
      if (error instanceof FcError) return error;
      this.uncoded.push(String(error));
      return String(error);
    }
  }
}
