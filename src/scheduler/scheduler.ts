import type { Admission, AdmissionRequest, Assignment } from '../model/admission.js';
import type { Clock } from '../model/clock.js';
import type { SessionState } from '../model/console-events.js';
import { asFcError, FcError } from '../model/errors.js';
import type { Emit } from '../model/events.js';
import { LATEST, type Revision } from '../model/function.js';
import type { Ids } from '../model/ids.js';
import type { InstanceBounds, InstanceDriver, InstanceInfo, InstanceLog } from '../model/instance.js';
import type { SessionService } from '../model/services.js';
import type { SessionTerms } from '../model/session.js';
import type { SessionStore } from '../model/session-store.js';
import { type AssignmentContext, BoundAssignment } from './assignment.js';
import { Binder, type Binding } from './binder.js';
import { Fleet } from './fleet.js';
import { Hibernation } from './hibernation.js';
import { Pool } from './pool.js';
import { SchedulerSessions } from './scheduler-sessions.js';
import { SessionTable } from './session-table.js';
import { SessionWriter } from './session-writer.js';
import { termsOf } from './terms.js';

export interface SchedulerOptions {
  readonly revision: Revision;
  /** The version or alias whose sessions these are; LATEST by default. */
  readonly qualifier?: string;
  /** The least and the largest number of instances; by default those of the revision. */
  readonly bounds?: InstanceBounds;
  readonly driver: InstanceDriver;
  readonly sessionClock: Clock;
  readonly processClock: Clock;
  readonly ids: Pick<Ids, 'sessionId' | 'instanceId'>;
  /** A number from 0 up to 1, for jitter. */
  readonly chance: () => number;
  /** The longest TTL that may be asked for; FC's own limit unless lifted. */
  readonly maxSessionTTLInSeconds?: number;
  /** Where sessions are kept over a restart. */
  readonly store?: SessionStore;
  readonly emit?: Emit;
  /** Called when an instance is gone. */
  readonly onInstanceGone?: () => void;
  /** Called when a driver breaks its contract. */
  readonly onDefect?: (what: string, error: unknown) => void;
}

/**
 * Binds the sessions of one qualifier of a function to instances. Binder, table and pool decide
 * synchronously. The scheduler carries out the decisions and waits for processes.
 */
export class Scheduler implements Admission {
  readonly sessions: SessionService;
  readonly #qualifier: string;
  readonly #fleet: Fleet;
  readonly #table: SessionTable;
  readonly #binder: Binder;
  readonly #assignments: AssignmentContext;
  readonly #newPool: (revision: Revision, number: number) => Pool;
  /** The pool of new sessions, and their terms. */
  #pool: Pool;
  #terms: SessionTerms;
  /** The pools of earlier revisions that still have instances. */
  #draining: Pool[] = [];
  /** The pools of revisions that are being tried. */
  readonly #onTrial = new Set<Pool>();

