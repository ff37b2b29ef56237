import { FcError, UnreachableError } from '../../model/errors.js';
import type { FunctionRef, SessionPage, SessionService } from '../../model/services.js';
import type { CreateSessionInput, Session } from '../../model/session.js';
import { type Finding, judge } from '../suite.js';
import type { Control, Trial } from '../trial.js';

/** What came of a call that should be refused. */
export type Refusal =
  | { readonly kind: 'refused'; readonly error: FcError }
  | { readonly kind: 'accepted' }
  /** It failed in a way that is no error of the API. */
  | { readonly kind: 'uncoded'; readonly message: string };

/** A session that the suite has made, and the means to ask about it. */
export interface Subject {
  readonly probe: SessionProbe;
  readonly session: Session;
}

/** Calls the Session API of one function, remembers what it made, and how the answers and refusals looked. */
export class SessionProbe {
  readonly sessions: SessionService;
  readonly ref: FunctionRef;
  readonly uncoded: string[] = [];
  readonly empty: string[] = [];
  refusals = 0;
  answers = 0;
  readonly #trial: Trial;

  constructor(trial: Trial, { plane, ref }: Control) {
    this.#trial = trial;
    this.sessions = plane.sessions;
    this.ref = ref;
  }

  async create(input: CreateSessionInput): Promise<Session> {
    const session = await this.answer('CreateSession', this.sessions.create(this.ref, input));
    this.#trial.made(session.sessionId);
    return session;
  }

  /** Every session of the function, page by page; the first pages small, so that the token is needed. Ends at a token that comes again. */
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
   * Counts an answer, and notes one that holds nothing or fails in a way that is no error of the API.
   * @throws FcError as the call does, or BadResponse in place of what is none; UnreachableError
   */
  async answer<T extends object>(operation: string, call: Promise<T>): Promise<T> {
    const told: unknown = await call.catch((error: unknown) => {
      if (error instanceof FcError || error instanceof UnreachableError) throw error;
      this.uncoded.push(`${operation}: ${String(error)}`);
      throw new FcError('BadResponse', `${operation} failed without an error of the API: ${String(error)}`);
    });
    this.#trial.target.signal?.throwIfAborted();
    this.answers += 1;
    if (typeof told === 'object' && told !== null) return call;
    this.empty.push(operation);
    throw new FcError('BadResponse', `${operation} answered without a body`);
  }

  /** @throws UnreachableError */
  async refusal(call: Promise<unknown>): Promise<Refusal> {
    try {
      await call;
      return { kind: 'accepted' };
    } catch (error) {
      if (error instanceof UnreachableError) throw error;
      this.refusals += 1;
      if (error instanceof FcError) return { kind: 'refused', error };
      const message = String(error);
      this.uncoded.push(message);
      return { kind: 'uncoded', message };
    }
  }
}

/** @param statuses the range of HTTP statuses that is right, inclusive */
export function isRefused(refusal: Refusal, [least, most]: readonly [number, number]): Finding {
  if (refusal.kind === 'accepted') return judge(false, 'accepted');
  if (refusal.kind === 'uncoded') return judge(false, refusal.message);
  const { status, code, message } = refusal.error;
  return judge(status >= least && status <= most, `status ${status}, ${code}: ${message}`);
}
