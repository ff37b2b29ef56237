import type { SessionAffinity } from '../model/affinity.js';
import type { FunctionConfig, SessionAffinityType } from '../model/function.js';
import { DEFAULT_SSE_ENDPOINT_PATH } from '../model/limits.js';
import { generatedCookie } from './generated-cookie.js';
import { headerField } from './header-field.js';
import { mcpSse } from './mcp-sse.js';
import { mcpStreamable } from './mcp-streamable.js';
import { none } from './none.js';

/** One row for each value of `sessionAffinity`. */
const STRATEGIES: Readonly<Record<SessionAffinityType, (config: FunctionConfig) => SessionAffinity>> = {
  NONE: () => none,
  GENERATED_COOKIE: () => generatedCookie,
  HEADER_FIELD: ({ sessionAffinityConfig }) =>
    headerField(sessionAffinityConfig.affinityHeaderFieldName ?? ''),
  MCP_SSE: ({ sessionAffinityConfig }) =>
    mcpSse(sessionAffinityConfig.sseEndpointPath ?? DEFAULT_SSE_ENDPOINT_PATH),
  MCP_STREAMABLE: () => mcpStreamable,
};

export function strategyOf(config: FunctionConfig): SessionAffinity {
  return STRATEGIES[config.sessionAffinity](config);
}
