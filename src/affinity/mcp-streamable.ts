import type { SessionAffinity } from '../model/affinity.js';
import { FcError } from '../model/errors.js';
import { isMcpSessionId } from '../model/limits.js';

const SESSION_HEADER = 'mcp-session-id';
const VERSION_HEADER = 'mcp-protocol-version';
const VERSION = /^\d{4}-\d{2}-\d{2}$/;
/** The first version of the protocol without sessions. */
const FIRST_WITHOUT_SESSIONS = '2026-07-28';

/**
 * MCP_STREAMABLE: the server names the session in the head of its reply to `initialize`; the client repeats the ID in every request
 * (spec §3.3). The gateway learns the ID and never makes one.
 */
export const mcpStreamable: SessionAffinity = {
  type: 'MCP_STREAMABLE',

  identify({ method, headers }) {
    const ids = headers.all(SESSION_HEADER);
    if (ids.length > 1)
      throw new FcError('InvalidArgument', `header "${SESSION_HEADER}" must be sent once, got ${ids.length}`);
    const version = headers.get(VERSION_HEADER) ?? '';
    const hasSessions = !VERSION.test(version) || version < FIRST_WITHOUT_SESSIONS;
    const [sessionId = ''] = ids;
    if (sessionId !== '') {
      const whenUnknown = hasSessions ? 'refuse' : 'ignore';
      return { kind: 'session', sessionId, whenUnknown };
    }
    if (method !== 'POST' || !hasSessions) return { kind: 'none' };
    return { kind: 'instance-issued' };
  },

  onResponse(assignment, { status, headers, requestMethod }) {
    const isSuccess = status >= 200 && status < 300;
    if (requestMethod === 'DELETE' && (isSuccess || status === 404)) assignment.endSession();
    if (requestMethod === 'DELETE' && status === 405) assignment.addHint({ code: 'mcp-session-kept' });
    if (!assignment.awaitsSession) return undefined;
    const sessionId = isSuccess ? headers.get(SESSION_HEADER) : undefined;
    const isNamed = sessionId !== undefined && isMcpSessionId(sessionId);
    assignment.learn(isNamed ? sessionId : undefined);
    if (isSuccess && !isNamed) assignment.addHint({ code: 'mcp-no-session-id' });
    return undefined;
  },
};
