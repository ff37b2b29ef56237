import type { Clock } from '../model/clock.js';
import { FcError } from '../model/errors.js';
import type { Address, Instance, InstanceDriver, InstanceInfo, InstanceLog } from '../model/instance.js';
import type { PooledInstance } from './pooled-instance.js';

/** Logs of so many ended instances can still be read. */
const ENDED_KEPT = 50;
/** How long an instance may take to be found dead after it broke off a connection. */
const DEATH_IS_NOTICED_MS = 100;

interface Member {
  readonly pooled: PooledInstance;
  readonly instance: Instance;
  address: Address | undefined;
  isEnding: boolean;
}

/** The processes behind the pool's instances: starts and stops what the core asks for, and tells it what became of them. */
export class Fleet {
  readonly #driver: InstanceDriver;
  readonly #clock: Clock;
  readonly #members = new Map<string, Member>();
  readonly #ended = new Map<string, InstanceLog>();
  readonly #giveUp = new AbortController();

  /** @param clock the process clock */
  constructor(driver: InstanceDriver, clock: Clock) {
    this.#driver = driver;
    this.#clock = clock;
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
    void instance.exited.then(() => {
      pool.lose(pooled);
      this.#remember(member);
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
    return this.#members.get(instanceId)?.instance.output ?? this.#ended.get(instanceId);
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

  list(functionName: string): InstanceInfo[] {
    return [...this.#members.values()].map(({ pooled, instance, address, isEnding }) => ({
      instanceId: pooled.instanceId,
      functionName,
      versionId: pooled.pool.revision.versionId,
      qualifier: pooled.pool.qualifier,
      status: isEnding ? 'Destroying' : address === undefined ? 'Starting' : 'Running',
      createdTimeMs: Math.floor(pooled.createdAt),
      resourceType: 'FC',
      pid: instance.pid,
      url: address === undefined ? undefined : `http://${hostInUrl(address.host)}:${address.port}`,
      sessions: pooled.sessions,
      inFlight: pooled.inFlight,
    }));
  }

  /** Ends all of them; with `graceMs` 0 at once. */
  async stopAll(options: { readonly graceMs?: number }): Promise<void> {
    this.#giveUp.abort();
    await Promise.all([...this.#members.values()].map(({ instance }) => instance.stop(options)));
  }

  #remember({ instance }: Member): void {
    this.#members.delete(instance.instanceId);
    this.#ended.set(instance.instanceId, instance.output);
    for (const oldest of this.#ended.keys()) {
      if (this.#ended.size <= ENDED_KEPT) return;
      this.#ended.delete(oldest);
    }
  }
}

function hostInUrl(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}
