import { MovableClock } from '../model/clock.js';
import { type RoundTrip, roundTrip } from './round-trip.js';
import type { VerifyTarget } from './target.js';

/** Tests whether a handler is an MCP server. */
export async function speaksMcp(
  suite: 'mcp-streamable' | 'mcp-sse',
  { url, signal }: VerifyTarget,
): Promise<'yes' | 'no' | 'broken'> {
  const clock = new MovableClock();
  const shared = { clock, ...(signal !== undefined && { signal }) };
  if (suite === 'mcp-sse') {
    const headers = { Accept: 'text/event-stream' };
    const answer = await roundTrip({ ...shared, url: new URL('/sse', url), headers, headOnly: true });
    return verdict(answer, /^text\/event-stream/i.test(answer.headers.get('content-type') ?? ''));
  }
  const answer = await roundTrip({
    ...shared,
    url: new URL('/mcp', url),
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Accept: 'application/json, text/event-stream' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 'verify', method: 'ping' }),
  });
  return verdict(answer, answer.headers.has('mcp-session-id') || answer.body.includes('"jsonrpc"'));
}

function verdict({ status }: RoundTrip, speaks: boolean): 'yes' | 'no' | 'broken' {
  if (status === 412 || status >= 500) return 'broken';
  return speaks ? 'yes' : 'no';
}
