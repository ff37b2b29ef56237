import type { Assignment, Decision } from '../model/admission.js';
import type { Clock } from '../model/clock.js';
import { ERROR_STATUS, type FcError } from '../model/errors.js';
import type { Emit } from '../model/events.js';
import type { Exchange, ExchangeOutcome } from '../model/exchange.js';
import type { SessionAffinityType } from '../model/function.js';
import type { Hint } from '../model/hint.js';
import type { Identity } from '../model/identity.js';
import type {
  AttemptRecord,
  RequestEvidence,
  RequestOutcome,
  RequestRecord,
} from '../model/request-record.js';
import type { Route } from '../model/route.js';
import { small } from '../model/small.js';
import { createEvidence } from './evidence.js';

/** Stands for the function of a request that no function serves. */
const UNKNOWN = '-';

const CARRIERS = {
  NONE: 'none',
  GENERATED_COOKIE: 'cookie',
  HEADER_FIELD: 'header',
  MCP_SSE: 'mcp',
  MCP_STREAMABLE: 'mcp',
} as const satisfies Record<SessionAffinityType, string>;

/** How a try on an instance ended. */
export interface AttemptResult {
  /** Whether the instance sent the head of a reply that could be passed on. */
  readonly answered: boolean;
  /** The error for the client, which has received nothing yet. */
  readonly failure?: FcError;
  /** Why the request may be sent once more: the client has received nothing, and a second execution does no harm. */
  readonly retry?: 'reset' | 'refused';
}

/** The record of a try on an instance, while the try is under way. */
type Try = { -readonly [key in keyof AttemptRecord]: AttemptRecord[key] };

const NONE: readonly Try[] = [];

interface RecorderOptions {
  /** The process clock, for durations. */
  readonly clock: Clock;
  /** The session clock: the time that records show. */
  readonly sessionClock: Pick<Clock, 'now'>;
  readonly onRecord: (record: RequestRecord) => void;
  readonly emit?: Emit | undefined;
}

/** What every trail of a gateway shares. */
interface TrailContext extends RecorderOptions {
  /** The functions whose download was explained to a browser. */
  readonly explained: Set<string>;
  readonly evidenceOf: ReturnType<typeof createEvidence>;
}

/** @returns a function that begins the trail of a request. A request for no function has no route */
export function createRecorder(
  options: RecorderOptions,
): (exchange: Exchange, route: Route | undefined) => RequestTrail {
  const context: TrailContext = { ...options, explained: new Set(), evidenceOf: createEvidence() };
  return (exchange, route) => new RequestTrail(exchange, route, context);
}

/** Collects what happens to a request, for its record. */
export class RequestTrail {
  readonly #context: TrailContext;
  readonly #exchange: Exchange;
  readonly #route: Route | undefined;
  readonly #at: number;
  readonly #startedAt: number;
  #tries: readonly Try[] = NONE;
  /** Which session the request says that it belongs to. */
  identity: Identity | undefined;
  #decision: Decision | undefined;
  #outcome: RequestOutcome = 'completed';
  #refusal: FcError | undefined;
  /** The status of the reply, once its head is written. */
  #status: number | undefined;

  constructor(exchange: Exchange, route: Route | undefined, context: TrailContext) {
    this.#exchange = exchange;
    this.#route = route;
    this.#context = context;
    this.#at = context.sessionClock.now();
    this.#startedAt = context.clock.now();
    context.emit?.(() => ({ type: 'request.begin', ...this.#names() }));
  }

  get attempts(): number {
    return this.#tries.length;
  }

  admitted({ decision }: Assignment): void {
    this.#decision = decision;
    this.#context.emit?.(() => ({
      type: 'request.admitted',
      ...this.#names(),
      identity: this.#carrier(),
      decision,
    }));
    const admittedMs = this.#elapsedMs();
    const made: Try = {
      decision,
      outcome: 'abandoned',
      failure: undefined,
      status: undefined,
      retry: undefined,
      admittedMs,
      firstByteMs: undefined,
      endedMs: admittedMs,
    };
    // A new list has no spare capacity, and records are kept for long.
    this.#tries = this.#tries === NONE ? [made] : [...this.#tries, made];
  }

