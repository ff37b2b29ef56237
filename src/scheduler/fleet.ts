import type { Clock } from '../model/clock.js';
import { asFcError, FcError, messageOf } from '../model/errors.js';
import type { Emit, EndReason } from '../model/events.js';
import type { Revision } from '../model/function.js';
import type {
  Address,
  Exit,
  Instance,
  InstanceDriver,
  InstanceInfo,
  InstanceLog,
  InstanceSpec,
  StartReason,
} from '../model/instance.js';
import { within } from '../system/within.js';
import { EndedInstances } from './ended-instances.js';
import type { PoolHooks } from './pool.js';
import type { HowToEnd, PooledInstance } from './pooled-instance.js';

/** How long it may take until the exit of a process is noticed after its connection broke. */
const DEATH_IS_NOTICED_MS = 100;

interface Member {
  readonly pooled: PooledInstance;
  readonly instance: Instance;
  address: Address | undefined;
  /** Since when it listens (session clock). */
  readyAt: number | undefined;
  /** Why it is being stopped; absent while it is not. */
  endReason: EndReason | undefined;
  failure: { readonly code: string; readonly message: string } | undefined;
}

interface FleetOptions {
  readonly driver: InstanceDriver;
  readonly processClock: Clock;
  readonly sessionClock: Pick<Clock, 'now'>;
  readonly emit: Emit;
  /** Called when a driver breaks its contract. */
  readonly onDefect: (what: string, error: unknown) => void;
  /** Called when an instance is gone. */
  readonly onInstanceGone: () => void;
}

/** The processes of the instances: starts and stops them for the pools, and tells the pools when they are ready and when they end. */
export class Fleet implements PoolHooks {
  readonly #options: FleetOptions;
  readonly #members = new Map<string, Member>();
  readonly #ended = new EndedInstances();
  readonly #giveUp = new AbortController();

  constructor(options: FleetOptions) {
    this.#options = options;
  }

  /** @throws FunctionNotStarted when the driver cannot begin the start; the fleet then does not have the instance */
  start(pooled: PooledInstance, reason: StartReason): void {
    const { driver, emit, sessionClock } = this.#options;
    const { instanceId, pool } = pooled;
    const instance = this.#begin({ instanceId, qualifier: pool.qualifier, revision: pool.revision }, driver);
    const member: Member = {
      pooled,
      instance,
      address: undefined,
      readyAt: undefined,
      endReason: undefined,
      failure: undefined,
    };
    this.#members.set(instanceId, member);
    emit(() => ({ type: 'instance.starting', instance: infoOf(member), reason }));
    const { mounts = [] } = pool.revision.config;
    if (mounts.length > 0)
      instance.output.note(
        `${mounts.join(', ')}: the emulator mounts no storage, the folders stay as they are`,
      );
    instance.ready.then(
      (address) => {
        member.address = address;
        member.readyAt = Math.floor(sessionClock.now());
        pool.becameReady(pooled);
        emit(() => ({ type: 'instance.ready', instance: infoOf(member) }));
      },
      (error) => {
        const { code, message } = asFcError(error);
        member.failure = { code, message };
        pool.lose(pooled);
      },
    );
    void instance.died.then(() => pool.lose(pooled));
    void instance.unhealthy?.then(() => pool.retire(pooled, { abort: false, reason: 'unhealthy' }));
    void instance.exited.then((exit) => {
      const instance = this.#remember(member, exit);
      emit(() => ({
        type: 'instance.ended',
        instance,
        reason: member.endReason ?? (member.address === undefined ? 'failed' : 'crashed'),
        exit,
        ...(member.failure !== undefined && { failure: member.failure }),
      }));
      this.#options.onInstanceGone();
    });
  }

  /** @returns undefined until its process listens, and after its end */
  addressOf({ instanceId }: PooledInstance): Address | undefined {
    return this.#members.get(instanceId)?.address;
  }

  /** @throws what its start failed with */
  async ready({ instanceId }: PooledInstance): Promise<Address> {
    const member = this.#members.get(instanceId);
    if (member === undefined)
      throw new FcError('ProcessExited', 'Process exited unexpectedly before completing request');
    return member.address ?? member.instance.ready;
  }

  /** The instance of the driver, until it has ended. */
  running(instanceId: string): Instance | undefined {
    return this.#members.get(instanceId)?.instance;
  }

  log(instanceId: string): InstanceLog | undefined {
    return this.running(instanceId)?.output ?? this.#ended.log(instanceId);
  }

  /** Whether it is an instance of this fleet that has not ended. */
  has(instanceId: string): boolean {
    return this.#members.has(instanceId);
  }

  exited(instanceId: string): Promise<unknown> {
    return this.running(instanceId)?.exited ?? Promise.resolve();
  }

