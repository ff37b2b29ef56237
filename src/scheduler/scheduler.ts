import type { Admission, AdmissionRequest, Visit } from '../model/admission.js';
import type { Clock } from '../model/clock.js';
import { asFcError } from '../model/errors.js';
import { LATEST, type Revision } from '../model/function.js';
import type { Ids } from '../model/ids.js';
import type { InstanceDriver, InstanceInfo, InstanceLog } from '../model/instance.js';
import type { SessionService } from '../model/services.js';
import type { SessionStore } from '../model/session-store.js';
import { Fleet } from './fleet.js';
import { Hibernation } from './hibernation.js';
import { Keeper } from './keeper.js';
import { Ledger, type Stay } from './ledger.js';
import { Lives } from './lives.js';
import { Pool } from './pool.js';
import { SessionDesk } from './session-desk.js';
import { termsOf } from './terms.js';
import { StayingVisit } from './visit.js';

export interface SchedulerOptions {
  readonly revision: Revision;
  readonly driver: InstanceDriver;
  readonly sessionClock: Clock;
  readonly processClock: Clock;
  readonly ids: Pick<Ids, 'sessionId' | 'instanceId'>;
  /** A number from 0 up to 1, for jitter. */
  readonly chance: () => number;
  /** The longest TTL that may be asked for; FC's own limit unless lifted. */
  readonly maxSessionTTLInSeconds?: number;
  /** Where sessions outlast the emulator. */
  readonly store?: SessionStore;
}

/**
 * One for each Function: binds its sessions to instances. The core (ledger, lives, pool) decides at once and without waiting; this
 * shell carries out what it decided and waits for processes.
 */
export class Scheduler implements Admission {
  readonly sessions: SessionService;
  readonly #fleet: Fleet;
  readonly #lives: Lives;
  readonly #ledger: Ledger;
  readonly #pool: Pool;
  readonly #functionName: string;

  constructor(options: SchedulerOptions) {
    const { revision, driver, sessionClock, processClock, ids, chance } = options;
    this.#functionName = revision.config.functionName;
    this.#fleet = new Fleet(driver, processClock);
    const keeper = options.store && new Keeper(options.store, processClock);
    this.#lives = new Lives(sessionClock, keeper);
    this.#pool = new Pool({
      revision,
      qualifier: LATEST,
      sessionClock,
      processClock,
      newInstanceId: () => ids.instanceId(),
      chance,
      hooks: this.#fleet,
      sweep: () => this.#lives.sweep(),
    });
    const terms = termsOf(revision, LATEST);
    this.#ledger = new Ledger({
      lives: this.#lives,
      created: this.#lives.restore(revision.config.sessionAffinity),
      newSessionId: () => ids.sessionId(),
      poolOf: () => this.#pool,
      termsOf: () => terms,
    });
    this.sessions = new SessionDesk({
      revision,
      lives: this.#lives,
      ledger: this.#ledger,
      hibernation: new Hibernation(this.#lives, () => this.#pool),
      fleet: this.#fleet,
      maxTTL: options.maxSessionTTLInSeconds,
    });
    this.#pool.keepMinimum();
  }

  async admit({ requestId, qualifier, identity }: AdmissionRequest): Promise<Visit> {
    return this.#receive(this.#ledger.enter(qualifier, identity), requestId, qualifier);
  }

  instances(): InstanceInfo[] {
    return this.#fleet.list(this.#functionName);
  }

  /** What an instance of this function prints or printed; undefined when it is not one of this function's. */
  log(instanceId: string): InstanceLog | undefined {
    return this.#fleet.log(instanceId);
  }

  /** Settles when the instance is gone. */
  exited(instanceId: string): Promise<unknown> {
    return this.#fleet.exited(instanceId);
  }

  has(instanceId: string): boolean {
    return this.#fleet.has(instanceId);
  }

  /** @throws InstanceNotFound */
  async kill(instanceId: string): Promise<void> {
    await this.#fleet.kill(instanceId);
  }

  /** Ends every instance and takes no more requests. */
  async stop(options: { readonly graceMs?: number } = {}): Promise<void> {
    this.#lives.close();
    this.#pool.close();
    await this.#fleet.stopAll(options);
  }

  async #receive(stay: Stay, requestId: string, qualifier: string): Promise<Visit> {
    const { instance } = stay;
    try {
      const address = await this.#fleet.ready(instance);
      return new StayingVisit({
        requestId,
        stay,
        address,
        log: this.#fleet.log(instance.instanceId),
        retry: (reason) => this.#retry(stay, { requestId, qualifier, reason }),
        leave: (outcome) => this.#ledger.leave(stay, outcome),
      });
    } catch (error) {
      this.#ledger.leave(stay, { answered: false });
      throw error;
    }
  }

  async #retry(
    stay: Stay,
    { requestId, qualifier, reason }: { requestId: string; qualifier: string; reason: 'reset' | 'refused' },
  ): Promise<Visit> {
    this.#ledger.stepOut(stay);
    const { instance } = stay;
    await this.#fleet.settled(instance);
    // Nobody listens there any more, though the process lives: that is as dead as can be.
    if (reason === 'refused' && instance.state !== 'gone')
      void instance.pool.retire(instance, { abort: true });
    let next: Stay;
    try {
      next = this.#ledger.comeBack(stay, qualifier);
    } catch (error) {
      this.#ledger.giveUp(stay);
      throw asFcError(error);
    }
    return this.#receive(next, requestId, qualifier);
  }
}
