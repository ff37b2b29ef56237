import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { historyText } from '../../src/console/page/session/history-text.js';
import { curlLine, sessionLine } from '../../src/console/page/session/session-commands.js';
import { timeOfDay } from '../../src/model/human-time.js';

const SERVED = { affinity: 'GENERATED_COOKIE', url: 'http://127.0.0.1:9000' } as const;

describe('the line that carries a session', () => {
  test.each([
    [SERVED, 'Cookie: x-fc-cookie-session-id=s1'],
    [{ ...SERVED, affinity: 'HEADER_FIELD', headerName: 'x-user' }, 'x-user: s1'],
    [{ ...SERVED, affinity: 'MCP_STREAMABLE' }, 'Mcp-Session-Id: s1'],
  ] as const)('of %j is %s', (served, line) => {
    expect(sessionLine({ sessionId: 's1' }, served)).toBe(line);
  });
});

describe('T24: the line for curl', () => {
  test.each(["it's", '$(touch owned)', '`id`', '"; ls', 'a\nb', '\\', 'plain', '--help', ''])(
    'hands %j to curl as it is',
    (sessionId) => {
      const line = curlLine({ sessionId }, SERVED);
      const words = execFileSync('sh', ['-c', `curl() { printf '%s\\0' "$@"; }\n${line}`], {
        encoding: 'utf8',
      });
      expect(words.split('\0')).toEqual([
        '-H',
        `Cookie: x-fc-cookie-session-id=${sessionId}`,
        'http://127.0.0.1:9000',
        '',
      ]);
    },
  );
});

test('the history of a session is told step by step', () => {
  const at = 1_795_654_605_000;
  const time = timeOfDay(at);
  const request = {
    kind: 'request',
    at,
    n: 1,
    requestId: 'r1',
    method: 'GET',
    target: '/a',
    status: 200,
    instanceId: 'c1',
    placement: 'scaled-out',
    session: 'opened',
  } as const;
  expect(historyText(request)).toBe(`${time} #1 GET /a 200 on c1, scaled-out, opened the session`);
  expect(historyText({ ...request, n: 2, placement: 'bound', session: 'known' })).toBe(
    `${time} #2 GET /a 200 on c1, bound`,
  );
  expect(historyText({ kind: 'expired', at })).toBe(`${time} expired`);
  expect(historyText({ kind: 'created', at })).toContain('created by the API');
});
