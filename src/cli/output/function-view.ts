import type { FunctionConfig } from '../../model/function.js';
import { humanDuration } from '../../model/human-time.js';
import type { ServedFunction } from '../../model/services.js';

/** The JSON of `GET /_emulator/v1/functions`. */
export async function functionJson(served: ServedFunction): Promise<unknown> {
  const { toServedFunctionJson } = await import('../../api/wire-function.js');
  return toServedFunctionJson(served);
}

/** @returns `cookie, 20 sessions an instance, TTL 6h, idle 30m` */
export function affinityInWords(config: FunctionConfig): string {
  const { sessionAffinity, sessionAffinityConfig: terms, instanceIsolationMode } = config;
  const { sessionConcurrencyPerInstance: places, affinityHeaderFieldName } = terms;
  if (sessionAffinity === 'NONE') return 'none';
  const kind = {
    GENERATED_COOKIE: 'cookie',
    HEADER_FIELD: `header ${affinityHeaderFieldName}`,
    MCP_SSE: `MCP SSE at ${terms.sseEndpointPath}`,
    MCP_STREAMABLE: 'MCP streamable HTTP',
  }[sessionAffinity];
  const sharing =
    instanceIsolationMode === 'SESSION_EXCLUSIVE'
      ? 'an instance for each session'
      : `${places} session${places === 1 ? '' : 's'} an instance`;
  if (sessionAffinity === 'MCP_SSE') return `${kind}, ${sharing}`;
  const ttl = humanDuration(terms.sessionTTLInSeconds);
  return `${kind}, ${sharing}, TTL ${ttl}, idle ${humanDuration(terms.sessionIdleTimeoutInSeconds)}`;
}