  /** Ends an instance: with SIGTERM and its drain timeout, or at once together with its requests in flight. Never rejects. */
  async stop({ instanceId }: PooledInstance, { abort, reason }: HowToEnd): Promise<void> {
    const member = this.#members.get(instanceId);
    if (member === undefined) return;
    try {
      await this.#end(member, reason, abort ? { graceMs: 0 } : {});
    } catch (error) {
      this.#options.onDefect(`instance ${instanceId} could not be stopped`, error);
    }
  }

  /** Resolves when the instance has died, or has not died within 100 ms. */
  async settled(pooled: PooledInstance): Promise<void> {
    if (pooled.state !== 'gone') await this.deathOf(this.running(pooled.instanceId));
  }

  /** How an instance ended, if it is found to have ended within 100 ms. */
  async deathOf(instance: Instance | undefined): Promise<Exit | undefined> {
    if (instance === undefined) return undefined;
    const { died } = instance;
    return (await within(this.#options.processClock, DEATH_IS_NOTICED_MS, died)) ? died : undefined;
  }

  /** Resolves when every present instance has ended, or after that time. */
  async drained(milliseconds: number): Promise<void> {
    const ended = Promise.all([...this.#members.values()].map(({ instance }) => instance.exited));
    await within(this.#options.processClock, milliseconds, ended);
  }

  async kill(instanceId: string): Promise<void> {
    const member = this.#members.get(instanceId);
    if (member === undefined)
      throw new FcError('InstanceNotFound', `instance '${instanceId}' does not exist`);
    await this.#end(member, 'killed', { graceMs: 0 });
  }

  list(): InstanceInfo[] {
    return [...this.#members.values()].map(infoOf);
  }

  /** An instance that has not ended. */
  info(instanceId: string): InstanceInfo | undefined {
    const member = this.#members.get(instanceId);
    return member && infoOf(member);
  }

  /** The revisions of the instances that have not ended. */
  revisions(): Revision[] {
    return [...this.#members.values()].map(({ pooled }) => pooled.pool.revision);
  }

  /** The instances that ended last, the oldest first. */
  ended(): InstanceInfo[] {
    return this.#ended.list();
  }

  /** Ends all of them; with `graceMs` 0 at once. Never rejects. */
  async stopAll(options: { readonly graceMs?: number }): Promise<void> {
    this.#giveUp.abort();
    await Promise.all(
      [...this.#members.values()].map((member) =>
        this.#end(member, 'stopped', options).catch((error: unknown) =>
          this.#options.onDefect(`instance ${member.instance.instanceId} could not be stopped`, error),
        ),
      ),
    );
  }

  #begin(spec: InstanceSpec, driver: InstanceDriver): Instance {
    try {
      return driver.start(spec, this.#giveUp.signal);
    } catch (error) {
      this.#options.onDefect('an instance could not be started', error);
      if (error instanceof FcError) throw error;
      const message = `the instance could not be started: ${messageOf(error)}`;
      throw new FcError('FunctionNotStarted', message, { cause: error });
    }
  }

  async #end(member: Member, reason: EndReason, options: { readonly graceMs?: number }): Promise<void> {
    if (member.endReason === undefined) {
      member.endReason = reason;
      this.#options.emit(() => ({ type: 'instance.draining', instance: infoOf(member), reason }));
    }
    await member.instance.stop(options);
  }

  #remember(member: Member, { code, signal }: Exit): InstanceInfo {
    const { instanceId, output } = member.instance;
    this.#members.delete(instanceId);
    const destroyedTimeMs = this.#options.sessionClock.now();
    const info = { ...infoOf(member), status: 'Destroyed', destroyedTimeMs, exit: { code, signal } } as const;
    this.#ended.add(info, output);
    return info;
  }
}

function infoOf({ pooled, instance, address, readyAt, endReason }: Member): InstanceInfo {
  const { revision, qualifier } = pooled.pool;
  return {
    instanceId: pooled.instanceId,
    functionName: revision.config.functionName,
    versionId: revision.versionId,
    revision: pooled.pool.number,
    qualifier,
    status: endReason !== undefined ? 'Destroying' : address === undefined ? 'Starting' : 'Running',
    createdTimeMs: Math.floor(pooled.createdAt),
    ...(readyAt !== undefined && { readyTimeMs: readyAt }),
    resourceType: 'FC',
    pid: instance.pid,
    url: address === undefined ? undefined : `http://${hostInUrl(address.host)}:${address.port}`,
    ...(instance.inspector !== undefined && { inspector: instance.inspector }),
    sessions: pooled.sessions,
    slots: slotsOf(revision),
    inFlight: pooled.inFlight,
  };
}

function slotsOf({ config }: Revision): number {
  return config.sessionAffinity === 'NONE' ? 0 : config.sessionAffinityConfig.sessionConcurrencyPerInstance;
}

function hostInUrl(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}
