import { canonicalKeys } from './canonical-keys.js';
import { FcError } from './errors.js';
import {
  AFFINITY_CONFIG_KEYS,
  type FunctionConfig,
  INSTANCE_ISOLATION_MODES,
  SESSION_AFFINITIES,
  type SessionAffinityConfig,
  type SessionAffinityType,
} from './function.js';
import {
  checkAffinityHeaderFieldName,
  checkEnvironmentVariables,
  checkFunctionName,
  checkRange,
  DEFAULT_SESSION_IDLE_IN_SECONDS,
  DEFAULT_SESSION_TTL_IN_SECONDS,
  DEFAULT_SESSIONS_PER_INSTANCE,
  DEFAULT_SSE_ENDPOINT_PATH,
  LIMITS,
  REQUESTS_PER_INSTANCE,
} from './limits.js';

/** What a function may leave to its defaults. */
export interface FunctionInput
  extends Partial<Omit<FunctionConfig, 'functionName' | 'customRuntimeConfig' | 'sessionAffinityConfig'>> {
  readonly functionName: string;
  /** The command line as an argument list. */
  readonly command: readonly string[];
  readonly sessionAffinityConfig?: Partial<SessionAffinityConfig>;
  /** Lifts FC's limit of 21600 s, for deployments that have it lifted (spec U3). */
  readonly maxSessionTTLInSeconds?: number;
}

/**
 * Checks a function against the API's rules and fills in every default.
 * @throws InvalidArgument, with the message that FC or the CLI shows
 */
export function completeFunction(input: FunctionInput): FunctionConfig {
  checkFunctionName(input.functionName);
  const sessionAffinity = input.sessionAffinity ?? 'NONE';
  const instanceIsolationMode = input.instanceIsolationMode ?? 'SHARE';
  oneOf('sessionAffinity', sessionAffinity, SESSION_AFFINITIES);
  oneOf('instanceIsolationMode', instanceIsolationMode, INSTANCE_ISOLATION_MODES);
  if (input.command.length === 0)
    throw new FcError('InvalidArgument', 'customRuntimeConfig.command must not be empty');
  const isolated = instanceIsolationMode === 'SESSION_EXCLUSIVE';
  if (isolated && sessionAffinity === 'NONE') {
    throw new FcError(
      'InvalidArgument',
      'instanceIsolationMode SESSION_EXCLUSIVE needs a sessionAffinity other than NONE',
    );
  }
  if (instanceIsolationMode === 'REQUEST_EXCLUSIVE' && sessionAffinity !== 'NONE') {
    throw new FcError(
      'InvalidArgument',
      `sessionAffinity ${sessionAffinity} cannot be used with instanceIsolationMode REQUEST_EXCLUSIVE`,
    );
  }

  const runtime = input.runtime ?? 'custom.debian12';
  if (sessionAffinity === 'MCP_SSE' && !runtime.startsWith('custom')) {
    throw new FcError(
      'InvalidArgument',
      `sessionAffinity MCP_SSE needs a custom runtime, got runtime "${runtime}"`,
    );
  }

  const timeout = input.timeout ?? 3;
  checkRange('timeout', timeout, LIMITS.timeout);
  const minInstances = input.minInstances ?? 0;
  const maxInstances = input.maxInstances ?? 20;
  checkRange('maxInstances', maxInstances, LIMITS.maxInstances);
  checkRange('minInstances', minInstances, [0, maxInstances]);
  checkRange('startTimeoutInSeconds', input.startTimeoutInSeconds ?? 120, [1, 86400]);
  checkRange('drainTimeoutInSeconds', input.drainTimeoutInSeconds ?? 10, [0, 86400]);
  checkEnvironmentVariables(input.environmentVariables ?? {});

  return {
    functionName: input.functionName,
    runtime,
    customRuntimeConfig: { command: [...input.command], args: [], port: 9000 },
    sessionAffinity,
    sessionAffinityConfig: affinityConfig(input, sessionAffinity, isolated),
    instanceIsolationMode,
    instanceConcurrency: instanceConcurrency(input, sessionAffinity, isolated),
    timeout,
    environmentVariables: { ...input.environmentVariables },
    codeDirectory: input.codeDirectory ?? '.',
    minInstances,
    maxInstances,
    startTimeoutInSeconds: input.startTimeoutInSeconds ?? 120,
    drainTimeoutInSeconds: input.drainTimeoutInSeconds ?? 10,
  };
}

/**
 * Checks a configuration that may not come from {@link completeFunction}.
 * @param maxSessionTTLInSeconds lifts FC's limit of 21600 s
 * @throws InvalidArgument
 */
