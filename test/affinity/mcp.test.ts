import { describe, expect, test } from 'vitest';
import { mcpSse } from '../../src/affinity/mcp-sse.js';
import { mcpStreamable } from '../../src/affinity/mcp-streamable.js';
import type { Assignment } from '../../src/model/admission.js';
import { HeaderLines } from '../../src/model/headers.js';

const REFUSED = { kind: 'session', sessionId: 'a', whenUnknown: 'refuse' };

/** An assignment that notes what it is told. */
function assignmentThatAwaits(awaitsSession = true) {
  const told: unknown[] = [];
  const assignment = {
    awaitsSession,
    learn: (...args: unknown[]) => told.push(args),
    endSession: () => told.push('ended'),
    addHint: ({ code }: { code: string }) => told.push(code),
  } as unknown as Assignment;
  return { assignment, told };
}

describe('MCP_STREAMABLE', () => {
  const identify = (method: string, ...flat: string[]) =>
    mcpStreamable.identify({ method, target: '/mcp', headers: new HeaderLines(flat) });
  const reply = (requestMethod: string, status: number, ...flat: string[]) => ({
    requestMethod,
    status,
    headers: new HeaderLines(flat),
  });

  test('T02 an ID names the session, whatever the letter case of its header', () => {
    for (const name of ['mcp-session-id', 'Mcp-Session-Id', 'MCP-Session-Id']) {
      for (const method of ['POST', 'GET', 'DELETE']) expect(identify(method, name, 'a')).toEqual(REFUSED);
    }
    expect(() => identify('POST', 'Mcp-Session-Id', 'a', 'mcp-session-id', 'b')).toThrow('must be sent once');
  });

  test('T01 a POST without an ID waits for the instance to name one; other methods have no session', () => {
    expect(identify('POST')).toEqual({ kind: 'instance-issued' });
    expect(identify('GET')).toEqual({ kind: 'none' });
    expect(identify('OPTIONS')).toEqual({ kind: 'none' });
  });

  test('U14 the protocol without sessions ignores an unknown ID and needs no slot', () => {
    const version = ['MCP-Protocol-Version', '2026-07-28'] as const;
    expect(identify('POST', ...version, 'Mcp-Session-Id', 'a')).toEqual({
      ...REFUSED,
      whenUnknown: 'ignore',
    });
    expect(identify('POST', ...version)).toEqual({ kind: 'none' });
    for (const older of ['2025-11-25', '2025-03-26', 'zzzz', ''])
      expect(identify('POST', 'MCP-Protocol-Version', older)).toEqual({ kind: 'instance-issued' });
  });

  test('T01 T06 T11 the ID is learnt from the head of a good reply, and from nothing else', () => {
    const cases: [ReturnType<typeof reply>, ...unknown[]][] = [
      [reply('POST', 200, 'mcp-session-id', 'a'), ['a']],
      [reply('POST', 202, 'Mcp-Session-Id', 'e.y-J_1'), ['e.y-J_1']],
      [reply('POST', 200), [undefined], 'mcp-no-session-id'],
      [reply('POST', 400, 'mcp-session-id', 'a'), [undefined]],
      [reply('POST', 200, 'mcp-session-id', 'with space'), [undefined], 'mcp-no-session-id'],
      [reply('POST', 200, 'mcp-session-id', 'x'.repeat(1024)), ['x'.repeat(1024)]],
      [reply('POST', 200, 'mcp-session-id', 'x'.repeat(1025)), [undefined], 'mcp-no-session-id'],
    ];
    for (const [head, ...expected] of cases) {
      const { assignment, told } = assignmentThatAwaits();
      const before = [...head.headers.flat];
      expect(mcpStreamable.onResponse(assignment, head)).toBeUndefined();
      expect(told).toEqual(expected);
      expect(head.headers.flat).toEqual(before);
    }
  });

  test.each([
    ['DELETE', 200, ['ended']],
    ['DELETE', 204, ['ended']],
    ['DELETE', 404, ['ended']],
    ['DELETE', 405, ['mcp-session-kept']],
    ['DELETE', 500, []],
    ['POST', 404, []],
    ['GET', 405, []],
  ])('T03 U15 a %s answered %i: %j', (method, status, expected) => {
    const { assignment, told } = assignmentThatAwaits(false);
    mcpStreamable.onResponse(assignment, reply(method, status));
    expect(told).toEqual(expected);
  });
});

describe('MCP_SSE', () => {
  const strategy = mcpSse('/base/sse');
  const identify = (method: string, target: string) =>
    strategy.identify({ method, target, headers: new HeaderLines() });

  test('S06 U12 the stream at the endpoint path waits for its name, with or without a query', () => {
    expect(identify('GET', '/base/sse')).toEqual({ kind: 'instance-issued' });
    expect(identify('GET', '/base/sse?x=1')).toEqual({ kind: 'instance-issued' });
    expect(identify('GET', '/sse')).toEqual({ kind: 'none' });
    expect(identify('POST', '/base/sse')).toEqual({ kind: 'none' });
  });

  test('S05 a message names its session as sessionId or session_id, in any letter case', () => {
    for (const name of ['sessionId', 'session_id', 'SESSIONID', 'Session_Id']) {
      expect(identify('POST', `/messages/?x=1&${name}=a`)).toEqual(REFUSED);
    }
  });

  const bodyOf = (headers: string[], ...events: string[]): unknown[] => {
    const { assignment, told } = assignmentThatAwaits();
    const head = { requestMethod: 'GET', status: 200, headers: new HeaderLines(headers) };
    const watch = strategy.onResponse(assignment, head);
    for (const event of events) watch?.(Buffer.from(event));
    return told;
  };
  const STREAM = ['Content-Type', 'text/event-stream; charset=utf-8'];

  test.each([
    ['/m?sessionId=a', 'a'],
    ['m?session_id=a&x=1', 'a'],
    ['http://127.0.0.1:9000/m?x=1&sessionId=a#part', 'a'],
    ['/m?sessionId=a%2Fb', 'a/b'],
    ['/m/a', undefined],
    ['/m?sessionId=', undefined],
    ['/m#?sessionId=a', undefined],
  ])('S02 the endpoint %s names %s', (data, sessionId) => {
    expect(bodyOf(STREAM, `event: endpoint\ndata: ${data}\n\n`)).toEqual([
      [sessionId, { endsWithRequest: true }],
      ...(sessionId === undefined || sessionId === '' ? ['mcp-endpoint-names-no-session'] : []),
    ]);
  });

  test('S04 a second endpoint event binds nothing, and gives a hint', () => {
    const events = ['a', 'b'].map((id) => `event: endpoint\ndata: /m?sessionId=${id}\n\n`);
    expect(bodyOf(STREAM, ...events)).toEqual([['a', { endsWithRequest: true }], 'mcp-second-endpoint']);
  });

  test('a reply that is no stream gives the slot back at its head', () => {
    expect(bodyOf(['Content-Type', 'text/plain'], 'event: endpoint\ndata: /m?sessionId=a\n\n')).toEqual([
      [undefined],
    ]);
  });
});
