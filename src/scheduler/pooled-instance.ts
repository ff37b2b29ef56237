import type { EndReason } from '../model/events.js';
import type { Revision } from '../model/function.js';
import type { Ranked } from './structures/first-fit-index.js';

/** How an instance is ended. With `abort` it ends at once, together with its requests in flight; otherwise these requests may finish. */
export interface HowToEnd {
  readonly abort: boolean;
  readonly reason: EndReason;
}

/** The pool, as the users of an instance see it. */
export interface OwningPool {
  readonly revision: Revision;
  /** Which revision of its qualifier it is, counted from 1 in this run. */
  readonly number: number;
  readonly qualifier: string;
  /** Whether each instance serves one session and ends with it (SESSION_EXCLUSIVE). */
  readonly exclusive: boolean;
  /** Gives a session's slot back. An exclusive instance ends with its session. */
  giveSlot(instance: PooledInstance): void | Promise<void>;
  /** @throws ResourceExhausted when the instance has its full load in flight */
  takeRequest(instance: PooledInstance): void;
  giveRequest(instance: PooledInstance): void;
  /** Its process listens. */
  becameReady(instance: PooledInstance): void;
  /** Its process ended, or failed to listen. Its sessions are rebound when they are next used. */
  lose(instance: PooledInstance): void;
  /** Ends an instance that is no longer needed. */
  retire(instance: PooledInstance, how: HowToEnd): void | Promise<void>;
}

/** The state of an instance. The pool changes it; the fleet runs the process. */
export class PooledInstance implements Ranked {
  rank = -1;
  state: 'starting' | 'ready' | 'gone' = 'starting';
  /** How many slots are taken. */
  sessions = 0;
  /** Requests in flight, also the requests that wait for it to be ready. */
  inFlight = 0;
  /** Since when it has no session and no request (session clock). */
  emptySince: number;
  /** Cancels the next check whether it is still needed. */
  stopWatching: () => void = () => {};

  constructor(
    readonly instanceId: string,
    readonly pool: OwningPool,
    readonly createdAt: number,
  ) {
    this.emptySince = createdAt;
  }
}
