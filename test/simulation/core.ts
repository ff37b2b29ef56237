import { MovableClock } from '../../src/model/clock.js';
import { FcError } from '../../src/model/errors.js';
import { LATEST } from '../../src/model/function.js';
import { completeFunction } from '../../src/model/function-config.js';
import type { SessionTerms } from '../../src/model/session.js';
import { Hibernation } from '../../src/scheduler/hibernation.js';
import { Ledger, type Stay } from '../../src/scheduler/ledger.js';
import { Lives } from '../../src/scheduler/lives.js';
import { Pool } from '../../src/scheduler/pool.js';
import type { PooledInstance } from '../../src/scheduler/pooled-instance.js';
import type { Seat } from '../../src/scheduler/seat.js';
import type { HibernationStep, Operation, Scene, Settings, Subject, Wishes } from './episode.js';

const IDLE_TIME = { source: { monotonic: () => 0, wall: () => 0, startTimer: () => () => {} }, frozen: true };

/** The scheduler's core as it is, with processes that the episode starts and ends, on one clock that only the episode moves. */
export class Core implements Subject {
  readonly clock = new MovableClock(IDLE_TIME);
  readonly lives = new Lives(this.clock);
  readonly pool: Pool;
  readonly ledger: Ledger;
  readonly hibernation: Hibernation;
  readonly instances: PooledInstance[] = [];
  readonly stays = new Map<number, { stay: Stay; isOut: boolean }>();
  readonly terms: SessionTerms;
  /** Starts that were not called for (I10). */
  readonly needlessStarts: string[] = [];
  #sessions = 0;
  #stays = 0;

  constructor(readonly settings: Settings) {
    const { placesEach, requestsEach, minInstances, maxInstances, exclusive, ttl, idle, ban } = settings;
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
      sessionAffinityConfig: { ...complete.sessionAffinityConfig, sessionConcurrencyPerInstance: placesEach },
      minInstances,
      maxInstances,
    };
    this.terms = {
      functionName: 'f',
      qualifier: LATEST,
      sessionAffinityType: 'HEADER_FIELD',
      sessionTTLInSeconds: ttl,
      sessionIdleTimeoutInSeconds: idle,
      disableSessionIdReuse: ban,
    };
    this.pool = new Pool({
      revision: { versionId: '0', config },
      qualifier: LATEST,
      sessionClock: this.clock,
      processClock: this.clock,
      newInstanceId: () => `i${this.instances.length + 1}`,
      chance: () => 0,
      hooks: { start: (instance) => this.#started(instance), stop: () => {} },
      sweep: () => this.lives.sweep(),
    });
    this.ledger = new Ledger({
      lives: this.lives,
      newSessionId: () => `s${++this.#sessions}`,
      poolOf: () => this.pool,
      termsOf: () => this.terms,
    });
    this.hibernation = new Hibernation(this.lives, () => this.pool);
    this.pool.keepMinimum();
  }

