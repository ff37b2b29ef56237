/** The allowed keys of a map, each with the allowed keys of its value; `any` for a value that is not checked. */
export interface Keys {
  readonly [key: string]: Keys | 'any';
}

const keys = (...names: readonly string[]): Keys => Object.fromEntries(names.map((name) => [name, 'any']));

const HEALTH = keys(
  'failureThreshold',
  'httpGetUrl',
  'initialDelaySeconds',
  'periodSeconds',
  'successThreshold',
  'timeoutSeconds',
);
const HOOK = keys('handler', 'timeout', 'command');

/** The keys of the component fc3 (its schema at 4ca1c1b), and more keys of the API. */
export const FC3_KEYS: Keys = {
  ...keys(
    'annotations',
    'asyncInvokeConfig',
    'cpu',
    'customDNS',
    'description',
    'diskSize',
    'enableLongLiving',
  ),
  ...keys('endpoint', 'environmentVariables', 'functionName', 'gpuConfig', 'handler', 'instanceConcurrency'),
  ...keys(
    'instanceIsolationMode',
    'internetAccess',
    'layers',
    'logConfig',
    'memorySize',
    'nasConfig',
    'ossMountConfig',
  ),
  ...keys('region', 'resourceGroupId', 'role', 'runtime', 'sessionAffinity', 'supplement', 'tags', 'timeout'),
  ...keys('tracingConfig', 'vpcBinding', 'vpcConfig'),
  ...keys('disableOndemand', 'disableInjectCredentials', 'idleTimeout', 'polarFsConfig', 'juiceFsConfig'),
  code: keys('src', 'ossBucketName', 'ossObjectName'),
  concurrencyConfig: keys('reservedConcurrency'),
  customContainerConfig: {
    ...keys('command', 'entrypoint', 'image', 'port', 'registryConfig', 'accelerationType', 'acrInstanceId'),
    healthCheckConfig: HEALTH,
  },
  customRuntimeConfig: { ...keys('args', 'command', 'port'), healthCheckConfig: HEALTH },
  instanceLifecycleConfig: { initializer: HOOK, preStop: HOOK },
  provisionConfig: keys(
    'alwaysAllocateCPU',
    'alwaysAllocateGPU',
    'defaultTarget',
    'scheduledActions',
    'targetTrackingPolicies',
    'target',
  ),
  scalingConfig: keys(
    'horizontalScalingPolicies',
    'minInstances',
    'residentPoolId',
    'scheduledPolicies',
    'enableOnDemandScaling',
    'enableMixMode',
    'requestDispatchPolicy',
  ),
  sessionAffinityConfig: keys(
    'affinityHeaderFieldName',
    'sessionConcurrencyPerInstance',
    'sessionIdleTimeoutInSeconds',
    'sessionTTLInSeconds',
    'sseEndpointPath',
    'disableSessionIdReuse',
  ),
  // The items of a list are checked.
  triggers: {
    ...keys('description', 'invocationRole', 'qualifier', 'sourceArn', 'triggerName', 'triggerType'),
    triggerConfig: 'any',
  },
};

export const HTTP_TRIGGER_KEYS = keys(
  'authConfig',
  'authType',
  'disableURLInternet',
  'methods',
  'corsConfig',
);

/** The keys of the file, and of a resource. */
export const PROJECT_KEYS = keys(
  'edition',
  'name',
  'access',
  'vars',
  'template',
  'resources',
  'extend',
  'env',
  'flow',
  'actions',
  'components',
);
export const RESOURCE_KEYS = keys('component', 'props', 'extend', 'actions', 'access');
