import { setMaxListeners } from 'node:events';
import type { Clock } from '../model/clock.js';
import type { Ids } from '../model/ids.js';
import type { Address, Exit, Instance, InstanceSpec, LogLine } from '../model/instance.js';
import { portsOf } from '../system/listeners.js';
import { isFree } from '../system/ports.js';
import { within } from '../system/within.js';
import { argvOf } from './argv.js';
import { diagnose, type Evidence } from './diagnosis.js';
import { environmentOf, type RunContext } from './environment.js';
import type { Guard } from './guard.js';
import type { InspectPorts } from './inspect-ports.js';
import { BoundedLog } from './instance-log.js';
import { InstanceNotices } from './instance-notices.js';
import { launch, type ProcessExit } from './launch.js';
import type { MarkedProcesses } from './marked-processes.js';
import { hasPlatformCalls, PlatformCalls } from './platform-calls.js';
import type { Ports } from './ports.js';
import { inspectorIn, movedPort } from './preload.js';
import { ProcessGroup } from './process-group.js';
import { calledOff, exitedEarly, neverListened } from './start-failure.js';
import type { StartQueue } from './start-queue.js';
import { watchStart } from './start-watch.js';

/** What all instances of a driver share. */
export interface LocalDriverParts {
  readonly clock: Clock;
  readonly sessionClock: Pick<Clock, 'now'>;
  readonly guard: Guard;
  readonly ports: Pick<Ports, 'take' | 'giveBack'>;
  /** Where Node.js opens its inspector; absent: nowhere. */
  readonly inspectPorts?: InspectPorts;
  readonly queue: StartQueue;
  readonly marked: MarkedProcesses;
  readonly run: RunContext;
  readonly ids: Pick<Ids, 'requestId'>;
  /** What was reported already, for each function. */
  readonly told: Set<string>;
}

/** How often a start is tried again on another port, when another process has taken its port meanwhile (quality F-07). */
const MOST_RETRIES = 5;
const PORT_TAKEN = /EADDRINUSE|address already in use/i;

/** An instance as a local process. */
export class LocalInstance implements Instance {
  readonly instanceId: string;
  readonly ready: Promise<Address>;
  readonly died: Promise<Exit>;
  readonly exited: Promise<Exit>;
  readonly unhealthy: Promise<void>;
  readonly output: BoundedLog;
  readonly #spec: InstanceSpec;
  readonly #parts: LocalDriverParts;
  readonly #notices: InstanceNotices;
  readonly #calledOff = new AbortController();
  #group: ProcessGroup | undefined;
  #inspector: string | undefined;
  /** Of an instance that is ready. */
  #calls: PlatformCalls | undefined;
  #preStop: Promise<void> | undefined;
  #startedAt: number | undefined;
  /** The shortest grace that a stop has given. */
  #graceMs: number | undefined;

  constructor(spec: InstanceSpec, parts: LocalDriverParts, signal: AbortSignal) {
    this.instanceId = spec.instanceId;
    this.output = new BoundedLog(parts.sessionClock);
    this.#spec = spec;
    this.#parts = parts;
    this.#notices = new InstanceNotices(this.output, { ...parts, config: spec.revision.config });
    this.ready = this.#start(signal);
    this.died = this.#untilOver((group) => group.died);
    this.exited = this.#untilOver((group) => group.ended);
    this.unhealthy = this.#untilUnhealthy();
    // `exited` never rejects.
    void this.exited.then(() => this.#calls?.end());
  }

  get pid(): number | undefined {
    return this.#group?.pid;
  }

  get inspector(): string | undefined {
    return this.#inspector;
  }

  async stop({
    graceMs = this.#config.drainTimeoutInSeconds * 1000,
  }: {
    graceMs?: number;
  } = {}): Promise<void> {
    this.#graceMs = Math.min(this.#graceMs ?? graceMs, graceMs);
    this.#calledOff.abort(calledOff(this.instanceId));
    const { clock } = this.#parts;
    const killAt = clock.now() + graceMs;
    const calls = this.#calls;
    if (calls !== undefined && graceMs > 0) {
      this.#preStop ??= calls.preStop();
      await within(clock, graceMs, this.#preStop);
    }
    calls?.end();
    this.#group?.end(Math.max(0, killAt - clock.now()));
    await this.exited;
  }

  get #config() {
    return this.#spec.revision.config;
  }

  async #start(signal: AbortSignal): Promise<Address> {
    const giveUp = (): void => this.#calledOff.abort(calledOff(this.instanceId));
    // Many starts may share one signal.
    setMaxListeners(0, signal);
    signal.addEventListener('abort', giveUp, { once: true });
    if (signal.aborted) giveUp();
    try {
      for (let retriesLeft = MOST_RETRIES; ; retriesLeft--) {
        const address = await this.#attempt(retriesLeft);
        if (address === undefined) continue;
        await this.#prepare(address);
        return address;
      }
    } catch (error) {
      // An instance that was asked to stop keeps its grace; every other failed start is killed at once.
      this.#group?.end(signal.aborted ? 0 : (this.#graceMs ?? 0));
      throw error;
    } finally {
      signal.removeEventListener('abort', giveUp);
    }
  }

