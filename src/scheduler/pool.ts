import type { Placement } from '../model/admission.js';
import type { Clock } from '../model/clock.js';
import { FcError } from '../model/errors.js';
import type { EndReason } from '../model/events.js';
import type { Revision } from '../model/function.js';
import type { InstanceBounds, StartReason } from '../model/instance.js';
import type { PoolView, SlotHolder } from '../model/pool-view.js';
import { CrashBackoff } from './crash-backoff.js';
import { type HowToEnd, type OwningPool, PooledInstance } from './pooled-instance.js';
import { ScaleIn } from './scale-in.js';
import { FirstFitIndex } from './structures/first-fit-index.js';

const MOST_IN_VIEW = 8;
/** A 429 is rare, and its reader wants to know which session holds which slot: so its view is larger than that of a decision. */
const MOST_IN_REFUSAL = 32;

/** Starts and stops the processes of a pool. The pool calls it synchronously. */
export interface PoolHooks {
  /** @throws when the start cannot begin */
  start(instance: PooledInstance, reason: StartReason): void;
  /** Ends an instance that the pool no longer counts. */
  stop(instance: PooledInstance, how: HowToEnd): void | Promise<void>;
}

export interface PoolOptions {
  readonly revision: Revision;
  /** Which revision of its qualifier it is, counted from 1 in this run; 1 by default. */
  readonly number?: number;
  readonly qualifier: string;
  /** The least and the largest number of instances; by default those of the revision. */
  readonly bounds?: InstanceBounds;
  readonly sessionClock: Clock;
  readonly processClock: Clock;
  readonly newInstanceId: () => string;
  readonly chance: () => number;
  readonly hooks: PoolHooks;
  /** Expires the sessions whose time is over, before the pool decides which instance is empty. */
  readonly sweep: () => void | Promise<void>;
  /** The sessions that hold the slots of these instances; undefined where there are too many sessions to search. */
  readonly holders?: (instances: readonly PooledInstance[]) => readonly SlotHolder[][] | undefined;
}

/**
 * The instances of one revision, with their slots and load. Plain synchronous state: an instance has its slots from the moment its
 * start begins, so that simultaneous requests share a starting process and never oversubscribe it.
 */
export class Pool implements OwningPool {
  readonly revision: Revision;
  readonly number: number;
  readonly qualifier: string;
  /** Whether each instance serves one session and ends with it (SESSION_EXCLUSIVE). */
  readonly exclusive: boolean;
  readonly #options: PoolOptions;
  readonly #crashBackoff: CrashBackoff;
  readonly #scaleIn: ScaleIn;
  /** Marked: the instances with a free slot and a free request. */
  readonly #index = new FirstFitIndex<PooledInstance>();
  readonly #slotsEach: number;
  readonly #requestsEach: number;
  /** How many instances have a free slot, whatever their load. */
  #withSlots = 0;
  #turn = 0;
  #closed = false;
  #isDraining = false;
  #whyDraining: EndReason = 'superseded';
  #isOnTrial = false;

