import type { FunctionState, InstanceState, SessionState } from '../model/console-events.js';
import { LATEST } from '../model/function.js';
import { instanceState } from '../model/instance-state.js';
import type { LiveState } from '../model/live-state.js';
import type { DeployedFunction } from './deployed-function.js';
import type { FunctionRegistry } from './function-registry.js';
import type { FunctionRunner } from './function-runner.js';

interface TriggerAddress {
  readonly qualifier: string;
  readonly url: string;
}

interface LiveFunctionsOptions {
  readonly registry: FunctionRegistry;
  /** The HTTP triggers of a function. */
  readonly triggersOf: (functionName: string) => readonly TriggerAddress[];
}

/** The current state of the functions, read only. */
export class LiveFunctions implements LiveState {
  readonly #options: LiveFunctionsOptions;

  constructor(options: LiveFunctionsOptions) {
    this.#options = options;
  }

  functions(functionName?: string): FunctionState[] {
    return this.#options.registry
      .all()
      .filter(({ served }) => functionName === undefined || served.config.functionName === functionName)
      .flatMap((one) => this.#statesOf(one));
  }

  instances(): InstanceState[] {
    return this.#runners().flatMap((runner) => runner.instances().map(instanceState));
  }

  instance(instanceId: string): InstanceState | undefined {
    for (const runner of this.#runners()) {
      const info = runner.instance(instanceId);
      if (info !== undefined) return instanceState(info);
    }
    return undefined;
  }

  *sessions(): Generator<SessionState> {
    for (const runner of this.#runners()) yield* runner.sessionStates();
  }

  session({
    functionName,
    qualifier,
    sessionId,
  }: {
    readonly functionName: string;
    readonly qualifier: string;
    readonly sessionId: string;
  }): SessionState | undefined {
    const { registry } = this.#options;
    if (!registry.has(functionName)) return undefined;
    return registry.find({ functionName }).used(qualifier)?.sessionState(sessionId);
  }

  get sessionCount(): number {
    return this.#runners().reduce((sum, { sessionCount }) => sum + sessionCount, 0);
  }

  #runners(): FunctionRunner[] {
    return this.#options.registry.all().flatMap(({ runners }) => runners);
  }

  /** LATEST, and each version and alias with a request or a trigger so far. */
  #statesOf(one: DeployedFunction): FunctionState[] {
    const { functionName } = one.served.config;
    const triggers = this.#options.triggersOf(functionName);
    const qualifiers = new Set([LATEST, ...one.qualifiers, ...triggers.map(({ qualifier }) => qualifier)]);
    return [...qualifiers].map((qualifier) => {
      const { config } = one.revision(qualifier);
      const { affinityHeaderFieldName: headerName, ...affinity } = config.sessionAffinityConfig;
      return {
        functionName,
        qualifier,
        url: triggers.find((trigger) => trigger.qualifier === qualifier)?.url ?? null,
        affinity: config.sessionAffinity,
        ...(headerName !== undefined && { headerName }),
        sessionsPerInstance: affinity.sessionConcurrencyPerInstance,
        maxInstances: one.reservedConcurrency ?? one.served.config.maxInstances,
        ttl: affinity.sessionTTLInSeconds,
        idle: Math.min(affinity.sessionIdleTimeoutInSeconds, affinity.sessionTTLInSeconds),
        isolation: config.instanceIsolationMode,
      };
    });
  }
}
