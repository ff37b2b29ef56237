import type { Admission } from '../model/admission.js';
import type { SessionState } from '../model/console-events.js';
import type { Revision } from '../model/function.js';
import type { InstanceBounds, InstanceInfo, InstanceLog } from '../model/instance.js';
import type { SessionService } from '../model/services.js';

/** What runs one qualifier of a function: its Scheduler, as far as the registry and the services over it use it. */
export interface FunctionRunner extends Admission {
  readonly sessions: SessionService;
  /** How many instances count towards the ceiling of the function. */
  readonly size: number;
  /** Replaces the revision: new sessions go to the new one. */
  deploy(revision: Revision): void;
  /**
   * Starts an instance of a revision that is to replace this one.
   * @returns what replaces the revision
   * @throws what the start failed with, the reason of the signal, ConcurrentUpdateError
   */
  tryOut(revision: Revision, signal: AbortSignal): Promise<() => void>;
  /** Starts instances up to the least number. */
  keepMinimum(): void;
  /** Ends an instance that has no session and no request. @returns whether there was one */
  retireEmpty(): boolean;
  /** The current one, and those of instances that have not ended. */
  revisions(): Iterable<Revision>;
  /** Writes nothing to the store any more: its sessions are forgotten there. */
  detach(): void;
  /** The latest session of that ID as it is recorded. */
  sessionState(sessionId: string): SessionState | undefined;
  /** The sessions that have not ended. May be read while sessions begin and end. */
  sessionStates(): Iterable<SessionState>;
  readonly sessionCount: number;
  /** An instance that has not ended. */
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

/** What a runner is made for. */
export interface RunnerSpec {
  readonly qualifier: string;
  readonly revision: Revision;
  /** All qualifiers of the function share the ceiling. */
  readonly bounds: InstanceBounds;
}

export type NewRunner = (spec: RunnerSpec) => FunctionRunner;
