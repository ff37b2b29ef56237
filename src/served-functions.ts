import type { ListeningFunction, ServeFunction, ServeTrigger } from './emulator-options.js';
import type { DeployedFunction } from './functions/deployed-function.js';
import type { FunctionRegistry, NewFunction } from './functions/function-registry.js';
import type { RunnerSpec } from './functions/function-runner.js';
import { TriggerRegistry } from './functions/trigger-registry.js';
import { createGateway, type Gateway } from './gateway/gateway.js';
import type { AccessKey } from './model/access-key.js';
import type { Clock } from './model/clock.js';
import { FcError } from './model/errors.js';
import type { Emit } from './model/events.js';
import { DEFAULT_TRIGGER, type FunctionConfig, LATEST, type Revision } from './model/function.js';
import type { HostVerdict } from './model/host-rule.js';
import { chance, type Ids } from './model/ids.js';
import type { InstanceDriver } from './model/instance.js';
import type { Invocations } from './model/invocations.js';
import type { RequestRecord } from './model/request-record.js';
import type { Route } from './model/route.js';
import type { TriggerRecord } from './model/trigger.js';
import { completeTrigger } from './model/trigger-config.js';
import { Routes } from './routes.js';
import { Scheduler } from './scheduler/scheduler.js';
import type { StateDirectory } from './store/state-directory.js';
import type { Certificate } from './system/self-signed-certificate.js';
import { within } from './system/within.js';
import { TriggerListeners } from './trigger-listeners.js';
import type { TriggerPorts } from './trigger-ports.js';

/** What all functions of an emulator share. */
interface SharedParts {
  readonly ports: TriggerPorts;
  /** With which triggers answer TLS, too. */
  readonly certificate: Certificate | undefined;
  readonly driver: InstanceDriver;
  readonly processClock: Clock;
  readonly sessionClock: Clock;
  readonly ids: Ids;
  readonly hostVerdict: (host: string) => HostVerdict;
  /** What signed requests of triggers with `authType: function` are checked with. */
  readonly accessKey: AccessKey | undefined;
  readonly registry: FunctionRegistry;
  readonly onRecord: (record: RequestRecord) => void;
  readonly emit: Emit;
  /** For the events of requests. */
  readonly emitOfRequest: Emit;
  readonly onDefect: (what: string, error: unknown) => void;
  /** Called when an instance is gone. */
  readonly onInstanceGone: () => void;
  readonly maxSessionTTLInSeconds: number | undefined;
  readonly state: StateDirectory | undefined;
}

/** The functions that an emulator serves, and their triggers, whose routes follow the function. */
export class ServedFunctions {
  readonly triggers: TriggerRegistry;
  readonly #shared: SharedParts;
  /** Names of functions that are being added. */
  readonly #taken = new Set<string>();
  readonly #gateway: Gateway;
  readonly #routes: Routes;
  /** Removed functions that still have instances or requests. */
  readonly #removed = new Set<DeployedFunction>();
  #isEnding = false;