export function checkFunctionConfig(config: FunctionConfig, maxSessionTTLInSeconds?: number): void {
  const { command } = config.customRuntimeConfig;
  completeFunction({
    ...config,
    command,
    ...(maxSessionTTLInSeconds !== undefined && { maxSessionTTLInSeconds }),
  });
}

function affinityConfig(
  input: FunctionInput,
  type: SessionAffinityType,
  isolated: boolean,
): SessionAffinityConfig {
  const given = (canonicalKeys(AFFINITY_CONFIG_KEYS)(input.sessionAffinityConfig) ??
    {}) as Partial<SessionAffinityConfig>;
  const maxTTL = input.maxSessionTTLInSeconds ?? LIMITS.sessionTTLInSeconds[1];
  const sessionTTLInSeconds = given.sessionTTLInSeconds ?? DEFAULT_SESSION_TTL_IN_SECONDS;
  checkRange('sessionTTLInSeconds', sessionTTLInSeconds, [1, maxTTL]);
  const idle = given.sessionIdleTimeoutInSeconds;
  if (idle !== undefined) checkIdleTimeout(idle, sessionTTLInSeconds, maxTTL);
  const sessionIdleTimeoutInSeconds = idle ?? Math.min(DEFAULT_SESSION_IDLE_IN_SECONDS, sessionTTLInSeconds);
  const sessionConcurrencyPerInstance =
    given.sessionConcurrencyPerInstance ?? (isolated ? 1 : DEFAULT_SESSIONS_PER_INSTANCE);
  checkRange(
    'sessionConcurrencyPerInstance',
    sessionConcurrencyPerInstance,
    LIMITS.sessionConcurrencyPerInstance,
  );
  if (isolated && sessionConcurrencyPerInstance !== 1) {
    throw new FcError(
      'InvalidArgument',
      `sessionConcurrencyPerInstance must be 1 with SESSION_EXCLUSIVE, got "${sessionConcurrencyPerInstance}"`,
    );
  }
  const common = {
    sessionConcurrencyPerInstance,
    sessionTTLInSeconds,
    sessionIdleTimeoutInSeconds,
    disableSessionIdReuse: given.disableSessionIdReuse ?? false,
  };
  if (type === 'HEADER_FIELD') {
    if (given.affinityHeaderFieldName === undefined) {
      throw new FcError(
        'InvalidArgument',
        'affinityHeaderFieldName is required with sessionAffinity HEADER_FIELD',
      );
    }
    checkAffinityHeaderFieldName(given.affinityHeaderFieldName);
    // FC stores the name in lower case (spec §1.3).
    return { ...common, affinityHeaderFieldName: given.affinityHeaderFieldName.toLowerCase() };
  }
  if (type === 'MCP_SSE')
    return { ...common, sseEndpointPath: given.sseEndpointPath ?? DEFAULT_SSE_ENDPOINT_PATH };
  return common;
}

function instanceConcurrency(input: FunctionInput, type: SessionAffinityType, isolated: boolean): number {
  if (type === 'NONE') {
    const concurrency = input.instanceConcurrency ?? 1;
    checkRange('instanceConcurrency', concurrency, LIMITS.instanceConcurrency);
    return concurrency;
  }
  const given = input.instanceConcurrency ?? REQUESTS_PER_INSTANCE;
  if (given !== REQUESTS_PER_INSTANCE && !(isolated && given === 1)) {
    throw new FcError(
      'InvalidArgument',
      `ConcurrencyLimit is invalid for session function, allowed: ${REQUESTS_PER_INSTANCE}`,
    );
  }
  return REQUESTS_PER_INSTANCE;
}

/**
 * An idle time that was given must fit into the TTL (spec U2).
 * @throws InvalidArgument
 */
export function checkIdleTimeout(given: number, ttl: number, maxTTL: number): void {
  checkRange('sessionIdleTimeoutInSeconds', given, [LIMITS.sessionIdleTimeoutInSeconds[0], maxTTL]);
  if (given <= ttl) return;
  throw new FcError(
    'InvalidArgument',
    `sessionIdleTimeoutInSeconds must not be greater than sessionTTLInSeconds (${ttl}), got "${given}"`,
  );
}

function oneOf(name: string, value: string, allowed: readonly string[]): void {
  if (allowed.includes(value)) return;
  throw new FcError(
    'InvalidArgument',
    `${name} must be one of ${allowed.join(', ')}, got ${JSON.stringify(value)}`,
  );
}
