import type { FunctionState, SessionState } from '../../../model/console-events.js';
import { SESSION_COOKIE } from '../../../model/session.js';
import { shellQuote } from '../../../model/shell-quote.js';

type Affinity = Pick<FunctionState, 'affinity' | 'headerName' | 'url'>;

/** @returns the header line that carries the session, as a client sends it */
export function sessionLine(
  { sessionId }: Pick<SessionState, 'sessionId'>,
  { affinity, headerName }: Affinity,
): string {
  switch (affinity) {
    case 'HEADER_FIELD':
      return `${headerName ?? 'x-session-id'}: ${sessionId}`;
    case 'MCP_STREAMABLE':
    case 'MCP_SSE':
      return `Mcp-Session-Id: ${sessionId}`;
    case 'GENERATED_COOKIE':
    case 'NONE':
      return `Cookie: ${SESSION_COOKIE}=${sessionId}`;
  }
}

/** @returns a line for a POSIX shell that sends a request of the session, whatever its ID holds */
export function curlLine(session: Pick<SessionState, 'sessionId'>, served: Affinity): string {
  const words = ['-H', sessionLine(session, served), served.url ?? 'http://127.0.0.1:9000'];
  return `curl ${words.map(shellQuote).join(' ')}`;
}