  get scene(): Scene {
    const staying: number[] = [];
    const out: number[] = [];
    for (const [number, { isOut }] of this.stays) (isOut ? out : staying).push(number);
    const starting: number[] = [];
    const counted: number[] = [];
    for (const { instanceId, state } of this.pool.instances) {
      const number = Number(instanceId.slice(1));
      counted.push(number);
      if (state === 'starting') starting.push(number);
    }
    return { sessions: [...this.lives.after(0, LATEST)], staying, out, starting, counted };
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
        return this.#admit(this.ledger.enter(LATEST, { kind: 'none' }));
      case 'request':
        if (op.id === undefined) return this.#admit(this.ledger.enter(LATEST, { kind: 'new' }));
        return this.#admit(
          this.ledger.enter(LATEST, { kind: 'session', sessionId: op.id, whenUnknown: op.whenUnknown }),
        );
      case 'leave': {
        const found = this.stays.get(op.stay);
        if (found === undefined || found.isOut) return 'nothing';
        this.stays.delete(op.stay);
        this.ledger.leave(found.stay, { answered: op.answered });
        return 'left';
      }
      case 'stepOut': {
        const found = this.stays.get(op.stay);
        if (found === undefined || found.isOut) return 'nothing';
        found.isOut = true;
        this.ledger.stepOut(found.stay);
        return 'out';
      }
      case 'comeBack':
        return this.#comeBack(op.stay);
      case 'create': {
        const { seat, instance } = this.ledger.create(amend(this.terms, op.wishes), op.id);
        return `created ${seat.sessionId} ${instance.instanceId}`;
      }
      case 'update': {
        const seat = this.#find(op.id);
        if (seat.sessionStatus !== 'Active') throw new FcError('InvalidSessionStatus', op.id);
        void this.lives.update(seat, amend(seat.terms, op.wishes));
        return `updated ${seat.sessionStatus}`;
      }
      case 'get':
        return this.lives.find(LATEST, op.id)?.sessionStatus ?? 'absent';
      case 'delete': {
        const seat = this.#find(op.id);
        if (/Pausing|Resuming/.test(seat.sessionStatus)) throw new FcError('InvalidSessionStatus', op.id);
        void this.lives.delete(seat);
        return 'deleted';
      }
      case 'pause':
      case 'paused':
      case 'resume':
      case 'resumed':
      case 'notResumed':
        return this.#hibernate(op.do, op.id);
      case 'ready': {
        const one = this.instances[op.instance - 1];
        if (one?.state !== 'starting') return 'nothing';
        this.pool.becameReady(one);
        return 'ready';
      }
      case 'die':
      case 'retire': {
        const one = this.instances[op.instance - 1];
        if (one === undefined || one.state === 'gone') return 'nothing';
        if (op.do === 'die') this.pool.lose(one);
        else void this.pool.retire(one, { abort: false });
        return 'gone';
      }
    }
  }

  #admit(stay: Stay): string {
    this.stays.set(++this.#stays, { stay, isOut: false });
    const { placement, session } = stay.decision;
    return `${stay.seat?.sessionId} ${stay.instance.instanceId} ${placement} ${session}`;
  }

  #comeBack(number: number): string {
    const found = this.stays.get(number);
    if (found?.isOut !== true || found.stay.seat === undefined) return 'nothing';
    try {
      const stay = this.ledger.comeBack(found.stay, LATEST);
      this.stays.set(number, { stay, isOut: false });
      return `back ${stay.instance.instanceId} ${stay.decision.placement}`;
    } catch (error) {
      this.stays.delete(number);
      this.ledger.giveUp(found.stay);
      throw error;
    }
  }

  #hibernate(step: HibernationStep, id: string): string {
    const seat = this.lives.find(LATEST, id);
    const from = {
      pause: 'Active',
      paused: 'Pausing',
      resume: 'Paused',
      resumed: 'Resuming',
      notResumed: 'Resuming',
    }[step];
    if (!this.settings.exclusive || seat?.sessionStatus !== from) return 'nothing';
    if (step === 'pause') void this.hibernation.pausing(seat);
    if (step === 'paused') this.hibernation.paused(seat);
    if (step === 'resume') this.hibernation.resuming(seat);
    if (step === 'resumed') this.hibernation.resumed(seat);
    if (step === 'notResumed') void this.hibernation.notResumed(seat);
    return this.lives.find(LATEST, id)?.sessionStatus ?? 'absent';
  }

  #find(id: string): Seat {
    void this.lives.sweep();
    const seat = this.lives.find(LATEST, id);
    if (seat === undefined) throw new FcError('SessionNotFound', id);
    return seat;
  }

  #started(instance: PooledInstance): void {
    const { minInstances, placesEach, requestsEach } = this.settings;
    for (const one of this.pool?.instances ?? []) {
      const hasRoom = one.sessions < placesEach && one.inFlight < requestsEach;
      if (one !== instance && one.state === 'ready' && hasRoom && this.pool.size > minInstances) {
        this.needlessStarts.push(`${instance.instanceId} while ${one.instanceId} has room`);
      }
    }
    this.instances.push(instance);
  }
}

/** What the Session API does with wishes (spec U2), as the session desk does it. */
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