  /**
   * The instance has sent the head of its reply, or has switched the protocol (101).
   * @param sent the status that the client receives
   * @param status the status of the instance
   */
  answered(sent: number, status: number): void {
    this.#status = sent;
    const current = this.#tries.at(-1);
    if (current === undefined) return;
    current.firstByteMs = this.#elapsedMs();
    current.status = status;
  }

  /** A try has ended. */
  tried({ answered, failure, retry }: AttemptResult): void {
    const current = this.#tries.at(-1);
    if (current === undefined) return;
    current.endedMs = this.#elapsedMs();
    if (answered) current.outcome = 'answered';
    else if (failure !== undefined) current.outcome = 'failed';
    current.failure = failure && { code: failure.code, message: failure.message };
    current.retry = retry;
  }

  /** The decision as it is at the end: a reply may have named the session. */
  decided({ decision }: Assignment): void {
    this.#decision = decision;
  }

  /**
   * The gateway answers in the function's place.
   * @param sent the status that the client receives
   */
  refused(error: FcError, sent: number): void {
    this.#refusal = error;
    this.#outcome = 'refused';
    this.#status = sent;
  }

  /** The reply has begun and cannot be finished. */
  broken(error: FcError | undefined): void {
    this.#refusal = error;
    this.#outcome = 'broken';
    const current = this.#tries.at(-1);
    if (current !== undefined) current.outcome = 'broken';
  }

  /** The exchange is over before the reply was whole. */
  unfinished(outcome: ExchangeOutcome): void {
    if (outcome !== 'delivered') this.#outcome = outcome;
  }

  /** Reports the record; called once. */
  end(): void {
    const { onRecord } = this.#context;
    const refusal = this.#refusal;
    const { requestId, functionName, qualifier, entrance, method, target } = this.#names();
    // One literal: a spread makes slower objects, and this one is made for each request.
    onRecord({
      requestId,
      functionName,
      qualifier,
      entrance,
      method,
      target,
      upgrade: this.#exchange.upgrade !== undefined,
      at: this.#at,
      outcome: this.#outcome,
      status: this.#shownStatus(),
      decision: this.#decision,
      refusal: refusal && shownRefusal(refusal),
      attempts: this.#tries,
      evidence: this.#evidence(),
      durationMs: this.#elapsedMs(),
      hint: this.#hint(),
    });
  }

  #elapsedMs(): number {
    return small(this.#context.clock.now() - this.#startedAt);
  }

  #names(): Pick<
    RequestRecord,
    'requestId' | 'functionName' | 'qualifier' | 'entrance' | 'method' | 'target'
  > {
    const { requestId, head } = this.#exchange;
    const { functionName = UNKNOWN, qualifier = UNKNOWN, entrance = 'trigger' } = this.#route ?? {};
    return { requestId, functionName, qualifier, entrance, method: head.method, target: head.target };
  }

  /** What carried the session ID that the request named. */
  #carrier(): 'cookie' | 'header' | 'mcp' | 'none' {
    if (this.identity?.kind !== 'session') return 'none';
    return CARRIERS[this.#route?.affinity.type ?? 'NONE'];
  }

  #evidence(): RequestEvidence {
    return this.#context.evidenceOf({
      lines: this.#exchange.head.lines,
      affinity: this.#route?.affinity.type,
      identity: this.identity,
      decision: this.#decision,
      refusal: this.#refusal?.code,
    });
  }

  #shownStatus(): number {
    if (this.#outcome === 'client-closed') return ERROR_STATUS.ClientClosedRequest;
    return this.#status ?? ERROR_STATUS.ServiceUnavailable;
  }

  /** The first request of a browser to each function gets the hint why the browser downloads the page. */
  #hint(): Hint | undefined {
    const { explained } = this.#context;
    const route = this.#route;
    if (!route?.forcesDownload || this.#outcome !== 'completed' || explained.has(route.functionName)) return;
    if (!asksForHtml(this.#exchange.head.lines)) return;
    explained.add(route.functionName);
    return { code: 'page-downloaded' };
  }
}

function shownRefusal({ code, message, fix, pool }: FcError): RequestRecord['refusal'] {
  return { code, message, fix, pool };
}

function asksForHtml(lines: readonly string[]): boolean {
  for (let at = 0; at < lines.length; at += 2) {
    if (lines[at]?.toLowerCase() === 'accept') return /\btext\/html\b/i.test(lines[at + 1] ?? '');
  }
  return false;
}
