import type { ListeningFunction, ServeFunction } from './emulator-options.js';
import type { DeployedFunction } from './functions/deployed-function.js';
import type { FunctionRegistry } from './functions/function-registry.js';
import type { RunnerSpec } from './functions/function-runner.js';
import { createGateway, type Gateway } from './gateway/gateway.js';
import type { Clock } from './model/clock.js';
import { FcError } from './model/errors.js';
import type { Emit } from './model/events.js';
import { DEFAULT_TRIGGER, type FunctionConfig, type HttpTrigger } from './model/function.js';
import type { HostVerdict } from './model/host-rule.js';
import { chance, type Ids } from './model/ids.js';
import type { InstanceDriver } from './model/instance.js';
import type { RequestRecord } from './model/request-record.js';
import type { Route } from './model/route.js';
import { completeTrigger } from './model/trigger-config.js';
import { Routes } from './routes.js';
import { Scheduler } from './scheduler/scheduler.js';
import type { StateDirectory } from './store/state-directory.js';
import { within } from './system/within.js';
import { TriggerListeners } from './trigger-listeners.js';
import type { TriggerPorts } from './trigger-ports.js';

/** What all functions of an emulator share. */
interface SharedParts {
  readonly ports: TriggerPorts;
  readonly driver: InstanceDriver;
  readonly processClock: Clock;
  readonly sessionClock: Clock;
  readonly ids: Ids;
  readonly hostVerdict: (host: string) => HostVerdict;
  readonly registry: FunctionRegistry;
  readonly onRecord: (record: RequestRecord) => void;
  readonly emit: Emit;
  readonly onDefect: (what: string, error: unknown) => void;
  readonly maxSessionTTLInSeconds: number | undefined;
  readonly state: StateDirectory | undefined;
}

interface Served {
  readonly triggers: TriggerListeners;
  config: FunctionConfig;
  isRemoved: boolean;
}

/** The functions that an emulator serves: each has listeners whose routes follow the function. */
export class ServedFunctions {
  readonly #shared: SharedParts;
  readonly #served = new Map<string, Served>();
  readonly #gateway: Gateway;
  readonly #routes: Routes;
  /** Functions that are removed, until nothing of them is left. */
  readonly #removed = new Set<DeployedFunction>();

  constructor(shared: SharedParts) {
    this.#shared = shared;
    this.#routes = new Routes(shared.registry);
    const { processClock: clock, sessionClock, ids, hostVerdict, onRecord, emit } = shared;
    this.#gateway = createGateway({ clock, sessionClock, ids, hostVerdict, onRecord, emit });
  }

  get listening(): ListeningFunction[] {
    return [...this.#served]
      .filter(([functionName, { isRemoved }]) => !isRemoved && this.#shared.registry.has(functionName))
      .map(([functionName, served]) => listeningOf(functionName, served));
  }

  /** The longest drain timeout of any function. */
  get drainTimeoutInSeconds(): number {
    return Math.max(...[...this.#served.values()].map(({ config }) => config.drainTimeoutInSeconds), 0);
  }

  /** @throws PortInUseError, FunctionAlreadyExists, TriggerAlreadyExists */
  async add({
    config,
    triggers = [{ triggerName: DEFAULT_TRIGGER }],
  }: ServeFunction): Promise<ListeningFunction> {
    const { functionName } = config;
    const { ports, registry } = this.#shared;
    if (this.#served.has(functionName)) {
      throw new FcError('FunctionAlreadyExists', `function '${functionName}' is being added or removed`);
    }
    const served: Served = {
      triggers: new TriggerListeners({
        gateway: this.#gateway,
        ports,
        routeOf: (trigger) => this.#routeOf(trigger),
      }),
      config,
      isRemoved: false,
    };
    this.#served.set(functionName, served);
    try {
      for (const { port, ...trigger } of triggers)
        await served.triggers.open(completeTrigger({ functionName, ...trigger }), port);
      registry.add(config, {
        url: served.triggers.listening[0]?.url,
        newRunner: (spec) => this.#createScheduler(functionName, spec),
      });
    } catch (error) {
      this.#served.delete(functionName);
      served.triggers.closeNow();
      throw error;
    }
    return listeningOf(functionName, served);
  }

  /** Replaces the configuration of a function; requests in flight and old sessions keep theirs. @throws FunctionNotFound */
  update(config: FunctionConfig): ListeningFunction {
    const served = this.#find(config.functionName);
    this.#shared.registry.update(config);
    served.config = config;
    return listeningOf(config.functionName, served);
  }

  /** Takes no more requests, lets those in flight finish within the drain timeout, and forgets the function. @throws FunctionNotFound */
  async remove(functionName: string): Promise<void> {
    const served = this.#find(functionName);
    const { triggers, config } = served;
    const removed = this.#shared.registry.remove(functionName);
    this.#removed.add(removed);
    served.isRemoved = true;
    await within(this.#shared.processClock, config.drainTimeoutInSeconds * 1000, triggers.drain());
    triggers.closeNow();
    await removed.remove();
    this.#removed.delete(removed);
    this.#served.delete(functionName);
  }

  /**
   * Takes no more requests, and waits for those in flight.
   * @param deadline on the process clock
   * @returns whether requests are left that must be cut off
   */
  async drain(deadline: number): Promise<boolean> {
    const { processClock } = this.#shared;
    const drained = Promise.all([...this.#served.values()].map(({ triggers }) => triggers.drain()));
    return !(await within(processClock, deadline - processClock.now(), drained));
  }

  /** Cuts off what is in flight and ends every instance. @param graceMs what an instance has; its drain timeout by default */
  async end(graceMs?: number): Promise<void> {
    for (const { triggers } of this.#served.values()) triggers.closeNow();
    this.#gateway.close();
    const all = [...this.#shared.registry.all(), ...this.#removed];
    await Promise.all(all.map((one) => one.stop(graceMs === undefined ? {} : { graceMs })));
  }

  #createScheduler(functionName: string, { qualifier, revision, ceiling }: RunnerSpec): Scheduler {
    const { driver, processClock, sessionClock, ids, maxSessionTTLInSeconds } = this.#shared;
    const { state, emit, onDefect } = this.#shared;
    return new Scheduler({
      revision,
      qualifier,
      ceiling,
      driver,
      sessionClock,
      processClock,
      ids,
      chance,
      emit,
      onDefect,
      ...(maxSessionTTLInSeconds !== undefined && { maxSessionTTLInSeconds }),
      ...(state !== undefined && { store: state.storeOf(functionName, qualifier) }),
    });
  }

  /** @returns undefined when there is no such function, version or alias any more */
  #routeOf(trigger: HttpTrigger): Route | undefined {
    try {
      return this.#routes.of(trigger);
    } catch (error) {
      if (error instanceof FcError) return undefined;
      throw error;
    }
  }

  #find(functionName: string): Served {
    const served = this.#served.get(functionName);
    if (served !== undefined && !served.isRemoved) return served;
    throw new FcError('FunctionNotFound', `function '${functionName}' does not exist`);
  }
}

function listeningOf(functionName: string, { triggers: { listening } }: Served): ListeningFunction {
  return { functionName, url: listening[0]?.url ?? '', triggers: listening };
}
