import { expect, test } from 'vitest';
import { checkReply } from '../../src/gateway/reply-head.js';

// What Node's own parser refuses before the gateway sees it is asked here directly: the gateway does not rely on the parser (T13).

const NOTHING = new Set<string>();

function check(
  lines: readonly (readonly [name: string, value: string])[],
  { statusCode = 200, statusMessage = 'OK' } = {},
) {
  return checkReply({ statusCode, statusMessage, rawHeaders: lines.flat() }, NOTHING);
}

test.each<[name: string, statusCode: number, ...lines: [string, string][]]>([
  ['status 99', 99],
  ['status 101', 101],
  ['status 199', 199],
  ['status 1000', 1000],
  ['a control byte in a header', 200, ['X', 'a\x01b']],
  ['a line end in a header', 200, ['Set-Cookie', 'a=b\r\nX: y']],
  ['DEL in a header', 200, ['X', '\x7f']],
  ['two lengths', 200, ['Content-Length', '3'], ['content-length', '3']],
  ['a length with plus', 200, ['Content-Length', '+3']],
  ['a length that is negative', 200, ['Content-Length', '-3']],
  ['an empty length', 200, ['Content-Length', '']],
  [
    'a Connection line that names Content-Length',
    200,
    ['Connection', 'content-length'],
    ['Content-Length', '3'],
  ],
])('%s in a reply is a bad response (F-11)', (_, statusCode, ...lines) => {
  expect(() => check(lines, { statusCode })).toThrow("the function's response is not valid");
});

test('a 204 has no length, which would be that of a body', () => {
  const lines = [['Content-Length', '5']] as const;

  expect(check(lines, { statusCode: 204 }).headers.flat).toEqual([]);
  expect(check(lines).headers.flat).toEqual(['Content-Length', '5']);
});

test('control bytes are taken out of the reason, which would end its line (T9)', () => {
  expect(check([], { statusMessage: 'O\x01K\r\nX: \x7fy\xff' }).reason).toBe('OKX: y\xff');
});