  /** @returns undefined when another process has taken the port, so that the start is to be tried again */
  async #attempt(retriesLeft: number): Promise<Address | undefined> {
    const { clock, queue } = this.#parts;
    const signal = this.#calledOff.signal;
    const leave = await queue.turn(signal);
    try {
      const { group, port } = await this.#launch();
      this.#startedAt ??= clock.now();
      const outcome = await watchStart({
        group,
        port,
        clock,
        signal,
        deadline: this.#startedAt + this.#config.startTimeoutInSeconds * 1000,
        log: this.output,
      });
      switch (outcome.kind) {
        case 'listening':
          // The start does not wait for it.
          void this.#notices.listening(group);
          return outcome.address;
        case 'called-off':
          throw signal.reason;
        case 'late':
          throw neverListened(portsOf(await group.processes()), this.#evidence(group));
        case 'exited': {
          const evidence = this.#evidence(group);
          if (retriesLeft === 0 || !(await wasTaken(port, evidence.excerpt)))
            throw exitedEarly(outcome.exit, evidence);
          this.output.clear();
          this.output.note(`port ${port} was taken meanwhile: starting again on another`);
          return undefined;
        }
      }
    } finally {
      leave();
    }
  }

  /** The process may end meanwhile. */
  async #prepare(address: Address): Promise<void> {
    const { clock, ids, run } = this.#parts;
    const group = this.#group;
    if (group === undefined || !hasPlatformCalls(this.#config)) return;
    const environment = environmentOf(this.#spec, { port: group.port }, run);
    const calls = new PlatformCalls(address, { spec: this.#spec, log: this.output, clock, ids, environment });
    const { startedAt = clock.now(), signal } = {
      startedAt: this.#startedAt,
      signal: this.#calledOff.signal,
    };
    const deadline = startedAt + this.#config.startTimeoutInSeconds * 1000;
    const over = new AbortController();
    const exited = group.ended.then((exit) => {
      throw exitedEarly(exit, this.#evidence(group));
    });
    try {
      const both = AbortSignal.any([signal, over.signal]);
      await Promise.race([calls.prepare({ startedAt, deadline, signal: both }), exited]);
      this.#calls = calls;
    } finally {
      over.abort();
    }
  }

  async #untilUnhealthy(): Promise<void> {
    try {
      await this.ready;
    } catch {
      // `ready` itself reports the failure.
    }
    return this.#calls?.untilUnhealthy() ?? new Promise(() => {});
  }

  async #launch(): Promise<{ group: ProcessGroup; port: number }> {
    const { clock, guard, inspectPorts, marked, ports, run } = this.#parts;
    const port = await ports.take();
    const inspectPort = await inspectPorts?.take();
    const giveBack = (): void => {
      ports.giveBack(port);
      if (inspectPort !== undefined) inspectPorts?.giveBack(inspectPort);
    };
    try {
      this.#calledOff.signal.throwIfAborted();
      const leader = await launch({
        argv: argvOf(this.#config),
        cwd: this.#config.codeDirectory,
        environment: environmentOf(this.#spec, { port, inspectPort }, run),
      });
      const group = new ProcessGroup(leader, {
        instanceId: this.instanceId,
        port,
        clock,
        guard,
        marked,
        onLine: (source, line) => this.#take(source, line),
      });
      this.#group = group;
      // The ports are free again when the group has ended. `ended` never rejects.
      void group.ended.then(giveBack);
      return { group, port };
    } catch (error) {
      giveBack();
      throw error;
    }
  }

  #take(source: LogLine['source'], line: string): void {
    if (source === 'stderr') this.#inspector ??= inspectorIn(line);
    const moved = source === 'stderr' ? movedPort(line) : undefined;
    if (moved === undefined) this.output.add(source, line);
    else this.#notices.moved(moved);
  }

  /** Waits for the process group of the last try to start. */
  async #untilOver(wait: (group: ProcessGroup) => Promise<ProcessExit>): Promise<Exit> {
    try {
      await this.ready;
    } catch {
      // `ready` itself reports the failure.
    }
    const group = this.#group;
    if (group === undefined) return { code: null, signal: null, lastLines: this.output.excerpt() };
    const { code, signal } = await wait(group);
    const wasAsked = this.#calledOff.signal.aborted;
    return {
      code,
      signal,
      lastLines: this.output.excerpt(),
      fix: wasAsked ? undefined : diagnose(this.#evidence(group)),
    };
  }

  #evidence({ port, exitedInOrder, leftProcesses }: ProcessGroup): Evidence {
    const { hostEnvironment } = this.#parts.run;
    const given = environmentOf(this.#spec, { port }, this.#parts.run);
    return {
      instanceId: this.instanceId,
      config: this.#config,
      port,
      excerpt: this.output.excerpt(),
      withheld: new Set(Object.keys(hostEnvironment).filter((name) => given[name] === undefined)),
      wentToBackground: exitedInOrder && leftProcesses,
    };
  }
}

/** Whether another process has taken the port of the instance. A handler that listens on a fixed port needs no other try. */
async function wasTaken(port: number, excerpt: readonly string[]): Promise<boolean> {
  const printed = excerpt.join('\n');
  if (!PORT_TAKEN.test(printed)) return false;
  return printed.includes(String(port)) || !(await isFree(port));
}
