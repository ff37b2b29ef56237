import { strategyOf } from './affinity/strategy-of.js';
import type { ListeningFunction, ServeFunction } from './emulator-options.js';
import type { FunctionRegistry } from './functions/function-registry.js';
import { createRoute } from './gateway/create-route.js';
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
  readonly scheduler: Scheduler;
  readonly triggers: TriggerListeners;
  config: FunctionConfig;
  /** Of each trigger, until the configuration changes. */
  routes: WeakMap<HttpTrigger, Route>;
  isRemoved: boolean;
}

/** The functions that an emulator serves: each has a scheduler, and listeners whose routes follow the function. */
export class ServedFunctions {
  readonly #shared: SharedParts;
  readonly #served = new Map<string, Served>();
  readonly #gateway: Gateway;

  constructor(shared: SharedParts) {
    this.#shared = shared;
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
      scheduler: this.#createScheduler(config),
      triggers: new TriggerListeners({
        gateway: this.#gateway,
        ports,
        routeOf: (trigger) => this.#routeOf(served, trigger),
      }),
      config,
      routes: new WeakMap(),
      isRemoved: false,
    };
    this.#served.set(functionName, served);
    try {
      for (const { port, ...trigger } of triggers)
        await served.triggers.open(completeTrigger({ functionName, ...trigger }), port);
      registry.add(config, { url: served.triggers.listening[0]?.url, runner: served.scheduler });
    } catch (error) {
      this.#served.delete(functionName);
      served.triggers.closeNow();
      await served.scheduler.stop({ graceMs: 0 });
      throw error;
    }
    return listeningOf(functionName, served);
  }

  /** Replaces the configuration of a function; requests in flight and old sessions keep theirs. @throws FunctionNotFound */
  update(config: FunctionConfig): ListeningFunction {
    const served = this.#find(config.functionName);
    this.#shared.registry.update(config);
    served.config = config;
    served.routes = new WeakMap();
    return listeningOf(config.functionName, served);
  }

  /** Takes no more requests, lets those in flight finish within the drain timeout, and forgets the function. @throws FunctionNotFound */
  async remove(functionName: string): Promise<void> {
    const served = this.#find(functionName);
    const { triggers, scheduler, config } = served;
    this.#shared.registry.remove(functionName);
    served.isRemoved = true;
    await within(this.#shared.processClock, config.drainTimeoutInSeconds * 1000, triggers.drain());
    triggers.closeNow();
    await scheduler.remove();
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
    const all = [...this.#served.values()];
    for (const { triggers } of all) triggers.closeNow();
    this.#gateway.close();
    await Promise.all(all.map(({ scheduler }) => scheduler.stop(graceMs === undefined ? {} : { graceMs })));
  }

  #createScheduler(config: FunctionConfig): Scheduler {
    const { driver, processClock, sessionClock, ids, maxSessionTTLInSeconds } = this.#shared;
    const { state, emit, onDefect } = this.#shared;
    return new Scheduler({
      revision: { versionId: '0', config },
      driver,
      sessionClock,
      processClock,
      ids,
      chance,
      emit,
      onDefect,
      ...(maxSessionTTLInSeconds !== undefined && { maxSessionTTLInSeconds }),
      ...(state !== undefined && { store: state.storeOf(config.functionName) }),
    });
  }

  /** @returns undefined when the function is being removed */
  #routeOf({ config, scheduler, routes, isRemoved }: Served, trigger: HttpTrigger): Route | undefined {
    if (isRemoved) return undefined;
    const known = routes.get(trigger);
    if (known !== undefined) return known;
    const route = createRoute({ trigger, config, admission: scheduler, affinity: strategyOf(config) });
    routes.set(trigger, route);
    return route;
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
