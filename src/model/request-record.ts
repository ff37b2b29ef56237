import type { Decision } from './admission.js';
import type { ErrorCode } from './errors.js';
import type { Hint } from './hint.js';

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

/** What the gateway knows of a request when it has ended. The one source of the request log, events and console. */
export interface RequestRecord {
  readonly requestId: string;
  readonly functionName: string;
  readonly qualifier: string;
  readonly method: string;
  readonly target: string;
  readonly upgrade: boolean;
  /** When it began: milliseconds since 1970, as the session clock has it. */
  readonly at: number;
  readonly outcome: RequestOutcome;
  /** As sent to the client; 499 when it left before, 503 when the emulator stopped before. */
  readonly status: number;
  readonly decision?: Decision;
  /** The code and message of a refusal. */
  readonly refusal?: { readonly code: ErrorCode; readonly message: string; readonly fix?: string };
  /** Tries on an instance: 0 when refused before, 2 after a retry. */
  readonly attempts: number;
  readonly durationMs: number;
  /** Until the instance was ready to take it. */
  readonly admittedMs?: number;
  /** Until the head of the reply. */
  readonly firstByteMs?: number;
  /** For one who reads along: what the user may want to know of this reply. */
  readonly hint?: Hint;
}
