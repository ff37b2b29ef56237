import { resolve } from 'node:path';
import type { FunctionConfig, InstanceIsolationMode, SessionAffinityType } from '../model/function.js';
import { completeFunction } from '../model/function-config.js';
import { bundledFixture } from './bundled-fixture.js';
import { functionNameOf } from './function-name.js';

/** The options of a function. Each is checked alone. Undefined for an option that was not given. */
export interface FunctionFlags {
  readonly function: string | undefined;
  readonly affinity: SessionAffinityType;
  readonly headerName: string | undefined;
  readonly ssePath: string | undefined;
  readonly sessionsPerInstance: number | undefined;
  readonly ttl: number | undefined;
  readonly idle: number | undefined;
  readonly disableSessionIdReuse: boolean;
  readonly isolation: InstanceIsolationMode;
  readonly timeout: number;
  readonly startTimeout: number;
  readonly drainTimeout: number;
  readonly maxInstances: number;
  readonly minInstances: number;
  readonly instanceConcurrency: number | undefined;
  readonly maxSessionTtl: number;
}

export interface FlagFunction {
  readonly flags: FunctionFlags;
  /** The command after `--`; undefined: the bundled fixture. */
  readonly command: readonly string[] | undefined;
  /** The current directory of the user. */
  readonly directory: string;
  readonly environmentVariables: Readonly<Record<string, string>>;
}

/**
 * @returns the function from the flags of the command line
 * @throws InvalidArgument when the values do not fit together
 */
export function functionFromFlags({
  flags,
  command,
  directory,
  environmentVariables,
}: FlagFunction): FunctionConfig {
  const bundled = command === undefined ? bundledFixture(flags.affinity) : undefined;
  return completeFunction({
    functionName: flags.function ?? bundled?.functionName ?? functionNameOf(directory),
    command: bundled?.command ?? command ?? [],
    codeDirectory: bundled?.codeDirectory ?? resolve(directory),
    sessionAffinity: flags.affinity,
    sessionAffinityConfig: {
      sessionConcurrencyPerInstance: flags.sessionsPerInstance,
      sessionTTLInSeconds: flags.ttl,
      sessionIdleTimeoutInSeconds: flags.idle,
      disableSessionIdReuse: flags.disableSessionIdReuse,
      affinityHeaderFieldName: flags.headerName,
      sseEndpointPath: flags.ssePath,
    },
    instanceIsolationMode: flags.isolation,
    instanceConcurrency: flags.instanceConcurrency,
    timeout: flags.timeout,
    startTimeoutInSeconds: flags.startTimeout,
    drainTimeoutInSeconds: flags.drainTimeout,
    maxInstances: flags.maxInstances,
    minInstances: flags.minInstances,
    maxSessionTTLInSeconds: flags.maxSessionTtl,
    environmentVariables,
  });
}
