import type { FunctionState, SessionState } from '../../../model/console-events.js';
import { SESSION_COOKIE } from '../../../model/session.js';
import { shellQuote } from '../../../model/shell-quote.js';

type Served = Pick<FunctionState, 'affinity' | 'headerName' | 'url'>;
type Named = Pick<SessionState, 'sessionId'>;

/** The text that a client sends to use a session. */
export interface SessionLine {
  /** The name of the text, for the label of a button. */
  readonly kind: 'cookie' | 'header' | 'session ID';
  readonly text: string;
}

/** @returns the cookie or header line with the session ID; with MCP_SSE only the ID, because it is in the URL of a message */
export function sessionLine({ sessionId }: Named, { affinity, headerName }: Served): SessionLine {
  switch (affinity) {
    case 'GENERATED_COOKIE':
      return { kind: 'cookie', text: `Cookie: ${SESSION_COOKIE}=${sessionId}` };
    case 'HEADER_FIELD':
      return headerName === undefined
        ? { kind: 'session ID', text: sessionId }
        : { kind: 'header', text: `${headerName}: ${sessionId}` };
    case 'MCP_STREAMABLE':
      return { kind: 'header', text: `Mcp-Session-Id: ${sessionId}` };
    case 'MCP_SSE':
    case 'NONE':
      return { kind: 'session ID', text: sessionId };
  }
}

const MCP_PING = [
  '-H',
  'Content-Type: application/json',
  '-H',
  'Accept: application/json, text/event-stream',
  '-d',
  '{"jsonrpc":"2.0","id":1,"method":"ping"}',
];

/**
 * @returns a command line for a POSIX shell that sends a request of the session, with any session ID; undefined when there is none:
 *   the function has no URL, or the server chooses the path of a message
 */
export function curlLine(session: Named, served: Served): string | undefined {
  const { kind, text } = sessionLine(session, served);
  if (typeof served.url !== 'string' || kind === 'session ID') return undefined;
  const body = served.affinity === 'MCP_STREAMABLE' ? MCP_PING : [];
  return ['curl', '-i', '-H', text, ...body, served.url].map(shellQuote).join(' ');
}
