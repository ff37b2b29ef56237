import { resolve } from 'node:path';
import { ACCOUNT_ID, REGION } from '../model/account.js';
import { versionName } from '../model/common-headers.js';
import type { FunctionConfig } from '../model/function.js';
import type { InstanceSpec } from '../model/instance.js';
import { isServedByRuntime } from '../model/start-command.js';
import { preloadVariables } from './preload.js';

/** The variables that an instance inherits from the emulator's own environment. */
const INHERITED = ['PATH', 'HOME', 'LANG', 'TZ', 'TMPDIR', 'NODE_ENV'] as const;
/** The value of the credentials, unless the function's `environmentVariables` have real ones. */
const PLACEHOLDER = 'fc-affinity-placeholder';
const DEFAULT_PATH = '/usr/local/bin:/usr/bin:/bin';

export interface InstancePorts {
  /** Where the handler listens. */
  readonly port: number;
  readonly inspectPort?: number | undefined;
}

export interface RunContext {
  /** Names this run of the emulator in the environment of every process that it starts, by which they are found at the end. */
  readonly nonce: string;
  readonly hostEnvironment: Readonly<Record<string, string | undefined>>;
  /** Whether a listen on the port of customRuntimeConfig is moved to the port of the instance. */
  readonly portShift: boolean;
}

/**
 * The whole environment of an instance (spec §8.3, quality T21): the inherited variables, then the function's own, then those of
 * Function Compute, which the function cannot override. An instance gets no other variable.
 */
export function environmentOf(
  { instanceId, qualifier, revision: { versionId, config } }: InstanceSpec,
  { port, inspectPort }: InstancePorts,
  { nonce, hostEnvironment, portShift }: RunContext,
): Record<string, string> {
  const version = versionName(versionId);
  const own = {
    ...inherited(hostEnvironment),
    ALIBABA_CLOUD_ACCESS_KEY_ID: PLACEHOLDER,
    ALIBABA_CLOUD_ACCESS_KEY_SECRET: PLACEHOLDER,
    ALIBABA_CLOUD_SECURITY_TOKEN: PLACEHOLDER,
    ...config.environmentVariables,
  };
  return {
    ...own,
    ...preloadVariables(own, {
      shiftedPort: portShift ? shiftedPort(config) : undefined,
      inspectPort,
    }),
    FC_SERVER_PORT: String(port),
    FC_CUSTOM_LISTEN_PORT: String(port),
    PORT: String(port),
    FC_INSTANCE_ID: instanceId,
    FC_FUNCTION_NAME: config.functionName,
    FC_FUNCTION_VERSION: version,
    FC_VER_ID: version,
    FC_QUALIFIER: qualifier,
    FC_FUNC_CODE_PATH: resolve(config.codeDirectory),
    FC_FUNCTION_HANDLER: config.handler,
    FC_FUNCTION_MEMORY_SIZE: String(config.memorySize),
    FC_ACCOUNT_ID: ACCOUNT_ID,
    FC_REGION: REGION,
    FC_AFFINITY_RUN: nonce,
    FC_AFFINITY_LISTEN_HOST: '127.0.0.1',
  };
}

/** The port that the handler may name itself. What a built-in runtime runs does not listen. */
function shiftedPort(config: FunctionConfig): number | undefined {
  if (isServedByRuntime(config)) return undefined;
  return (config.customContainerConfig ?? config.customRuntimeConfig).port;
}

function inherited(host: RunContext['hostEnvironment']): Record<string, string> {
  // Without PYTHONUNBUFFERED, Python keeps its output in a buffer while it writes to a pipe.
  const kept: Record<string, string> = { PATH: DEFAULT_PATH, PYTHONUNBUFFERED: '1' };
  for (const name of INHERITED) {
    const value = host[name];
    if (value !== undefined) kept[name] = value;
  }
  return kept;
}
