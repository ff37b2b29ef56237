import type { Clock } from '../model/clock.js';
import { FcError } from '../model/errors.js';
import type {
  Address,
  Exit,
  Instance,
  InstanceDriver,
  InstanceInfo,
  InstanceLog,
} from '../model/instance.js';
import type { PooledInstance } from './pooled-instance.js';

/** So many ended instances are still listed, and their logs can be read. */
const ENDED_KEPT = 50;
/** How long an instance may take to be found dead after it broke off a connection. */
const DEATH_IS_NOTICED_MS = 100;

interface Member {
  readonly pooled: PooledInstance;
  readonly instance: Instance;
  address: Address | undefined;
  isEnding: boolean;
}

interface Ended {
  readonly info: InstanceInfo;
  readonly log: InstanceLog;
}

/** The processes behind the pool's instances: starts and stops what the core asks for, and tells it what became of them. */
export class Fleet {
  readonly #driver: InstanceDriver;
  readonly #clock: Clock;
  readonly #members = new Map<string, Member>();
  readonly #sessionClock: Pick<Clock, 'now'>;
  readonly #ended = new Map<string, Ended>();
  readonly #giveUp = new AbortController();

  /** @param clocks the process clock, for waiting; the session clock, for what is shown */
  constructor(
    driver: InstanceDriver,
    clocks: { readonly processClock: Clock; readonly sessionClock: Pick<Clock, 'now'> },
  ) {
    this.#driver = driver;
    this.#clock = clocks.processClock;
    this.#sessionClock = clocks.sessionClock;
  }

  start(pooled: PooledInstance): void {
    const { instanceId, pool } = pooled;
    const spec = { instanceId, qualifier: pool.qualifier, revision: pool.revision };
    const instance = this.#driver.start(spec, this.#giveUp.signal);
    const member: Member = { pooled, instance, address: undefined, isEnding: false };
    this.#members.set(instanceId, member);
    instance.ready.then(
      (address) => {
        member.address = address;
        pool.becameReady(pooled);
      },
      () => pool.lose(pooled),
    );
    void instance.exited.then((exit) => {
      pool.lose(pooled);
      this.#remember(member, exit);
    });
  }

  /** @throws what its start failed with */
  async ready({ instanceId }: PooledInstance): Promise<Address> {
    const member = this.#members.get(instanceId);
    if (member === undefined)
      throw new FcError('ProcessExited', 'Process exited unexpectedly before completing request');
    return member.address ?? member.instance.ready;
  }

  log(instanceId: string): InstanceLog | undefined {
    return this.#members.get(instanceId)?.instance.output ?? this.#ended.get(instanceId)?.log;
  }

  /** Whether this fleet ran or runs it. */
  has(instanceId: string): boolean {
    return this.#members.has(instanceId);
  }

  exited(instanceId: string): Promise<unknown> {
    return this.#members.get(instanceId)?.instance.exited ?? Promise.resolve();
  }

  /** Ends it: in order (SIGTERM, then the drain timeout), or at once with what is in flight on it. */
  async stop({ instanceId }: PooledInstance, { abort }: { readonly abort: boolean }): Promise<void> {
    const member = this.#members.get(instanceId);
    if (member === undefined) return;
    member.isEnding = true;
    await member.instance.stop(abort ? { graceMs: 0 } : {});
  }

  /** Resolves when the instance has died, or has shown that it lives on. */
  async settled(pooled: PooledInstance): Promise<void> {
    if (pooled.state === 'gone') return;
    let callOff = (): void => {};
    const livesOn = new Promise<void>((resolve) => {
      callOff = this.#clock.wakeAt(this.#clock.now() + DEATH_IS_NOTICED_MS, resolve);
    });
    await Promise.race([this.exited(pooled.instanceId), livesOn]);
    callOff();
  }

  async kill(instanceId: string): Promise<void> {
    const member = this.#members.get(instanceId);
    if (member === undefined)
      throw new FcError('InstanceNotFound', `instance '${instanceId}' does not exist`);
    member.isEnding = true;
    await member.instance.stop({ graceMs: 0 });
  }

  list(): InstanceInfo[] {
    return [...this.#members.values()].map(infoOf);
  }

  /** Those that ended lately, the oldest first. */
  ended(): InstanceInfo[] {
    return [...this.#ended.values()].map(({ info }) => info);
  }

  /** Ends all of them; with `graceMs` 0 at once. */
  async stopAll(options: { readonly graceMs?: number }): Promise<void> {
    this.#giveUp.abort();
    await Promise.all([...this.#members.values()].map(({ instance }) => instance.stop(options)));
  }

  #remember(member: Member, { code, signal }: Exit): void {
    const { instanceId, output } = member.instance;
    this.#members.delete(instanceId);
    const destroyedTimeMs = this.#sessionClock.now();
    const info = { ...infoOf(member), status: 'Destroyed', destroyedTimeMs, exit: { code, signal } } as const;
    this.#ended.set(instanceId, { info, log: output });
    for (const oldest of this.#ended.keys()) {
      if (this.#ended.size <= ENDED_KEPT) return;
      this.#ended.delete(oldest);
    }
  }
}

function infoOf({ pooled, instance, address, isEnding }: Member): InstanceInfo {
  const { revision, qualifier } = pooled.pool;
  return {
    instanceId: pooled.instanceId,
    functionName: revision.config.functionName,
    versionId: revision.versionId,
    qualifier,
    status: isEnding ? 'Destroying' : address === undefined ? 'Starting' : 'Running',
    createdTimeMs: Math.floor(pooled.createdAt),
    resourceType: 'FC',
    pid: instance.pid,
    url: address === undefined ? undefined : `http://${hostInUrl(address.host)}:${address.port}`,
    sessions: pooled.sessions,
    inFlight: pooled.inFlight,
  };
}

function hostInUrl(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}
