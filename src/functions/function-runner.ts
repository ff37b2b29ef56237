import type { Admission } from '../model/admission.js';
import type { SessionState } from '../model/console-events.js';
import type { Revision } from '../model/function.js';
import type { InstanceBounds, InstanceInfo, InstanceLog } from '../model/instance.js';
import type { SessionService } from '../model/services.js';

/** The runner of one qualifier: the part of its Scheduler that the registry and the services use. */
export interface FunctionRunner extends Admission {
  readonly sessions: SessionService;
  /** The number of instances that count towards the ceiling of the function. */
  readonly size: number;
  /** Replaces the revision. New sessions go to the new revision. */
  deploy(revision: Revision): void;
  /**
   * Starts an instance of a new revision.
   * @returns a function that replaces the current revision by the new one
   * @throws the error of the start, the reason of the signal, ConcurrentUpdateError
   */
  tryOut(revision: Revision, signal: AbortSignal): Promise<() => void>;
  /** Starts instances until the minimum is reached. */
  keepMinimum(): void;
  /** Ends an instance without a session and without a request. @returns whether such an instance existed */
  retireEmpty(): boolean;
  /** The current revision, and the revisions of running instances. */
  revisions(): Iterable<Revision>;
  /** Stops writing to the store, which forgets the sessions. */
  detach(): void;
  /** The state of the latest session with the ID. */
  sessionState(sessionId: string): SessionState | undefined;
  /** The sessions that have not ended. Sessions may begin and end during the iteration. */
  sessionStates(): Iterable<SessionState>;
  readonly sessionCount: number;
  /** @returns an instance that has not ended */
  instance(instanceId: string): InstanceInfo | undefined;
  instances(): readonly InstanceInfo[];
  endedInstances(): readonly InstanceInfo[];
  has(instanceId: string): boolean;
  log(instanceId: string): InstanceLog | undefined;
  exited(instanceId: string): Promise<unknown>;
  kill(instanceId: string): Promise<void>;
  /** Forgets every session, lets requests in flight finish within the drain timeout, ends every instance. Never rejects. */
  drain(): Promise<void>;
  /** Ends every instance and forgets every session. */
  remove(options?: { readonly graceMs?: number }): Promise<void>;
  /** Ends every instance and takes no more requests. */
  stop(options?: { readonly graceMs?: number }): Promise<void>;
}

/** The input for a new runner. */
export interface RunnerSpec {
  readonly qualifier: string;
  readonly revision: Revision;
  /** All qualifiers of the function share the ceiling. */
  readonly bounds: InstanceBounds;
}

export type NewRunner = (spec: RunnerSpec) => FunctionRunner;
