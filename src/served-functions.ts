import { strategyOf } from './affinity/strategy-of.js';
import type { ServeFunction } from './emulator-options.js';
import type { Deployments } from './functions/deployments.js';
import { createRoute } from './gateway/create-route.js';
import { createGateway, type Gateway } from './gateway/gateway.js';
import type { Listener } from './gateway/listener.js';
import type { Clock } from './model/clock.js';
import type { Emit } from './model/events.js';
import { type FunctionConfig, LATEST } from './model/function.js';
import type { HostVerdict } from './model/host-rule.js';
import { chance, type Ids } from './model/ids.js';
import type { InstanceDriver } from './model/instance.js';
import type { RequestRecord } from './model/request-record.js';
import { Scheduler } from './scheduler/scheduler.js';
import type { StateDirectory } from './store/state-directory.js';
import { listen } from './system/listen.js';
import { within } from './system/within.js';

/** What all functions of an emulator share. */
interface Surroundings {
  readonly host: string;
  readonly driver: InstanceDriver;
  readonly processClock: Clock;
  readonly sessionClock: Clock;
  readonly ids: Ids;
  readonly hostVerdict: (host: string) => HostVerdict;
  /** Told of each function as it is served. */
  readonly deployments: Deployments;
  readonly onRecord: (record: RequestRecord) => void;
  readonly emit: Emit;
  readonly onDefect: (what: string, error: unknown) => void;
  readonly maxSessionTTLInSeconds: number | undefined;
  readonly state: StateDirectory | undefined;
}

/** The functions that an emulator serves: each has a scheduler, and a gateway that listens. */
export class ServedFunctions {
  readonly #around: Surroundings;
  readonly #running: { readonly scheduler: Scheduler; readonly listener: Listener }[] = [];
  readonly #gateway: Gateway;

  constructor(around: Surroundings) {
    this.#around = around;
    const { processClock: clock, sessionClock, ids, hostVerdict, onRecord, emit } = around;
    this.#gateway = createGateway({ clock, sessionClock, ids, hostVerdict, onRecord, emit });
  }

  /** @throws PortInUseError */
  async serve({
    config,
    port = 0,
    customDomain = false,
  }: ServeFunction): Promise<{ functionName: string; url: string }> {
    const { functionName } = config;
    const { host, driver, processClock, sessionClock, ids, deployments } = this.#around;
    const { maxSessionTTLInSeconds, state, emit, onDefect } = this.#around;
    const scheduler = new Scheduler({
      revision: { versionId: '0', config },
      driver,
      sessionClock,
      processClock,
      ids,
      chance,
      emit,
      onDefect,
      ...(maxSessionTTLInSeconds !== undefined && { maxSessionTTLInSeconds }),
      ...(state !== undefined && { store: state.storeOf(functionName) }),
    });
    const route = createRoute({
      trigger: { functionName, qualifier: LATEST, customDomain },
      config,
      admission: scheduler,
      affinity: strategyOf(config),
    });
    const listener = this.#gateway.createListener(() => route);
    this.#running.push({ scheduler, listener });
    const url = await listen(listener.server, host, port);
    const createdAt = sessionClock.now();
    const functionId = ids.functionId();
    deployments.add({
      served: { config, functionId, url, createdAt, lastModifiedAt: createdAt },
      runner: scheduler,
    });
    emit(() => ({
      type: 'function.added',
      function: { functionId, versionId: '0', url, config: shown(config) },
    }));
    return { functionName, url };
  }

  /**
   * Takes no more requests, and waits for those in flight.
   * @param deadline on the process clock
   * @returns whether requests are left that must be cut off
   */
  async drain(deadline: number): Promise<boolean> {
    const { processClock } = this.#around;
    const drained = Promise.all(this.#running.map(({ listener }) => listener.drain()));
    return !(await within(processClock, deadline - processClock.now(), drained));
  }

  /** Cuts off what is in flight and ends every instance. @param graceMs what an instance has; its drain timeout by default */
  async end(graceMs?: number): Promise<void> {
    for (const { listener } of this.#running) listener.closeNow();
    this.#gateway.close();
    await Promise.all(
      this.#running.map(({ scheduler }) => scheduler.stop(graceMs === undefined ? {} : { graceMs })),
    );
  }
}

/** Environment variables may hold secrets, which no event tells. */
function shown({
  environmentVariables: _,
  ...config
}: FunctionConfig): Omit<FunctionConfig, 'environmentVariables'> {
  return config;
}
