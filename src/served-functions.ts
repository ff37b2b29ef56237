import { strategyOf } from './affinity/strategy-of.js';
import type { ListeningFunction, ServeFunction } from './emulator-options.js';
import type { FunctionRegistry } from './functions/function-registry.js';
import { createRoute } from './gateway/create-route.js';
import { createGateway, type Gateway } from './gateway/gateway.js';
import type { Listener } from './gateway/listener.js';
import type { Clock } from './model/clock.js';
import { FcError } from './model/errors.js';
import type { Emit } from './model/events.js';
import { type FunctionConfig, HTTP_METHODS, type HttpTrigger, LATEST } from './model/function.js';
import type { HostVerdict } from './model/host-rule.js';
import { chance, type Ids } from './model/ids.js';
import type { InstanceDriver } from './model/instance.js';
import type { RequestRecord } from './model/request-record.js';
import type { Route } from './model/route.js';
import { Scheduler } from './scheduler/scheduler.js';
import type { StateDirectory } from './store/state-directory.js';
import { listen } from './system/listen.js';
import { within } from './system/within.js';

/** What all functions of an emulator share. */
interface SharedParts {
  readonly host: string;
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
  readonly listener: Listener;
  readonly trigger: Pick<HttpTrigger, 'methods' | 'customDomain'>;
  config: FunctionConfig;
  url: string;
  /** Undefined when the function is being removed. */
  route: Route | undefined;
}

/** The functions that an emulator serves: each has a scheduler, and a listener whose route follows the function. */
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
      .filter(([, { route, url }]) => route !== undefined && url !== '')
      .map(([functionName, { url }]) => ({ functionName, url }));
  }

  /** The longest drain timeout of any function. */
  get drainTimeoutInSeconds(): number {
    return Math.max(...[...this.#served.values()].map(({ config }) => config.drainTimeoutInSeconds), 0);
  }

  /** @throws PortInUseError, FunctionAlreadyExists */
  async add({
    config,
    port = 0,
    methods = HTTP_METHODS,
    customDomain = false,
  }: ServeFunction): Promise<ListeningFunction> {
    const { functionName } = config;
    const { host, registry } = this.#shared;
    if (this.#served.has(functionName)) {
      throw new FcError('FunctionAlreadyExists', `function '${functionName}' is being added or removed`);
    }
    const scheduler = this.#createScheduler(config);
    const trigger = { methods, customDomain };
    const served: Served = {
      scheduler,
      listener: this.#gateway.createListener(() => served.route),
      trigger,
      config,
      url: '',
      route: this.#routeOf(config, { scheduler, trigger }),
    };
    this.#served.set(functionName, served);
    try {
      served.url = await listen(served.listener.server, host, port);
      registry.add(config, { url: served.url, runner: scheduler });
    } catch (error) {
      this.#served.delete(functionName);
      served.listener.closeNow();
      await scheduler.stop({ graceMs: 0 });
      throw error;
    }
    return { functionName, url: served.url };
  }

  /** Replaces the configuration of a function; requests in flight and old sessions keep theirs. @throws FunctionNotFound */
  update(config: FunctionConfig): ListeningFunction {
    const served = this.#find(config.functionName);
    this.#shared.registry.update(config);
    served.config = config;
    served.route = this.#routeOf(config, served);
    return { functionName: config.functionName, url: served.url };
  }

  /** Takes no more requests, lets those in flight finish within the drain timeout, and forgets the function. @throws FunctionNotFound */
  async remove(functionName: string): Promise<void> {
    const served = this.#find(functionName);
    const { listener, scheduler, config } = served;
    this.#shared.registry.remove(functionName);
    served.route = undefined;
    await within(this.#shared.processClock, config.drainTimeoutInSeconds * 1000, listener.drain());
    listener.closeNow();
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
    const drained = Promise.all([...this.#served.values()].map(({ listener }) => listener.drain()));
    return !(await within(processClock, deadline - processClock.now(), drained));
  }

  /** Cuts off what is in flight and ends every instance. @param graceMs what an instance has; its drain timeout by default */
  async end(graceMs?: number): Promise<void> {
    const all = [...this.#served.values()];
    for (const { listener } of all) listener.closeNow();
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

  #routeOf(config: FunctionConfig, { scheduler, trigger }: Pick<Served, 'scheduler' | 'trigger'>): Route {
    return createRoute({
      trigger: { functionName: config.functionName, qualifier: LATEST, ...trigger },
      config,
      admission: scheduler,
      affinity: strategyOf(config),
    });
  }

  #find(functionName: string): Served {
    const served = this.#served.get(functionName);
    if (served?.route !== undefined) return served;
    throw new FcError('FunctionNotFound', `function '${functionName}' does not exist`);
  }
}
