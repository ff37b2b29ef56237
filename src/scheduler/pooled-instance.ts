import type { Ranked } from './first-fit-index.js';
import type { Pool } from './pool.js';

/** What the core knows of an instance. Plain state: the pool changes it, the fleet runs the process. */
export class PooledInstance implements Ranked {
  rank = -1;
  state: 'starting' | 'ready' | 'gone' = 'starting';
  /** Places taken: sessions bound to it. */
  sessions = 0;
  /** Requests in flight, those that wait for it to be ready included. */
  inFlight = 0;
  /** Since when it has neither (session clock). */
  emptySince: number;
  /** Calls off the next look at whether it is still needed. */
  stopWatching: () => void = () => {};

  constructor(
    readonly instanceId: string,
    readonly pool: Pool,
    readonly createdAt: number,
  ) {
    this.emptySince = createdAt;
  }
}
