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

/** A Function in the replies of GetFunction and ListFunctions. Times are UTC in whole seconds. */
export interface ApiFunction
  extends Pick<
    FunctionConfig,
    | 'functionName'
    | 'description'
    | 'runtime'
    | 'handler'
    | 'cpu'
    | 'memorySize'
    | 'diskSize'
    | 'customRuntimeConfig'
    | 'instanceLifecycleConfig'
    | 'sessionAffinity'
    | 'instanceIsolationMode'
    | 'instanceConcurrency'
    | 'timeout'
    | 'environmentVariables'
  > {
  readonly functionId: string;
  readonly functionArn: string;
  /** A string of JSON; absent without affinity. */
  readonly sessionAffinityConfig?: string;
  readonly createdTime: string;
  readonly lastModifiedTime: string;
  readonly state: 'Active';
  readonly lastUpdateStatus: 'Successful';
}

/** A function in the reply of `GET /_emulator/v1/functions`: the API's fields and the emulator's. Instants are milliseconds. */
export type ServedFunctionJson = ApiFunction & ServedFunction;

export function toApiFunction({
  config,
  functionId,
  createdAt,
  lastModifiedAt,
}: ServedFunction): ApiFunction {
  return {
    functionName: config.functionName,
    functionId,
    functionArn: `acs:fc:${REGION}:${ACCOUNT_ID}:functions/${config.functionName}`,
    description: config.description,
    runtime: config.runtime,
    handler: config.handler,
    cpu: config.cpu,
    memorySize: config.memorySize,
    diskSize: config.diskSize,
    customRuntimeConfig: config.customRuntimeConfig,
    ...(config.instanceLifecycleConfig !== undefined && {
      instanceLifecycleConfig: config.instanceLifecycleConfig,
    }),
    sessionAffinity: config.sessionAffinity,
    ...affinityConfigJson(config),
    instanceIsolationMode: config.instanceIsolationMode,
    instanceConcurrency: config.instanceConcurrency,
    timeout: config.timeout,
    environmentVariables: config.environmentVariables,
    createdTime: apiTime(createdAt),
    lastModifiedTime: apiTime(lastModifiedAt),
    state: 'Active',
    lastUpdateStatus: 'Successful',
  };
}

export function toServedFunctionJson(served: ServedFunction): ServedFunctionJson {
  const { config, url, createdAt, lastModifiedAt, functionId } = served;
  return { ...toApiFunction(served), functionId, url, createdAt, lastModifiedAt, config };
}

export function fromServedFunctionJson(json: ServedFunctionJson): ServedFunction {
  const { config, functionId, url, createdAt, lastModifiedAt } = json;
  return { config, functionId, url, createdAt, lastModifiedAt };
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
