import { MovableClock } from '../../src/model/clock.js';
import { FcError } from '../../src/model/errors.js';
import { LATEST } from '../../src/model/function.js';
import { completeFunction } from '../../src/model/function-config.js';
import type { SessionTerms } from '../../src/model/session.js';
import { Binder, type Binding } from '../../src/scheduler/binder.js';
import { Hibernation } from '../../src/scheduler/hibernation.js';
import { Pool } from '../../src/scheduler/pool.js';
import type { PooledInstance } from '../../src/scheduler/pooled-instance.js';
import type { SessionEntry } from '../../src/scheduler/session-entry.js';
import { SessionTable } from '../../src/scheduler/session-table.js';
import type { HibernationStep, Limits, Operation, Scene, Settings, Subject, Wishes } from './episode.js';

const IDLE_TIME = { source: { monotonic: () => 0, wall: () => 0, startTimer: () => () => {} }, frozen: true };

/** The scheduler's core as it is, with processes that the episode starts and ends, on one clock that only the episode moves. */
export class Core implements Subject {
  readonly clock = new MovableClock(IDLE_TIME);
  readonly table = new SessionTable(this.clock);
  pool: Pool;
  /** Those of earlier revisions. */
  draining: Pool[] = [];
  readonly binder: Binder;
  readonly hibernation: Hibernation;
  readonly instances: PooledInstance[] = [];
  readonly bindings = new Map<number, { binding: Binding; isOut: boolean }>();
  readonly terms: SessionTerms;
  /** Starts that were not called for (I10). */
  readonly needlessStarts: string[] = [];
  #sessions = 0;
  #bindings = 0;

  constructor(readonly settings: Settings) {
    const { ttl, idle, ban } = settings;
    this.terms = {
      functionName: 'f',
      qualifier: LATEST,
      sessionAffinityType: 'HEADER_FIELD',
      sessionTTLInSeconds: ttl,
      sessionIdleTimeoutInSeconds: idle,
      disableSessionIdReuse: ban,
    };
    this.pool = this.#newPool(settings);
    this.binder = new Binder({
      table: this.table,
      newSessionId: () => `s${++this.#sessions}`,
      poolOf: () => this.pool,
      termsOf: () => this.terms,
    });
    this.hibernation = new Hibernation(this.table, () => this.pool);
    this.pool.keepMinimum();
  }

  get scene(): Scene {
    const staying: number[] = [];
    const out: number[] = [];
    const reserving: number[] = [];
    for (const [number, { binding, isOut }] of this.bindings) {
      (isOut ? out : staying).push(number);
      if (binding.reservesSlot) reserving.push(number);
    }
    const starting: number[] = [];
    const counted: number[] = [];
    for (const { instanceId, state } of this.running) {
      const number = Number(instanceId.slice(1));
      counted.push(number);
      if (state === 'starting') starting.push(number);
    }
    return {
      sessions: [...this.table.after(0, LATEST)],
      staying,
      out,
      reserving,
      starting,
      counted,
      exclusive: this.settings.exclusive,
    };
  }

  /** The instances that are there, those of earlier revisions too. */
  get running(): PooledInstance[] {
    return [...this.draining, this.pool].flatMap((pool) => [...pool.instances]);
  }

  get now(): number {
    return this.clock.now();
  }

  perform(operation: Operation): string {
    try {
      return this.#act(operation);
    } catch (error) {
      if (error instanceof FcError) return `refused ${error.code}`;
      throw error;
    }
  }

