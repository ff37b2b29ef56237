import { requestsPerInstance } from './affinity-rules.js';
import { canonicalKeys } from './canonical-keys.js';
import { FcError } from './errors.js';
import {
  AFFINITY_CONFIG_KEYS,
  type CustomContainerConfig,
  type CustomRuntimeConfig,
  type FunctionConfig,
  type InstanceLifecycleConfig,
  type LifecycleHook,
  type SessionAffinityConfig,
} from './function.js';
import type { FunctionInput } from './function-input.js';
import { functionIssues } from './function-rules.js';
import {
  DEFAULT_SESSION_IDLE_IN_SECONDS,
  DEFAULT_SESSION_TTL_IN_SECONDS,
  DEFAULT_SESSIONS_PER_INSTANCE,
  DEFAULT_SSE_ENDPOINT_PATH,
} from './limits.js';
import { isBuiltInRuntime } from './runtimes.js';

/**
 * Checks a function against the API's rules and fills in every default.
 * @throws InvalidArgument, with the message that FC or the CLI shows
 */
export function completeFunction(given: FunctionInput): FunctionConfig {
  const input = canonical(given);
  const [issue] = functionIssues(input);
  if (issue !== undefined) throw new FcError('InvalidArgument', issue.message);
  const { sessionAffinity = 'NONE', runtime = 'custom.debian12' } = input;
  const { customContainerConfig, instanceLifecycleConfig } = input;
  return {
    functionName: input.functionName,
    description: input.description ?? '',
    runtime,
    handler: input.handler ?? 'index.handler',
    customRuntimeConfig: runtimeConfig(input),
    ...(customContainerConfig !== undefined && {
      customContainerConfig: containerConfig(customContainerConfig),
    }),
    ...(instanceLifecycleConfig !== undefined && {
      instanceLifecycleConfig: lifecycleConfig(instanceLifecycleConfig),
    }),
    cpu: input.cpu ?? 0.35,
    memorySize: input.memorySize ?? 512,
    diskSize: input.diskSize ?? 512,
    sessionAffinity,
    sessionAffinityConfig: affinityConfig(input, runtime),
    instanceIsolationMode: input.instanceIsolationMode ?? 'SHARE',
    instanceConcurrency:
      sessionAffinity === 'NONE' ? (input.instanceConcurrency ?? 1) : requestsPerInstance(runtime),
    timeout: input.timeout ?? 3,
    environmentVariables: { ...input.environmentVariables },
    ...(input.mounts !== undefined && { mounts: input.mounts }),
    codeDirectory: input.codeDirectory ?? '.',
    ...(input.code !== undefined && { code: input.code }),
    minInstances: input.minInstances ?? 0,
    maxInstances: input.maxInstances ?? 20,
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
  completeFunction({ ...config, ...(maxSessionTTLInSeconds !== undefined && { maxSessionTTLInSeconds }) });
}

/** The keys of the affinity's configuration may have any letter case. */
function canonical(input: FunctionInput): FunctionInput {
  if (input.sessionAffinityConfig === undefined) return input;
  const config = canonicalKeys(AFFINITY_CONFIG_KEYS)(input.sessionAffinityConfig);
  return { ...input, sessionAffinityConfig: config as Partial<SessionAffinityConfig> };
}

function runtimeConfig(input: FunctionInput): CustomRuntimeConfig {
  const { customRuntimeConfig: given = {}, customContainerConfig: container } = input;
  const { healthCheckConfig: health } = given;
  return {
    command: [...(input.command ?? given.command ?? [])],
    args: [...(given.args ?? [])],
    port: given.port ?? container?.port ?? 9000,
    ...(health !== undefined && {
      healthCheckConfig: {
        httpGetUrl: health.httpGetUrl ?? '',
        initialDelaySeconds: health.initialDelaySeconds ?? 0,
        periodSeconds: health.periodSeconds ?? 3,
        timeoutSeconds: health.timeoutSeconds ?? 1,
        failureThreshold: health.failureThreshold ?? 3,
        successThreshold: health.successThreshold ?? 1,
      },
    }),
  };
}

function containerConfig(given: Partial<CustomContainerConfig>): CustomContainerConfig {
  return {
    image: given.image ?? '',
    entrypoint: [...(given.entrypoint ?? [])],
    command: [...(given.command ?? [])],
    port: given.port ?? 9000,
  };
}

function lifecycleConfig({
  initializer,
  preStop,
}: NonNullable<FunctionInput['instanceLifecycleConfig']>): InstanceLifecycleConfig {
  const hook = (given: Partial<LifecycleHook>): LifecycleHook => ({ ...given, timeout: given.timeout ?? 3 });
  return {
    ...(initializer !== undefined && { initializer: hook(initializer) }),
    ...(preStop !== undefined && { preStop: hook(preStop) }),
  };
}

function affinityConfig(input: FunctionInput, runtime: string): SessionAffinityConfig {
  const { sessionAffinity: type = 'NONE', instanceIsolationMode } = input;
  const given = type === 'NONE' ? {} : (input.sessionAffinityConfig ?? {});
  const servesOne = instanceIsolationMode === 'SESSION_EXCLUSIVE' || isBuiltInRuntime(runtime);
  const sessionTTLInSeconds = given.sessionTTLInSeconds ?? DEFAULT_SESSION_TTL_IN_SECONDS;
  const common = {
    sessionConcurrencyPerInstance:
      given.sessionConcurrencyPerInstance ?? (servesOne ? 1 : DEFAULT_SESSIONS_PER_INSTANCE),
    sessionTTLInSeconds,
    sessionIdleTimeoutInSeconds:
      given.sessionIdleTimeoutInSeconds ?? Math.min(DEFAULT_SESSION_IDLE_IN_SECONDS, sessionTTLInSeconds),
    disableSessionIdReuse: given.disableSessionIdReuse ?? false,
  };
  if (type === 'HEADER_FIELD' && given.affinityHeaderFieldName !== undefined) {
    // FC stores the name in lower case (spec §1.3).
    return { ...common, affinityHeaderFieldName: given.affinityHeaderFieldName.toLowerCase() };
  }
  if (type === 'MCP_SSE')
    return { ...common, sseEndpointPath: given.sseEndpointPath ?? DEFAULT_SSE_ENDPOINT_PATH };
  return common;
}
