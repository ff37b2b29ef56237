import type { Decision } from './admission.js';
import type { ErrorCode } from './errors.js';
import type { Hint } from './hint.js';
import type { PoolView } from './pool-view.js';
import type { Entrance } from './route.js';

/** How a request ended. */
export type RequestOutcome =
  /** The whole reply was delivered (or the upgrade closed in order). */
  | 'completed'
  /** The gateway answered in the function's place. */
  | 'refused'
  /** The client went away first. */
  | 'client-closed'
  /** The emulator stopped before the reply was whole. */
  | 'stopped'
  /** The reply began and could not be finished: the client's connection was reset. */
  | 'broken';

/** How a try of a request on an instance ended. */
export type AttemptOutcome =
  /** The instance sent the head of a reply, and the gateway passed it on. */
  | 'answered'
  /** The instance answered and failed before its reply was whole. */
  | 'broken'
  /** The instance sent no reply that can be passed on. */
  | 'failed'
  /** The client left, or the emulator stopped, before the instance answered. */
  | 'abandoned';

/** One try of a request on one instance. Times are milliseconds since the request began. */
export interface AttemptRecord {
  /** Why this instance, and which session. */
  readonly decision: Decision;
  readonly outcome: AttemptOutcome;
  readonly failure?: { readonly code: ErrorCode; readonly message: string } | undefined;
  /** Of the instance's own reply. */
  readonly status?: number | undefined;
  /** Why the request was sent once more: the connection was reset before an answer, or refused. */
  readonly retry?: 'reset' | 'refused' | undefined;
  /** The instance was ready to take the request. */
  readonly admittedMs: number;
  /** The head of the reply came. */
  readonly firstByteMs?: number | undefined;
  readonly endedMs: number;
}

/** What the session cookie of a request was to its function. */
export type CookieEvidence =
  /** There was none. */
  | 'none'
  /** Its value is not a session ID. */
  | 'malformed'
  /** It names no session. */
  | 'unknown'
  /** It names a session that has ended. */
  | 'expired'
  /** It names a session. */
  | 'known';

/** What a diagnosis needs to know of a request. A text is cut after 256 characters, and absent when the request has no such header. */
export interface RequestEvidence {
  /** Absent where the function has no session cookie, or where the request was refused before its session was looked up. */
  readonly cookie?: CookieEvidence | undefined;
  /** How many session cookies there were, where there was more than one. */
  readonly cookies?: number | undefined;
  /** The session ID that the request named, where it names no session that was there. */
  readonly presented?: string | undefined;
  /** A client of the Model Context Protocol sent it. */
  readonly mcp?: true | undefined;
  readonly origin?: string | undefined;
  readonly userAgent?: string | undefined;
  readonly secFetchSite?: string | undefined;
  readonly secFetchMode?: string | undefined;
  readonly secFetchDest?: string | undefined;
}

/** What the gateway knows of a request when it has ended. The one source of the request log, events and console. */
export interface RequestRecord {
  readonly requestId: string;
  readonly functionName: string;
  readonly qualifier: string;
  /** An HTTP trigger, or InvokeFunction; a request of InvokeFunction has the method and target that its instance receives. */
  readonly entrance: Entrance;
  readonly method: string;
  readonly target: string;
  readonly upgrade: boolean;
  /** When it began: milliseconds since 1970, as the session clock has it. */
  readonly at: number;
  readonly outcome: RequestOutcome;
  /** As sent to the client, and of an asynchronous invocation that of its instance; 499 when it left before, 503 when the emulator stopped before. */
  readonly status: number;
  readonly decision?: Decision;
  /** The code and message of a refusal. */
  readonly refusal?: {
    readonly code: ErrorCode;
    readonly message: string;
    readonly fix?: string;
    /** The instances at that moment, where none of them takes the request (429). */
    readonly pool?: PoolView;
  };
  /** The tries on instances, in order: none when it was refused before, two after a retry. */
  readonly attempts: readonly AttemptRecord[];
  readonly evidence: RequestEvidence;
  readonly durationMs: number;
  /** What the user may want to know of this reply. */
  readonly hint?: Hint;
}
