import { parseCookie } from 'cookie';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cookieValues, generatedCookie } from '../../src/affinity/generated-cookie.js';
import type { Assignment } from '../../src/model/admission.js';
import { HeaderLines } from '../../src/model/headers.js';

const ID = 'cb7c98db-9668-41ed-a773-69e49de246b9';
const NAME = 'x-fc-cookie-session-id';

const identify = (...cookies: string[]) =>
  generatedCookie.identify({
    method: 'GET',
    target: '/',
    headers: new HeaderLines(cookies.flatMap((line) => ['Cookie', line])),
  });

const assignment = (opened: boolean): Assignment =>
  ({
    opened,
    generated: opened,
    session: { sessionId: ID, terms: { sessionTTLInSeconds: 60 } },
  }) as unknown as Assignment;

describe('the cookie that comes in', () => {
  test('C23 is found among others', () => {
    expect(identify(`a=1; ${NAME}=${ID}; b="2"`)).toEqual({
      kind: 'session',
      sessionId: ID,
      whenUnknown: 'generate',
    });
    expect(identify('a=1', `b=2;${NAME}=${ID}`)).toMatchObject({ sessionId: ID });
  });

  test('is not one whose name only resembles it', () => {
    expect(identify(`y${NAME}=${ID}; ${NAME}x=${ID}; X-Fc-Cookie-Session-Id=${ID}`)).toEqual({
      kind: 'gateway-issued',
    });
  });

  test('when there are several, is the first that is well formed', () => {
    expect(identify(`${NAME}=bad value; ${NAME}=${ID}; ${NAME}=other`)).toMatchObject({ sessionId: ID });
    expect(identify(`${NAME}=`, `${NAME}=${ID}`)).toMatchObject({ sessionId: ID });
  });

  test.each(['', '-x', 'a,b', 'a b', 'ä', 'a'.repeat(65), '\u0000', '%41'])(
    'C22 T9 is not taken when it is %j',
    (value) => {
      expect(identify(`${NAME}=${value}`)).toMatchObject({
        kind: 'gateway-issued',
        hint: { code: 'cookie-malformed' },
      });
    },
  );

  test('T16 a line over 8 KiB is ignored', () => {
    expect(identify(`${NAME}=${ID}; pad=${'x'.repeat(8192)}`)).toEqual({ kind: 'gateway-issued' });
  });

  test('G11 is read as the cookie package reads it, over 100,000 generated lines', () => {
    const part = fc.string({
      unit: fc.constantFrom('a', 'b', '=', ';', ' ', '\t', '"', ',', '%', '\u0000', 'é'),
      maxLength: 8,
    });
    const pair = fc.oneof(
      part,
      fc
        .tuple(fc.constantFrom('', ' ', '\t ', '  '), fc.constantFrom('', ' '), part)
        .map(([before, after, value]) => `${before}sid${after}=${value}`),
    );
    fc.assert(
      fc.property(fc.array(pair, { maxLength: 6 }), (parts) => {
        const line = parts.join(';');
        const [first] = cookieValues(line, 'sid');
        expect(first).toBe(parseCookie(line, { decode: (value) => unquote(value) }).sid);
      }),
      { numRuns: 100_000 },
    );
  });

  test('G11 T15 reading takes a time in proportion to the line, whatever it holds', () => {
    const steps = (line: string): number => {
      let reads = 0;
      const counted = new Proxy(new String(line), {
        get(target, key) {
          const value = Reflect.get(target, key);
          if (typeof value !== 'function') return value;
          return (...args: unknown[]) => {
            reads++;
            return value.apply(target, args);
          };
        },
      });
      for (const _ of cookieValues(counted as unknown as string, 'sid'));
      return reads;
    };
    for (const unit of [';', '=', 'sid=', 'sid =;', ' ', 'a=b; ', '"', ' ;= ']) {
      const once = steps(unit.repeat(2_000));
      const twice = steps(unit.repeat(4_000));
      expect(twice).toBeLessThan(2.5 * once + 10);
    }
  });
});

function unquote(value: string): string {
  return value.length >= 2 && value.startsWith('"') && value.endsWith('"') ? value.slice(1, -1) : value;
}

describe('a browser that comes without the cookie', () => {
  const visitTo = (target: string, ...flat: string[]) =>
    generatedCookie.identify({ method: 'GET', target, headers: new HeaderLines(flat) });

  test.each([
    ['/api/login', '/api'],
    ['/a/b/c?next=/x/y', '/a/b'],
    ['/app/', '/app'],
  ])('to %s is told that the cookie will hold below %s/ only', (target, folder) => {
    expect(visitTo(target, 'Sec-Fetch-Mode', 'navigate')).toEqual({
      kind: 'gateway-issued',
      hint: { code: 'cookie-path', folder },
    });
  });

  test('for a page at the top, or not a browser, has no hint', () => {
    expect(visitTo('/', 'Sec-Fetch-Mode', 'navigate')).toEqual({ kind: 'gateway-issued' });
    expect(visitTo('/page?a=/b/c', 'Sec-Fetch-Mode', 'navigate')).toEqual({ kind: 'gateway-issued' });
    expect(visitTo('/api/login')).toEqual({ kind: 'gateway-issued' });
  });
});

describe('the cookie that goes out', () => {
  test('C02 C03 C16 has the ID, a Max-Age of the TTL, and nothing else', () => {
    const headers = new HeaderLines();
    generatedCookie.onResponse(assignment(true), { requestMethod: 'GET', status: 200, headers });
    expect(headers.flat).toEqual(['Set-Cookie', `${NAME}=${ID}; Max-Age=60`]);
  });

  test('C05 is not sent for a session that the client knows', () => {
    const headers = new HeaderLines();
    generatedCookie.onResponse(assignment(false), { requestMethod: 'GET', status: 200, headers });
    expect(headers.flat).toEqual([]);
  });

  test("C28 U9 is added to the handler's own cookies, and replaces one of its name", () => {
    const headers = new HeaderLines([
      'set-cookie',
      'a=1; Path=/',
      'Set-Cookie',
      `${NAME}=mine`,
      'Set-Cookie',
      'b=2',
    ]);
    generatedCookie.onResponse(assignment(true), { requestMethod: 'GET', status: 200, headers });
    expect(headers.all('set-cookie')).toEqual(['a=1; Path=/', 'b=2', `${NAME}=${ID}; Max-Age=60`]);
  });
});
