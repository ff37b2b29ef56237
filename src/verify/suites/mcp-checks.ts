import type { CheckText as Check } from '../check.js';
import { source } from '../sources.js';

const UNKNOWN_REFUSED = 'status 404, as the protocol asks, so that the client initializes again';

export const MCP_STREAMABLE_CHECKS: readonly Check[] = [
  {
    id: 'mcp-streamable.initialize.status',
    title: 'initialize is answered',
    expected: 'status 200',
    source: source('mcpStreamable', 'T01'),
  },
  {
    id: 'mcp-streamable.initialize.session-id',
    title: 'its reply names the session',
    expected: 'one Mcp-Session-Id of visible ASCII',
    source: source('mcpStreamable', 'T01 T11'),
  },
  {
    id: 'mcp-streamable.post.same-instance',
    title: 'requests with that ID go to the instance that named it',
    expected: 'the instance of initialize, three times',
    source: source('mcpStreamable', 'T02'),
  },
  {
    id: 'mcp-streamable.stream.head',
    title: 'the head of a GET stream does not wait for its first event',
    expected: 'status 200, or 405 where the server offers no stream',
    source: source('mcpStreamable', 'T02 T09'),
  },
  {
    id: 'mcp-streamable.second.other-id',
    title: 'a second initialize opens another session',
    expected: 'another ID',
    source: source('mcpStreamable', 'T01'),
  },
  {
    id: 'mcp-streamable.full.new-instance',
    title: 'a session more than the instance takes goes to another instance',
    expected: 'another instance than that of the first session, which is full',
    source: source('mcpStreamable', 'T07'),
  },
  {
    id: 'mcp-streamable.unknown.refused',
    title: 'an ID that no instance named is refused',
    expected: UNKNOWN_REFUSED,
    source: source('inferred', 'U14'),
  },
  {
    id: 'mcp-streamable.delete.agreed',
    title: 'DELETE ends the session where the server agrees',
    expected: 'status 2xx, or 405 where the server refuses',
    source: source('mcpStreamable', 'T03'),
  },
  {
    id: 'mcp-streamable.deleted.refused',
    title: 'the ID of a session that was ended is refused',
    expected: UNKNOWN_REFUSED,
    source: source('inferred', 'T04'),
  },
];

export const MCP_SSE_CHECKS: readonly Check[] = [
  {
    id: 'mcp-sse.stream.endpoint',
    title: 'the first event of the stream names the endpoint of the session',
    expected: 'an endpoint event whose URL holds sessionId or session_id',
    source: source('mcpSse', 'S01 S05'),
  },
  {
    id: 'mcp-sse.message.status',
    title: 'a message to that endpoint is accepted',
    expected: 'status 2xx',
    source: source('mcpSse', 'S02'),
  },
  {
    id: 'mcp-sse.message.same-instance',
    title: 'it goes to the instance that holds the stream',
    expected: 'the instance of the stream, three times',
    source: source('mcpSse', 'S02'),
  },
  {
    id: 'mcp-sse.message.answered',
    title: 'its answer arrives on the stream',
    expected: 'a message event with the ID of the request',
    source: source('mcpSse', 'S02'),
  },
  {
    id: 'mcp-sse.unknown.refused',
    title: 'a message of a session that no stream holds is refused',
    expected: 'status 404',
    source: source('inferred', 'U13'),
  },
  {
    id: 'mcp-sse.closed.refused',
    title: 'a message is refused when its stream is closed',
    expected: 'status 404',
    source: source('inferred', 'S11'),
  },
];