  constructor(options: SchedulerOptions) {
    const { driver, sessionClock, processClock, ids, chance } = options;
    const { emit = () => {}, onDefect = () => {}, qualifier = LATEST, bounds } = options;
    this.#qualifier = qualifier;
    const { onInstanceGone = () => {} } = options;
    this.#fleet = new Fleet({ driver, processClock, sessionClock, emit, onDefect, onInstanceGone });
    const writer = options.store && new SessionWriter(options.store, processClock, () => sessionClock.now());
    this.#table = new SessionTable(sessionClock, writer, emit);
    this.#newPool = (revision, number) =>
      new Pool({
        revision,
        number,
        qualifier,
        ...(bounds !== undefined && { bounds }),
        sessionClock,
        processClock,
        newInstanceId: () => ids.instanceId(),
        chance,
        hooks: this.#fleet,
        sweep: () => this.#table.sweep(),
        holders: (instances) => this.#table.holders(instances),
      });
    this.#pool = this.#newPool(options.revision, 1);
    this.#terms = termsOf(options.revision, qualifier);
    this.#binder = new Binder({
      table: this.#table,
      created: this.#table.restore(options.revision.config.sessionAffinity),
      newSessionId: () => ids.sessionId(),
      poolOf: () => this.#pool,
      termsOf: () => this.#terms,
    });
    this.#assignments = { binder: this.#binder, fleet: this.#fleet, retry: this.#retry };
    this.sessions = new SchedulerSessions({
      revision: () => this.#pool.revision,
      table: this.#table,
      binder: this.#binder,
      hibernation: new Hibernation(this.#table, () => this.#pool),
      fleet: this.#fleet,
      maxTTL: options.maxSessionTTLInSeconds,
    });
    this.#pool.keepMinimum();
  }

  /**
   * Replaces the revision. Old sessions stay on their instances until they end; new sessions, and sessions whose instance ends,
   * go to instances of this one (spec U24). Sessions of another affinity expire (U26). `maxInstances` bounds each revision by itself,
   * so that sessions of an old one do not keep new ones out.
   */
  deploy(revision: Revision): void {
    this.#replace(this.#newPool(revision, this.#pool.number + 1));
  }

  /**
   * Tries a new revision before it replaces the present one: starts an instance of it.
   * @param signal ends the trial
   * @returns a function that replaces the revision as {@link deploy} does; the instance of the trial takes the first sessions
   * @throws what the start failed with, the reason of the signal, or ConcurrentUpdateError when the revision was replaced meanwhile;
   *   the new revision then has no instance
   */
  async tryOut(revision: Revision, signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted();
    const current = this.#pool;
    const pool = this.#newPool(revision, current.number + 1);
    const instance = pool.tryOut();
    this.#onTrial.add(pool);
    let callOff = (): void => {};
    const calledOff = new Promise<never>((_, reject) => {
      callOff = () => reject(signal.reason);
      signal.addEventListener('abort', callOff, { once: true });
    });
    try {
      await Promise.race([this.#fleet.ready(instance), calledOff]);
      if (this.#pool !== current)
        throw new FcError('ConcurrentUpdateError', 'the function was updated while its new revision started');
      return () => this.#replace(pool);
    } catch (error) {
      pool.close();
      void pool.retire(instance, { abort: true, reason: 'superseded' });
      throw error;
    } finally {
      signal.removeEventListener('abort', callOff);
      this.#onTrial.delete(pool);
    }
  }

  #replace(pool: Pool): void {
    const superseded = this.#pool;
    const { revision } = pool;
    this.#pool = pool;
    this.#terms = termsOf(revision, this.#qualifier);
    this.#table.keepOnly(revision.config.sessionAffinity);
    superseded.drain();
    this.#draining = [...this.#draining, superseded].filter(({ size }) => size > 0);
    pool.takeOver();
  }

  get #pools(): readonly Pool[] {
    return [this.#pool, ...this.#draining, ...this.#onTrial];
  }

  /** Starts instances up to the least number. */
  keepMinimum(): void {
    this.#pool.keepMinimum();
  }

  /** The current revision, and those of instances that have not ended. */
  revisions(): Iterable<Revision> {
    return new Set([this.#pool.revision, ...this.#fleet.revisions()]);
  }

  /** Writes nothing to the store from now on: its sessions are forgotten there. */
  detach(): void {
    this.#table.detach();
  }

  admit({ requestId, qualifier, identity }: AdmissionRequest): Assignment | Promise<Assignment> {
    const binding = this.#binder.bind(qualifier, identity, requestId);
    const address = this.#fleet.addressOf(binding.instance);
    if (address === undefined) return this.#receive(binding, requestId, qualifier);
    return new BoundAssignment({ binding, address, requestId, qualifier }, this.#assignments);
  }

  /** How many instances of the current revision there are. */
  get size(): number {
    return this.#pool.size;
  }

  /** Ends an instance that has no session and no request. @returns whether there was one */
  retireEmpty(): boolean {
    return this.#pool.retireEmpty();
  }

  /** The latest session of that ID as it is recorded. */
  sessionState(sessionId: string): SessionState | undefined {
    return this.#table.state(this.#qualifier, sessionId);
  }

  /** The sessions that have not ended. May be read while sessions begin and end. */
  sessionStates(): Iterable<SessionState> {
    return this.#table.states();
  }

  get sessionCount(): number {
    return this.#table.size;
  }

  /** An instance that has not ended. */
  instance(instanceId: string): InstanceInfo | undefined {
    return this.#fleet.info(instanceId);
  }

  instances(): InstanceInfo[] {
    return this.#fleet.list();
  }

  /** The instances that ended last, the oldest first. */
  endedInstances(): InstanceInfo[] {
    return this.#fleet.ended();
  }

  /** The log of an instance of this function; undefined for any other instance. */
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

  /** Forgets every session, lets requests in flight finish within the drain timeout, ends every instance. Never rejects. */
  async drain(): Promise<void> {
    this.#pool.drain('stopped');
    this.#table.clear();
    const { drainTimeoutInSeconds } = this.#pool.revision.config;
    await this.#fleet.drained(drainTimeoutInSeconds * 1000);
    await this.remove();
  }

  /** Ends every instance and forgets every session. */
  async remove(options: { readonly graceMs?: number } = {}): Promise<void> {
    for (const pool of this.#pools) pool.close();
    this.#table.clear();
    await this.stop(options);
  }

  /** Ends every instance and takes no more requests. */
  async stop(options: { readonly graceMs?: number } = {}): Promise<void> {
    this.#table.close();
    for (const pool of this.#pools) pool.close();
    await this.#fleet.stopAll(options);
  }

  async #receive(binding: Binding, requestId: string, qualifier: string): Promise<Assignment> {
    try {
      const address = await this.#fleet.ready(binding.instance);
      return new BoundAssignment({ binding, address, requestId, qualifier }, this.#assignments);
    } catch (error) {
      this.#binder.release(binding, { answered: false });
      throw error;
    }
  }

  readonly #retry: AssignmentContext['retry'] = async (binding, { requestId, qualifier, reason }) => {
    this.#binder.detach(binding);
    const { instance } = binding;
    await this.#fleet.settled(instance);
    // The process runs and does not listen: the instance cannot serve.
    if (reason === 'refused' && instance.state !== 'gone')
      void instance.pool.retire(instance, { abort: true, reason: 'unreachable' });
    let next: Binding;
    try {
      next = this.#binder.rebind(binding, qualifier);
    } catch (error) {
      this.#binder.abandon(binding);
      throw asFcError(error);
    }
    return this.#receive(next, requestId, qualifier);
  };
}
