import { describe, expect, test } from 'vitest';
import { checkRequest, type RequestRules } from '../../src/gateway/check-request.js';
import type { RequestLine } from '../../src/model/head-rules.js';

// What Node's own parser refuses before the gateway sees it is asked here directly: the gateway does not rely on the parser (T13).

const RULES: RequestRules = { hostVerdict: () => 'allowed', maxBodyBytes: 1000, sessionHeaders: [] };

function check(lines: readonly (readonly [name: string, value: string])[], more: Partial<RequestLine> = {}) {
  const request = { method: 'POST', url: '/', httpVersionMajor: 1, httpVersionMinor: 1, ...more };
  return checkRequest({ ...request, rawHeaders: [['Host', 'localhost'], ...lines].flat() }, RULES);
}

describe('framing of which two readers could think differently (T13)', () => {
  test.each([
    [
      'before them',
      [
        ['Content-Length', '3'],
        ['Transfer-Encoding', 'chunked'],
      ],
    ],
    [
      'behind them',
      [
        ['transfer-encoding', 'chunked'],
        ['content-length', '3'],
      ],
    ],
  ] as const)('a length beside chunks, %s, is refused', (_, lines) => {
    expect(() => check(lines)).toThrow('must not have both Content-Length and Transfer-Encoding');
  });

  test('two lengths are refused, equal ones too', () => {
    for (const second of ['3', '4']) {
      expect(() =>
        check([
          ['Content-Length', '3'],
          ['Content-Length', second],
        ]),
      ).toThrow('Content-Length must be a decimal number and be sent once');
    }
  });

  test('two encodings are refused', () => {
    expect(() =>
      check([
        ['Transfer-Encoding', 'chunked'],
        ['Transfer-Encoding', 'chunked'],
      ]),
    ).toThrow('Transfer-Encoding must be "chunked" and be sent once');
  });

  test.each([
    [0, 9],
    [1, 2],
    [2, 0],
    [3, 0],
  ])('any version but 1.1 and 1.0 is refused: %i.%i', (httpVersionMajor, httpVersionMinor) => {
    expect(() => check([], { httpVersionMajor, httpVersionMinor })).toThrow(
      'the protocol must be HTTP/1.1 or HTTP/1.0',
    );
  });
});

test('a length or chunks alone is a body', () => {
  expect(check([['Content-Length', '3']]).hasBody).toBe(true);
  expect(check([['Transfer-Encoding', 'chunked']]).hasBody).toBe(true);
});

describe('bytes that end a line or mean nothing in one (T9)', () => {
  const allowed = (code: number): boolean => code === 9 || (code >= 32 && code !== 127);

  test('a header value with the byte of any control but the tab is refused, and no other', () => {
    const refused: number[] = [];
    for (let code = 0; code < 256; code++) {
      try {
        check([['X', `a${String.fromCharCode(code)}b`]]);
      } catch (error) {
        expect(String(error)).toContain('a header value holds a forbidden byte');
        refused.push(code);
      }
    }

    expect(refused).toEqual(Array.from({ length: 256 }, (_, code) => code).filter((code) => !allowed(code)));
  });

  test('a header value with the byte of what is not Latin-1 is refused', () => {
    expect(() => check([['X', 'a\u010ab']])).toThrow('a header value holds a forbidden byte');
  });
});
