import type { Clock } from '../model/clock.js';
import { FcError } from '../model/errors.js';
import type { FunctionConfig } from '../model/function.js';
import type { Ids } from '../model/ids.js';
import type { Address, InstanceSpec } from '../model/instance.js';
import { untilHealthy, untilUnhealthy } from './health-check.js';
import type { BoundedLog } from './instance-log.js';
import { initialize, preStop } from './lifecycle-hooks.js';

export interface PlatformCallsContext {
  readonly spec: InstanceSpec;
  readonly log: BoundedLog;
  /** The process clock. */
  readonly clock: Clock;
  readonly ids: Pick<Ids, 'requestId'>;
  readonly environment: Readonly<Record<string, string>>;
}

/** Whether the platform asks anything of the instances of a function. */
export function hasPlatformCalls({ instanceLifecycleConfig, customRuntimeConfig }: FunctionConfig): boolean {
  return instanceLifecycleConfig !== undefined || customRuntimeConfig.healthCheckConfig !== undefined;
}

interface Preparation {
  readonly startedAt: number;
  /** Until when it must be healthy. */
  readonly deadline: number;
  /** Ends the preparation. */
  readonly signal: AbortSignal;
}

/** What Function Compute asks of a running instance, beside requests: whether it is healthy, its initializer, its pre-stop hook. */
export class PlatformCalls {
  readonly #context: PlatformCallsContext;
  readonly #address: Address;
  /** Ends everything that goes on. */
  readonly #over = new AbortController();

  constructor(address: Address, context: PlatformCallsContext) {
    this.#address = address;
    this.#context = context;
  }

  /**
   * Makes an instance that listens ready for requests: it is healthy and initialized.
   * @throws FunctionNotStarted, FunctionInitializationFailed, the reason of the signal
   */
  async prepare({ startedAt, deadline, signal }: Preparation): Promise<void> {
    const { clock } = this.#context;
    const { startTimeoutInSeconds, customRuntimeConfig } = this.#config;
    const health = customRuntimeConfig.healthCheckConfig;
    if (health !== undefined && health.httpGetUrl !== '') {
      const limit = new AbortController();
      let last = 'no check has ended';
      const onFailure = (why: string): void => {
        last = why;
      };
      const callOff = clock.wakeAt(deadline, () =>
        limit.abort(
          new FcError(
            'FunctionNotStarted',
            `The function cannot be started: it listens, but was not healthy within ${startTimeoutInSeconds} seconds: ${last}.`,
            { fix: 'see customRuntimeConfig.healthCheckConfig; --start-timeout gives it more time' },
          ),
        ),
      );
      const either = AbortSignal.any([signal, limit.signal]);
      try {
        await untilHealthy(
          health,
          { startedAt, onFailure },
          { address: this.#address, clock, signal: either },
        );
      } finally {
        callOff();
      }
    }
    await initialize({ ...this.#context, address: this.#address, signal });
    signal.throwIfAborted();
  }

  /** Checks a ready instance in its period. Resolves when it has failed too often; never, when it does not or the instance ends. */
  async untilUnhealthy(): Promise<void> {
    const { clock, log } = this.#context;
    const health = this.#config.customRuntimeConfig.healthCheckConfig;
    const failure =
      health === undefined || health.httpGetUrl === ''
        ? undefined
        : await untilUnhealthy(health, { address: this.#address, clock, signal: this.#over.signal });
    if (failure === undefined) return new Promise(() => {});
    log.warn(`${health?.failureThreshold} health checks in a row failed, so the instance ends: ${failure}`);
  }

  /** Calls the pre-stop hook; `end` cuts it off. */
  async preStop(): Promise<void> {
    await preStop({ ...this.#context, address: this.#address, signal: this.#over.signal });
  }

  end(): void {
    this.#over.abort();
  }

  get #config() {
    return this.#context.spec.revision.config;
  }
}
