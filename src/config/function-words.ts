import type { InstanceIsolationMode, SessionAffinityType } from '../model/function.js';
import { LIMITS } from '../model/limits.js';

/** The words for an affinity on the command line and in `startEmulator`: short words, and the API's words. */
export const AFFINITY_WORDS = {
  cookie: 'GENERATED_COOKIE',
  header: 'HEADER_FIELD',
  'mcp-streamable': 'MCP_STREAMABLE',
  'mcp-sse': 'MCP_SSE',
  none: 'NONE',
  GENERATED_COOKIE: 'GENERATED_COOKIE',
  HEADER_FIELD: 'HEADER_FIELD',
  MCP_STREAMABLE: 'MCP_STREAMABLE',
  MCP_SSE: 'MCP_SSE',
  NONE: 'NONE',
} as const satisfies Record<string, SessionAffinityType>;

export const ISOLATION_WORDS = {
  share: 'SHARE',
  session: 'SESSION_EXCLUSIVE',
  SHARE: 'SHARE',
  SESSION_EXCLUSIVE: 'SESSION_EXCLUSIVE',
} as const satisfies Record<string, InstanceIsolationMode>;

/** Defaults of a function from options. Times are in seconds. */
export const FUNCTION_DEFAULTS = {
  affinity: 'GENERATED_COOKIE',
  disableSessionIdReuse: false,
  isolation: 'SHARE',
  timeout: 60,
  startTimeout: 120,
  drainTimeout: 10,
  maxInstances: 20,
  minInstances: 0,
  maxSessionTtl: LIMITS.sessionTTLInSeconds[1],
} as const;

/** The API's names of values, and the options of `startEmulator` and keys of `fc-affinity.yaml` that give them. */
export const OPTION_OF: Readonly<Record<string, string>> = {
  sessionConcurrencyPerInstance: 'sessionsPerInstance',
  sessionTTLInSeconds: 'ttl',
  sessionIdleTimeoutInSeconds: 'idle',
  affinityHeaderFieldName: 'headerName',
  sseEndpointPath: 'ssePath',
  sessionAffinity: 'affinity',
  instanceIsolationMode: 'isolation',
  startTimeoutInSeconds: 'startTimeout',
  drainTimeoutInSeconds: 'drainTimeout',
  environmentVariables: 'env',
  codeDirectory: 'directory',
};