  constructor(shared: SharedParts) {
    this.#shared = shared;
    this.#routes = new Routes(shared.registry);
    const {
      processClock: clock,
      sessionClock,
      ids,
      hostVerdict,
      accessKey,
      onRecord,
      emit,
      registry,
    } = shared;
    this.#gateway = createGateway({
      clock,
      sessionClock,
      ids,
      hostVerdict,
      accessKey,
      onRecord,
      emit: shared.emitOfRequest,
    });
    const { ports, certificate } = shared;
    const listeners = new TriggerListeners({
      gateway: this.#gateway,
      ports,
      routes: this.#routes,
      certificate,
      processClock: clock,
    });
    this.triggers = new TriggerRegistry({
      newTriggerId: () => ids.triggerId(),
      now: () => sessionClock.now(),
      emit,
      checkFunction: (ref) => void registry.find(ref).revision(ref.qualifier),
      open: (trigger, place) => listeners.open(trigger, place),
      onChange: (functionName) => this.#triggersChanged(functionName),
    });
  }

  get listening(): ListeningFunction[] {
    return this.#shared.registry.all().map(({ served }) => this.#listeningOf(served.config.functionName));
  }

  /** The longest drain timeout of any function. */
  get drainTimeoutInSeconds(): number {
    const all = this.#shared.registry.all();
    return Math.max(...all.map(({ served }) => served.config.drainTimeoutInSeconds), 0);
  }

  /**
   * @param known what is known of the function beside its configuration
   * @throws PortInUseError, FunctionAlreadyExists, TriggerAlreadyExists
   */
  async add(
    { config, triggers = [{ triggerName: DEFAULT_TRIGGER }] }: ServeFunction,
    known: Omit<NewFunction, 'config' | 'newRunner'> = {},
  ): Promise<ListeningFunction> {
    const { functionName } = config;
    const { registry } = this.#shared;
    if (registry.has(functionName))
      throw new FcError('FunctionAlreadyExists', `function '${functionName}' already exists`);
    if (this.#taken.has(functionName))
      throw new FcError('FunctionAlreadyExists', `function '${functionName}' is being added`);
    this.#taken.add(functionName);
    try {
      for (const { port, ...trigger } of triggers)
        await this.triggers.add(completeTrigger({ functionName, ...trigger }), { port });
      for (const record of known.stored?.triggers ?? []) await this.#restore(functionName, record);
      registry.add({
        ...known,
        config,
        declaredTriggers: triggers.map(({ triggerName }) => triggerName),
        url: this.triggers.records(functionName)[0]?.url,
        newRunner: (spec) => this.#createScheduler(functionName, spec),
      });
    } catch (error) {
      this.triggers.release(functionName).closeNow();
      throw error;
    } finally {
      this.#taken.delete(functionName);
    }
    return this.#listeningOf(functionName);
  }

  /** Replaces the configuration of a function; requests in flight and old sessions keep theirs. @throws FunctionNotFound */
  update(config: FunctionConfig): ListeningFunction {
    this.#shared.registry.update(config);
    return this.#listeningOf(config.functionName);
  }

  /** Does the same once an instance of the new revision is ready. @throws what its start failed with, the reason of the signal */
  async updateTried(config: FunctionConfig, signal: AbortSignal): Promise<ListeningFunction> {
    await this.#shared.registry.updateTried(config, signal);
    return this.#listeningOf(config.functionName);
  }

  /** Gives a function these triggers and no others. @throws FunctionNotFound, TriggerAlreadyExists, PortInUseError */
  async setTriggers(functionName: string, triggers: readonly ServeTrigger[]): Promise<ListeningFunction> {
    const wanted = triggers.map(
      ({ port, ...trigger }) => [completeTrigger({ functionName, ...trigger }), { port }] as const,
    );
    await this.triggers.replace(functionName, wanted);
    return this.#listeningOf(functionName);
  }

  /** What InvokeFunction uses. */
  get invocations(): Invocations {
    const { apiEntrance } = this.#gateway;
    return {
      routeOf: async ({ functionName, qualifier = LATEST }) => this.#invocable(functionName, qualifier),
      serve: apiEntrance.serve,
      refuse: (exchange, refusal) => apiEntrance.refuse(exchange, refusal),
    };
  }

  /** Takes no more requests, lets those in flight finish within the drain timeout, and forgets the function. @throws FunctionNotFound */
  async remove(functionName: string): Promise<void> {
    const { registry, processClock } = this.#shared;
    const removed = registry.remove(functionName);
    this.#removed.add(removed);
    const triggers = this.triggers.release(functionName);
    const invocations = this.#gateway.apiEntrance.of(functionName);
    const drained = Promise.all([triggers.drain(), invocations.none()]);
    await within(processClock, removed.served.config.drainTimeoutInSeconds * 1000, drained);
    triggers.closeNow();
    invocations.stop();
    await removed.remove();
    this.#removed.delete(removed);
  }

  /** The revisions that have instances, or shall have some, also of functions that are removed. */
  *revisions(): Generator<Revision> {
    for (const one of [...this.#shared.registry.all(), ...this.#removed])
      for (const runner of one.runners) yield* runner.revisions();
  }

  /** Breaks off the requests of a function that are in flight. */
  cutOff(functionName: string): void {
    this.triggers.cutOff(functionName);
    this.#gateway.apiEntrance.of(functionName).stop();
  }

  /**
   * Takes no more requests, and waits for those in flight.
   * @param deadline on the process clock
   * @returns whether requests are left that must be cut off
   */
  async drain(deadline: number): Promise<boolean> {
    const { processClock } = this.#shared;
    this.#isEnding = true;
    const drained = Promise.all([this.triggers.drain(), this.#gateway.apiEntrance.drain()]);
    return !(await within(processClock, deadline - processClock.now(), drained));
  }

  /** Cuts off the requests in flight and ends every instance. @param graceMs what an instance has; its drain timeout by default */
  async end(graceMs?: number): Promise<void> {
    this.#isEnding = true;
    this.triggers.closeNow();
    this.#gateway.apiEntrance.stop();
    this.#gateway.close();
    const all = [...this.#shared.registry.all(), ...this.#removed];
    await Promise.all(all.map((one) => one.stop(graceMs === undefined ? {} : { graceMs })));
  }

  #createScheduler(functionName: string, { qualifier, revision, bounds }: RunnerSpec): Scheduler {
    const { driver, processClock, sessionClock, ids, maxSessionTTLInSeconds } = this.#shared;
    const { state, emit, onDefect } = this.#shared;
    return new Scheduler({
      revision,
      qualifier,
      bounds,
      driver,
      sessionClock,
      processClock,
      ids,
      chance,
      emit,
      onDefect,
      onInstanceGone: () => this.#shared.onInstanceGone(),
      ...(maxSessionTTLInSeconds !== undefined && { maxSessionTTLInSeconds }),
      ...(state !== undefined && { store: state.storeOf(functionName, qualifier) }),
    });
  }

  #invocable(functionName: string, qualifier: string): Route {
    if (this.#isEnding) throw new FcError('ServiceUnavailable', 'the emulator is ending');
    return this.#routes.of(completeTrigger({ functionName, qualifier, triggerName: 'invoke' }));
  }

  /** A trigger of a configuration that has changed since may not fit in any more. */
  async #restore(functionName: string, record: TriggerRecord): Promise<void> {
    try {
      await this.triggers.restore(functionName, record);
    } catch (error) {
      this.#shared.onDefect(
        `trigger '${record.triggerName}' of function '${functionName}' is not served`,
        error,
      );
    }
  }

  /** The function may be gone. */
  #triggersChanged(functionName: string): void {
    const { registry } = this.#shared;
    if (!registry.has(functionName)) return;
    const one = registry.find({ functionName });
    const records = this.triggers.records(functionName);
    one.url = records[0]?.url;
    one.triggers = records.filter(({ triggerName }) => !one.declaredTriggers.has(triggerName));
    registry.changed(one);
  }

  #listeningOf(functionName: string): ListeningFunction {
    const triggers = this.triggers
      .records(functionName)
      .map(({ triggerName, qualifier, authType, url }) => ({ triggerName, qualifier, authType, url }));
    return { functionName, url: triggers[0]?.url ?? '', triggers };
  }
}
