import type { RequestHead, SessionAffinity } from '../model/affinity.js';
import { isMcpSessionId } from '../model/limits.js';
import { EndpointEventParser } from './endpoint-event-parser.js';

/** MCP SDKs write `sessionId` (TypeScript) or `session_id` (Python). */
const SESSION_PARAMETERS: ReadonlySet<string> = new Set(['sessionid', 'session_id']);

/**
 * MCP_SSE: a client opens a stream at the endpoint path; the first `endpoint` event of the stream names the session; messages carry
 * the ID in their query and follow the stream. The session ends with the stream (spec §3.2).
 * @param endpointPath `sseEndpointPath`, as `/sse`
 */
export function mcpSse(endpointPath: string): SessionAffinity {
  const opensStream = ({ method, target }: RequestHead): boolean =>
    method === 'GET' && target.split('?', 1)[0] === endpointPath;
  return {
    type: 'MCP_SSE',

    identify(head) {
      if (opensStream(head)) return { kind: 'instance-issued' };
      const sessionId = sessionIdIn(head.target);
      if (sessionId === undefined) return { kind: 'none' };
      return { kind: 'session', sessionId, whenUnknown: 'refuse' };
    },

    onResponse(assignment, { status, headers }) {
      if (!assignment.awaitsSession) return undefined;
      if (status !== 200 || !isEventStream(headers.get('content-type'))) {
        assignment.learn(undefined);
        return undefined;
      }
      let isNamed = false;
      const parser = new EndpointEventParser((data) => {
        // Only the first event counts (spec S04).
        if (isNamed) {
          assignment.addHint({ code: 'mcp-second-endpoint' });
          return;
        }
        isNamed = true;
        const sessionId = sessionIdIn(data);
        const isValid = sessionId !== undefined && isMcpSessionId(sessionId);
        assignment.learn(isValid ? sessionId : undefined, { endsWithRequest: true });
        if (!isValid) assignment.addHint({ code: 'mcp-endpoint-names-no-session' });
      });
      return (chunk) => parser.push(chunk);
    },
  };
}

function isEventStream(contentType: string | undefined): boolean {
  return /^text\/event-stream\s*(;|$)/i.test(contentType ?? '');
}

/** The session ID in the query of a path or URL. A fragment, and line ends within it, are not part of a URL. */
function sessionIdIn(target: string): string | undefined {
  const [, query = ''] = /^[^?#]*\?([^#]*)/.exec(target) ?? [];
  for (const [name, value] of new URLSearchParams(query.replaceAll(/[\t\r\n]/g, ''))) {
    if (SESSION_PARAMETERS.has(name.toLowerCase())) return value;
  }
  return undefined;
}
