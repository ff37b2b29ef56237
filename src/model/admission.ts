import type { Revision } from './function.js';
import type { Hint } from './hint.js';
import type { Identity } from './identity.js';
import type { Address, Exit, InstanceLog } from './instance.js';
import type { PoolView } from './pool-view.js';
import type { SessionTerms } from './session.js';

/** Why a request went to its instance. */
export type Placement =
  /** The session's own instance. */
  | 'bound'
  /** The oldest instance with a free slot. */
  | 'first-fit'
  /** A new instance: none had a free slot. */
  | 'scaled-out'
  /** A new instance although slots were free: every instance with a free slot had its 200 requests in flight. */
  | 'overflow'
  /** The session's instance died; this one takes over. */
  | 'rebound-after-crash'
  /** No session: the next instance that takes a request. */
  | 'round-robin';

/** A Decision is data: kept in the request record, printed, and explained later. */
export interface Decision {
  readonly placement: Placement;
  readonly instanceId: string;
  readonly sessionId?: string;
  /** Whether the session existed, was opened by this request, or was opened again under the ID of an ended session. */
  readonly session: 'known' | 'opened' | 'reopened' | 'none';
  /** Something the client should know, as a cookie that was not taken. */
  readonly hint?: Hint;
  /** Where an instance was chosen; absent for a request that went to its session's instance. */
  readonly pool?: PoolView;
}

export interface AdmissionRequest {
  readonly requestId: string;
  readonly qualifier: string;
  readonly identity: Identity;
}

/** What the gateway uses of a function's scheduler. */
export interface Admission {
  /**
   * Finds or starts the instance for a request. Returns at once where the instance is ready; otherwise resolves when it is ready.
   * Slots are taken before the first await, so simultaneous requests never oversubscribe an instance.
   * @throws ResourceExhausted (429), SessionExpired, SessionNotFound, InvalidSessionStatus, CAExited, CAFileNotFound,
   *   FunctionNotStarted, ServiceUnavailable
   */
  admit(request: AdmissionRequest): Assignment | Promise<Assignment>;
}

/** The session of an assignment. */
export interface AssignedSession {
  readonly sessionId: string;
  readonly terms: SessionTerms;
}

/** One request's hold on an instance, from admission to the end of the reply. Must be released exactly once. */
export interface Assignment {
  readonly requestId: string;
  readonly instanceId: string;
  readonly address: Address;
  /** What the instance runs. */
  readonly revision: Revision;
  /** Of the instance's process, where there is one. */
  readonly pid: number | undefined;
  /** What the instance prints. */
  readonly log: InstanceLog | undefined;
  readonly session: AssignedSession | undefined;
  /** Whether this request opened the session, or opened it again under the ID of an ended session. */
  readonly opened: boolean;
  /** Whether the emulator chose the session's ID in this request, so that nobody knows it yet. */
  readonly generated: boolean;
  readonly decision: Decision;
  /** Whether a slot is reserved for a session that the instance has not named yet. */
  readonly awaitsSession: boolean;
  /**
   * The reply has named the session for which the slot is reserved, or names none, which gives the slot back. An ID that an Active
   * session has is not taken.
   * @param sessionId 1 to 1,024 visible ASCII characters
   * @param endsWithRequest whether the session ends when this request is released
   */
  learn(sessionId: string | undefined, options?: { readonly endsWithRequest: boolean }): void;
  /** For a request that was not answered: how the instance ended, if it is found to have ended within 100 ms. */
  exit(): Promise<Exit | undefined>;
  /** Notes what the user should know of the request; the first note stays. */
  addHint(hint: Hint): void;
  /** Ends the session of this request and forgets it. */
  endSession(): void;
  /**
   * The instance did not answer: releases it and admits the request once more with the same session (spec U45), on another instance if
   * this one died. This assignment is over then, also when the retry fails.
   */
  retry(reason: 'reset' | 'refused'): Promise<Assignment>;
  /** Ends the assignment. A session that this request opened and no instance ever answered is discarded (spec U44). */
  release(outcome: { readonly answered: boolean }): void;
}