  #act(op: Operation): string {
    switch (op.do) {
      case 'advance':
        // Synchronous but for what the wakes began, and here they begin nothing.
        void this.clock.advance(op.ms);
        return 'later';
      case 'visit':
        return this.#admit(this.binder.bind(LATEST, { kind: 'none' }));
      case 'reserve':
        return this.#admit(this.binder.bind(LATEST, { kind: 'instance-issued' }));
      case 'learn':
      case 'end': {
        const found = this.bindings.get(op.binding);
        if (found === undefined || found.isOut) return 'nothing';
        if (op.do === 'learn') this.binder.learn(found.binding, op.id);
        else this.binder.endSession(found.binding);
        const { entry, reservesSlot } = found.binding;
        return `${entry?.sessionId} ${entry?.isAlive} ${reservesSlot}`;
      }
      case 'request':
        if (op.id === undefined) return this.#admit(this.binder.bind(LATEST, { kind: 'gateway-issued' }));
        return this.#admit(
          this.binder.bind(LATEST, { kind: 'session', sessionId: op.id, whenUnknown: op.whenUnknown }),
        );
      case 'leave': {
        const found = this.bindings.get(op.binding);
        if (found === undefined || found.isOut) return 'nothing';
        this.bindings.delete(op.binding);
        this.binder.release(found.binding, { answered: op.answered });
        return 'left';
      }
      case 'detach': {
        const found = this.bindings.get(op.binding);
        if (found === undefined || found.isOut) return 'nothing';
        found.isOut = true;
        this.binder.detach(found.binding);
        return 'out';
      }
      case 'rebind':
        return this.#rebind(op.binding);
      case 'create': {
        const { entry, instance } = this.binder.create(amend(this.terms, op.wishes), op.id);
        return `created ${entry.sessionId} ${instance.instanceId}`;
      }
      case 'update': {
        const entry = this.#find(op.id);
        if (entry.sessionStatus !== 'Active') throw new FcError('InvalidSessionStatus', op.id);
        void this.table.update(entry, amend(entry.terms, op.wishes));
        return `updated ${entry.sessionStatus}`;
      }
      case 'get':
        return this.table.find(LATEST, op.id)?.sessionStatus ?? 'absent';
      case 'delete': {
        const entry = this.#find(op.id);
        if (/Pausing|Resuming/.test(entry.sessionStatus)) throw new FcError('InvalidSessionStatus', op.id);
        void this.table.delete(entry);
        return 'deleted';
      }
      case 'pause':
      case 'paused':
      case 'resume':
      case 'resumed':
      case 'notResumed':
        return this.#hibernate(op.do, op.id);
      case 'deploy': {
        const superseded = this.pool;
        this.pool = this.#newPool({ ...this.settings, ...op.limits });
        superseded.drain();
        this.draining = [...this.draining, superseded].filter(({ size }) => size > 0);
        this.pool.keepMinimum();
        return 'deployed';
      }
      case 'ready': {
        const one = this.instances[op.instance - 1];
        if (one?.state !== 'starting') return 'nothing';
        one.pool.becameReady(one);
        return 'ready';
      }
      case 'die':
      case 'retire': {
        const one = this.instances[op.instance - 1];
        if (one === undefined || one.state === 'gone') return 'nothing';
        if (op.do === 'die') one.pool.lose(one);
        else void one.pool.retire(one, { abort: false, reason: 'killed' });
        return 'gone';
      }
    }
  }

  #newPool({ slotsEach, requestsEach, minInstances, maxInstances, exclusive }: Settings): Pool {
    const complete = completeFunction({
      functionName: 'f',
      command: ['x'],
      sessionAffinity: 'HEADER_FIELD',
      sessionAffinityConfig: { affinityHeaderFieldName: 'session-id' },
    });
    const config = {
      ...complete,
      instanceIsolationMode: exclusive ? ('SESSION_EXCLUSIVE' as const) : ('SHARE' as const),
      instanceConcurrency: requestsEach,
      sessionAffinityConfig: { ...complete.sessionAffinityConfig, sessionConcurrencyPerInstance: slotsEach },
      minInstances,
      maxInstances,
    };
    return new Pool({
      revision: { versionId: '0', config },
      qualifier: LATEST,
      sessionClock: this.clock,
      processClock: this.clock,
      newInstanceId: () => `i${this.instances.length + 1}`,
      chance: () => 0,
      hooks: { start: (instance) => this.#started(instance), stop: () => {} },
      sweep: () => this.table.sweep(),
    });
  }

  #admit(binding: Binding): string {
    this.bindings.set(++this.#bindings, { binding, isOut: false });
    const { placement, session } = binding.decision;
    return `${binding.entry?.sessionId} ${binding.instance.instanceId} ${placement} ${session}`;
  }

  #rebind(number: number): string {
    const found = this.bindings.get(number);
    if (found?.isOut !== true || found.binding.entry === undefined) return 'nothing';
    try {
      const binding = this.binder.rebind(found.binding, LATEST);
      this.bindings.set(number, { binding, isOut: false });
      return `back ${binding.instance.instanceId} ${binding.decision.placement}`;
    } catch (error) {
      this.bindings.delete(number);
      this.binder.abandon(found.binding);
      throw error;
    }
  }

  #hibernate(step: HibernationStep, id: string): string {
    const entry = this.table.find(LATEST, id);
    const from = {
      pause: 'Active',
      paused: 'Pausing',
      resume: 'Paused',
      resumed: 'Resuming',
      notResumed: 'Resuming',
    }[step];
    if (!this.settings.exclusive || entry?.sessionStatus !== from) return 'nothing';
    if (step === 'pause') void this.hibernation.pausing(entry);
    if (step === 'paused') this.hibernation.paused(entry);
    if (step === 'resume') this.hibernation.resuming(entry);
    if (step === 'resumed') this.hibernation.resumed(entry);
    if (step === 'notResumed') void this.hibernation.notResumed(entry);
    return this.table.find(LATEST, id)?.sessionStatus ?? 'absent';
  }

  #find(id: string): SessionEntry {
    void this.table.sweep();
    const entry = this.table.find(LATEST, id);
    if (entry === undefined) throw new FcError('SessionNotFound', id);
    return entry;
  }

  #started(instance: PooledInstance): void {
    const { minInstances } = this.settings;
    for (const one of this.pool?.instances ?? []) {
      const { slotsEach, requestsEach } = limitsOf(one);
      const hasFreeSlot = one.sessions < slotsEach && one.inFlight < requestsEach;
      if (one !== instance && one.state === 'ready' && hasFreeSlot && this.pool.size > minInstances) {
        this.needlessStarts.push(`${instance.instanceId} while ${one.instanceId} has a free slot`);
      }
    }
    this.instances.push(instance);
  }
}

/** What an instance may have, by its own revision. */
export function limitsOf({ pool }: PooledInstance): Limits {
  const { sessionAffinityConfig, instanceConcurrency } = pool.revision.config;
  return {
    slotsEach: sessionAffinityConfig.sessionConcurrencyPerInstance,
    requestsEach: instanceConcurrency,
  };
}

/** What the Session API does with wishes (spec U2), as SchedulerSessions does it. */
function amend(terms: SessionTerms, { ttl, idle, ban }: Wishes): SessionTerms {
  const sessionTTLInSeconds = ttl ?? terms.sessionTTLInSeconds;
  if (idle !== undefined && idle > sessionTTLInSeconds) throw new FcError('InvalidArgument', 'idle');
  return {
    ...terms,
    sessionTTLInSeconds,
    sessionIdleTimeoutInSeconds: idle ?? terms.sessionIdleTimeoutInSeconds,
    disableSessionIdReuse: ban ?? terms.disableSessionIdReuse,
  };
}