  constructor(options: PoolOptions) {
    const { config } = options.revision;
    this.#options = options;
    this.revision = options.revision;
    this.number = options.number ?? 1;
    this.qualifier = options.qualifier;
    this.exclusive = config.instanceIsolationMode === 'SESSION_EXCLUSIVE';
    this.#slotsEach = config.sessionAffinityConfig.sessionConcurrencyPerInstance;
    this.#requestsEach = config.instanceConcurrency;
    this.#crashBackoff = new CrashBackoff(options.processClock, options.chance);
    this.#scaleIn = new ScaleIn({
      clock: options.sessionClock,
      beforeLook: options.sweep,
      isNeeded: () => this.#index.size <= this.#least,
      instances: () => this.#index,
      retire: (instance) => this.retire(instance, { abort: false, reason: 'idle' }),
    });
  }

  /** The counted instances, oldest first. */
  get instances(): Iterable<PooledInstance> {
    return this.#index;
  }

  get size(): number {
    return this.#index.size;
  }

  /** The instances among which a decision chose. */
  view(): PoolView {
    const oldest: PoolView['oldest'][number][] = [];
    for (const { instanceId, sessions, inFlight } of this.#index) {
      if (oldest.length === MOST_IN_VIEW) break;
      oldest.push({ instanceId, sessions, inFlight });
    }
    return { size: this.#index.size, sessionsPerInstance: this.#slotsEach, oldest };
  }

  /**
   * Takes a slot for a session: on the oldest instance with a free slot, else on a new one (spec U22).
   * @throws ResourceExhausted at the ceiling, ServiceUnavailable while the next start is delayed
   */
  takeSlot(): { readonly instance: PooledInstance; readonly placement: Placement } {
    const withRoom = this.#index.first();
    const placement = withRoom !== undefined ? 'first-fit' : this.#withSlots > 0 ? 'overflow' : 'scaled-out';
    const instance = withRoom ?? this.#open('scaled-out');
    if (++instance.sessions === this.#slotsEach) {
      this.#withSlots--;
      this.#mark(instance);
    }
    return { instance, placement };
  }

  /** Gives a session's slot back. An exclusive instance ends with its session. */
  giveSlot(instance: PooledInstance): void | Promise<void> {
    if (instance.state === 'gone') return;
    if (this.exclusive)
      return this.retire(instance, { abort: instance.inFlight > 0, reason: 'session-ended' });
    if (instance.sessions-- === this.#slotsEach) {
      this.#withSlots++;
      this.#mark(instance);
    }
    return this.#noteIfEmpty(instance);
  }

  /** @throws ResourceExhausted when the instance has its full load in flight */
  takeRequest(instance: PooledInstance): void {
    if (instance.inFlight >= this.#requestsEach) {
      throw new FcError(
        'ResourceExhausted',
        `concurrency limit exceeded: instance '${instance.instanceId}' has ${this.#requestsEach} requests in flight and the session is bound to it`,
        { pool: this.#viewOfRefusal(instance) },
      );
    }
    if (++instance.inFlight === this.#requestsEach) this.#mark(instance);
  }

  giveRequest(instance: PooledInstance): void {
    if (instance.inFlight-- === this.#requestsEach && instance.state !== 'gone') this.#mark(instance);
    void this.#noteIfEmpty(instance);
  }

  /**
   * Takes a request without a session (spec U39): the instances with a free request take turns; a new one starts when there is none.
   * Such a request needs no slot, unless an instance serves only one session.
   * @throws as {@link takeSlot}
   */
  takeTurn(): { readonly instance: PooledInstance; readonly placement: Placement } {
    const next = this.#nextForTurn();
    const instance = next ?? this.#open('scaled-out');
    this.takeRequest(instance);
    this.#turn = instance.rank + 1;
    return { instance, placement: next === undefined ? 'scaled-out' : 'round-robin' };
  }

  /** Its process listens. */
  becameReady(instance: PooledInstance): void {
    if (instance.state !== 'starting') return;
    instance.state = 'ready';
    this.#crashBackoff.started(instance);
  }

  /** Its process ended, or failed to listen. Its sessions are rebound when they are next used. */
  lose(instance: PooledInstance): void {
    if (instance.state === 'gone') return;
    if (instance.state === 'starting') this.#crashBackoff.failed();
    this.#discharge(instance);
    this.keepMinimum();
  }

  /** Ends an instance that is no longer needed. */
  retire(instance: PooledInstance, how: HowToEnd): void | Promise<void> {
    if (instance.state === 'gone') return;
    this.#discharge(instance);
    const stopped = this.#options.hooks.stop(instance, how);
    this.keepMinimum();
    return stopped;
  }

  /**
   * Ends the oldest instance without a session and a request, above the minimum: another qualifier of the function needs its place.
   * @returns whether there was one
   */
  retireEmpty(): boolean {
    void this.#options.sweep();
    if (this.#least >= this.#index.size) return false;
    const empty = [...this.#index].find(
      ({ state, sessions, inFlight }) => state === 'ready' && sessions === 0 && inFlight === 0,
    );
    if (empty === undefined) return false;
    void this.retire(empty, { abort: false, reason: 'idle' });
    return true;
  }

  /** Starts instances up to the least number, below the ceiling; while starts fail, after the delay. */
  keepMinimum(): void {
    if (this.#closed || this.#isDraining || this.#isOnTrial) return;
    while (this.#index.size < this.#least && !this.#isAtCeiling) {
      if (this.#crashBackoff.wait > 0) {
        this.#crashBackoff.afterWait(() => this.keepMinimum());
        return;
      }
      try {
        this.#open('min');
      } catch {
        this.#crashBackoff.failed();
      }
    }
  }

  /**
   * Starts the first instance. Until {@link takeOver} no other one is started.
   * @throws as {@link takeSlot}
   */
  tryOut(): PooledInstance {
    this.#isOnTrial = true;
    return this.#open('deploy');
  }

  /** New sessions are opened here from now on. */
  takeOver(): void {
    this.#isOnTrial = false;
    this.keepMinimum();
  }

  /**
   * Opens no more sessions, as when a newer revision takes over (spec U24). Sessions stay on their instances until they end. An instance
   * ends when it is empty.
   */
  drain(reason: EndReason = 'superseded'): void {
    this.#isDraining = true;
    this.#whyDraining = reason;
    this.#crashBackoff.close();
    for (const instance of [...this.#index]) void this.#noteIfEmpty(instance);
  }

  /** Starts no more instances. */
  close(): void {
    this.#closed = true;
    this.#crashBackoff.close();
    for (const instance of this.#index) instance.stopWatching();
  }

  get #bounds(): InstanceBounds {
    const { minInstances: least, maxInstances: most } = this.revision.config;
    return this.#options.bounds ?? { least, most, others: 0, makeRoom: () => false };
  }

  get #isAtCeiling(): boolean {
    const { most, others } = this.#bounds;
    return this.#index.size + others >= most;
  }

  get #least(): number {
    return this.#bounds.least ?? this.revision.config.minInstances;
  }

  #nextForTurn(): PooledInstance | undefined {
    if (this.revision.config.sessionAffinity === 'NONE' || this.exclusive)
      return this.#index.firstFrom(this.#turn) ?? this.#index.first();
    // The index does not know instances without a free slot. A scan is enough: in a function with sessions, requests without one are rare.
    const free = [...this.#index].filter(({ inFlight }) => inFlight < this.#requestsEach);
    return free.find(({ rank }) => rank >= this.#turn) ?? free[0];
  }

  #open(reason: StartReason): PooledInstance {
    if (this.#closed) throw new FcError('ServiceUnavailable', 'the emulator is ending');
    if (this.#isAtCeiling && !this.#bounds.makeRoom()) {
      const { most, others } = this.#bounds;
      const elsewhere = others > 0 ? ` or serve other versions and aliases (${others})` : '';
      throw new FcError(
        'ResourceExhausted',
        `concurrency limit exceeded: all ${most} instances of the function are full${elsewhere}`,
        { fix: 'a greater --max-instances allows more', pool: this.#viewOfRefusal() },
      );
    }
    this.#crashBackoff.check();
    const { newInstanceId, sessionClock, hooks } = this.#options;
    const instance = new PooledInstance(newInstanceId(), this, sessionClock.now());
    this.#index.add(instance);
    this.#withSlots++;
    this.#mark(instance);
    this.#scaleIn.begin(instance);
    try {
      hooks.start(instance, reason);
    } catch (error) {
      this.#discharge(instance);
      throw error;
    }
    return instance;
  }

  /** The instances, none of which takes a request. @param bound the instance of the session, which may use no other */
  #viewOfRefusal(bound?: PooledInstance): PoolView {
    const looked = bound === undefined ? [...this.#index].slice(0, MOST_IN_REFUSAL) : [bound];
    const holders = this.#options.holders?.(looked);
    return {
      size: this.#index.size,
      sessionsPerInstance: this.revision.config.sessionAffinity === 'NONE' ? 0 : this.#slotsEach,
      requestsPerInstance: this.#requestsEach,
      oldest: looked.map(({ instanceId, sessions, inFlight }, at) => {
        const heldBy = holders?.[at];
        return { instanceId, sessions, inFlight, ...(heldBy !== undefined && { heldBy }) };
      }),
      ...(bound !== undefined && { boundTo: bound.instanceId }),
    };
  }

  #discharge(instance: PooledInstance): void {
    if (instance.sessions < this.#slotsEach) this.#withSlots--;
    this.#index.remove(instance);
    instance.state = 'gone';
    this.#crashBackoff.ended(instance);
    instance.stopWatching();
  }

  #mark(instance: PooledInstance): void {
    this.#index.mark(instance, instance.sessions < this.#slotsEach && instance.inFlight < this.#requestsEach);
  }

  #noteIfEmpty(instance: PooledInstance): void | Promise<void> {
    if (instance.sessions > 0 || instance.inFlight > 0) return;
    instance.emptySince = this.#options.sessionClock.now();
    if (this.#isDraining) return this.retire(instance, { abort: false, reason: this.#whyDraining });
  }
}
