import { ACCOUNT_ID, REGION } from '../model/account.js';
import type { FunctionConfig, SessionAffinityConfig, SessionAffinityType } from '../model/function.js';
import type { ServedFunction } from '../model/services.js';
import { apiTime } from '../model/session.js';

const COMMON = [
  'sessionConcurrencyPerInstance',
  'sessionTTLInSeconds',
  'sessionIdleTimeoutInSeconds',
] as const;

/** The configuration keys of each affinity (spec §1.2). */
const AFFINITY_KEYS: Readonly<Record<SessionAffinityType, readonly (keyof SessionAffinityConfig)[]>> = {
  NONE: [],
  GENERATED_COOKIE: [...COMMON, 'disableSessionIdReuse'],
  HEADER_FIELD: ['affinityHeaderFieldName', ...COMMON, 'disableSessionIdReuse'],
  MCP_SSE: ['sseEndpointPath', 'sessionConcurrencyPerInstance'],
  MCP_STREAMABLE: COMMON,
};

type ConfigFields =
  | 'functionName'
  | 'description'
  | 'runtime'
  | 'handler'
  | 'cpu'
  | 'memorySize'
  | 'diskSize'
  | 'sessionAffinity'
  | 'instanceIsolationMode'
  | 'instanceConcurrency'
  | 'timeout'
  | 'environmentVariables';

/** A Function in the replies of GetFunction and ListFunctions. Times are UTC in whole seconds. */
export interface ApiFunction
  extends Pick<FunctionConfig, ConfigFields>,
    Partial<Pick<FunctionConfig, 'customRuntimeConfig' | 'instanceLifecycleConfig'>> {
  readonly functionId: string;
  readonly functionArn: string;
  /** A string of JSON; absent without affinity. */
  readonly sessionAffinityConfig?: string;
  readonly codeChecksum: string;
  readonly codeSize: number;
  readonly createdTime: string;
  readonly lastModifiedTime: string;
  readonly state: 'Pending' | 'Active' | 'Failed';
  readonly stateReason: string;
  readonly stateReasonCode: string;
  readonly lastUpdateStatus: 'InProgress' | 'Successful' | 'Failed';
  readonly lastUpdateStatusReason: string;
  readonly lastUpdateStatusReasonCode: string;
  readonly invocationRestriction?: {
    readonly disable: true;
    readonly reason: string;
    readonly lastModifiedTime: string;
  };
}

/** A function in the reply of `GET /_emulator/v1/functions`: the API's fields and the emulator's. Instants are milliseconds. */
export type ServedFunctionJson = ApiFunction & ServedFunction;

export function toApiFunction(served: ServedFunction): ApiFunction {
  const { config, functionId, createdAt, lastModifiedAt, progress, lastUpdate } = served;
  return {
    ...echoed(served),
    functionName: config.functionName,
    functionId,
    functionArn: functionArn(config.functionName),
    description: config.description,
    runtime: config.runtime,
    handler: config.handler,
    cpu: config.cpu,
    memorySize: config.memorySize,
    diskSize: config.diskSize,
    ...(config.runtime !== 'custom-container' && { customRuntimeConfig: config.customRuntimeConfig }),
    ...(config.instanceLifecycleConfig !== undefined && {
      instanceLifecycleConfig: config.instanceLifecycleConfig,
    }),
    sessionAffinity: config.sessionAffinity,
    ...affinityConfigJson(config),
    instanceIsolationMode: config.instanceIsolationMode,
    instanceConcurrency: config.instanceConcurrency,
    timeout: config.timeout,
    environmentVariables: config.environmentVariables,
    codeChecksum: config.code?.checksum ?? '0',
    codeSize: config.code?.size ?? 0,
    createdTime: apiTime(createdAt),
    lastModifiedTime: apiTime(lastModifiedAt),
    state: progress.state,
    stateReason: progress.reason ?? '',
    stateReasonCode: progress.reasonCode ?? '',
    lastUpdateStatus: lastUpdate.state,
    lastUpdateStatusReason: lastUpdate.reason ?? '',
    lastUpdateStatusReasonCode: lastUpdate.reasonCode ?? '',
    ...restrictionJson(served),
  };
}

export function functionArn(functionName: string): string {
  return `acs:fc:${REGION}:${ACCOUNT_ID}:functions/${functionName}`;
}

export function toServedFunctionJson(served: ServedFunction): ServedFunctionJson {
  return { ...toApiFunction(served), ...served };
}

export function fromServedFunctionJson(json: ServedFunctionJson): ServedFunction {
  const { config, functionId, url, createdAt, lastModifiedAt } = json;
  const { progress, lastUpdate, echo, restriction } = json;
  return {
    config,
    functionId,
    url,
    createdAt,
    lastModifiedAt,
    progress,
    lastUpdate,
    echo,
    ...(restriction !== undefined && { restriction }),
  };
}

/** What a reply has in another shape than the body, and the rest as it was sent. */
function echoed({ echo, config }: ServedFunction): Readonly<Record<string, unknown>> {
  const { layers, ...others } = echo;
  return {
    role: '',
    internetAccess: true,
    ...(config.customContainerConfig !== undefined && {
      customContainerConfig: config.customContainerConfig,
    }),
    ...others,
    ...(Array.isArray(layers) && { layers: layers.map((arn: unknown) => ({ arn, size: 0 })) }),
  };
}

function affinityConfigJson({
  sessionAffinity,
  sessionAffinityConfig,
}: FunctionConfig): Pick<ApiFunction, 'sessionAffinityConfig'> {
  if (sessionAffinity === 'NONE') return {};
  // JSON.stringify writes the keys of this list, in its order.
  return {
    sessionAffinityConfig: JSON.stringify(sessionAffinityConfig, [...AFFINITY_KEYS[sessionAffinity]]),
  };
}

function restrictionJson({ restriction }: ServedFunction): Pick<ApiFunction, 'invocationRestriction'> {
  if (restriction === undefined) return {};
  const { reason, lastModifiedAt } = restriction;
  return { invocationRestriction: { disable: true, reason, lastModifiedTime: apiTime(lastModifiedAt) } };
}
