import { describe, expect, test } from 'vitest';
import { MovableClock } from '../../src/model/clock.js';
import { parseDuration } from '../../src/model/duration.js';
import { ERROR_STATUS, FcError } from '../../src/model/errors.js';
import { completeFunction } from '../../src/model/function-config.js';
import type { FunctionInput } from '../../src/model/function-input.js';
import { HeaderLines } from '../../src/model/headers.js';
import { createHostRule } from '../../src/model/host-rule.js';
import { chance, createIds } from '../../src/model/ids.js';
import { checkSessionId } from '../../src/model/limits.js';

describe('IDs', () => {
  const ids = createIds(new MovableClock({ frozen: true, startAt: 0x6a9fc3aa * 1000 }));

  test('a chance is a number from 0 up to 1, and half of them are below 0.5', () => {
    const chances = Array.from({ length: 10_000 }, chance);
    expect(chances.every((one) => one >= 0 && one < 1)).toBe(true);
    expect(chances.filter((one) => one < 0.5).length / 10_000).toBeCloseTo(0.5, 1);
  });

  test('C04 a session ID is a lower-case UUID v4 with dashes', () => {
    for (let count = 0; count < 1_000; count++) {
      expect(ids.sessionId()).toMatch(
        /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
      );
    }
  });

  test('C11 request and instance IDs begin with the second of their making', () => {
    expect(ids.requestId()).toMatch(/^1-6a9fc3aa-[0-9a-f]{8}-[0-9a-f]{12}$/);
    expect(ids.instanceId()).toMatch(/^c-6a9fc3aa-[0-9a-f]{8}-[0-9a-f]{12}$/);
  });

  test('T7 200,000 of them are all different, and every free bit is set half of the time', () => {
    const count = 200_000;
    const seen = new Set<string>();
    const ones = new Array<number>(128).fill(0);
    for (let made = 0; made < count; made++) {
      const id = ids.sessionId();
      seen.add(id);
      const bits = BigInt(`0x${id.replaceAll('-', '')}`)
        .toString(2)
        .padStart(128, '0');
      for (let bit = 0; bit < 128; bit++) if (bits[bit] === '1') ones[bit] = (ones[bit] ?? 0) + 1;
    }
    expect(seen.size).toBe(count);
    const fixed = new Set([48, 49, 50, 51, 64, 65]);
    const off = ones.filter((one, bit) => !fixed.has(bit) && Math.abs(one / count - 0.5) > 0.01);
    expect(off).toEqual([]);
  });
});

describe('durations', () => {
  test.each([
    ['21600', 21600],
    ['6h', 21600],
    ['30m', 1800],
    ['90s', 90],
    ['3d', 259200],
    ['0', 0],
    ['5h59m', 21540],
    ['1d2h3m4s', 93784],
  ])('%s is %i seconds', (text, seconds) => expect(parseDuration(text)).toBe(seconds));

  test.each(['', '6 h', '-1', '1.5h', '6hours', '30m5h', '1h30', 'h', '1s2s', '1e3', '0x10', '１'])(
    '%j is refused',
    (text) => {
      expect(() => parseDuration(text)).toThrow(FcError);
    },
  );
});

describe('session IDs a client may choose', () => {
  test.each(['a', '_x', '9', 'a'.repeat(64), 'session-2'])('H06 H07 %s is taken', (id) => {
    expect(() => checkSessionId(id)).not.toThrow();
  });
  test.each([
    '',
    '-a',
    'a'.repeat(65),
    'a b',
    'a;b',
    'a,b',
    'a\r\nX: y',
    'a\u0000',
    'a\u007f',
    'é',
    'a\u2028',
    '%0d%0a',
  ])('H06 H07 T9 %j is refused', (id) => expect(() => checkSessionId(id)).toThrow('sessionId must be'));
});

describe('HeaderLines', () => {
  test('keeps order, letter case and repetition, and finds names in any case', () => {
    const lines = new HeaderLines(['X-One', '1', 'x-two', '2', 'X-ONE', '3']);
    expect(lines.get('x-one')).toBe('1');
    expect(lines.all('X-One')).toEqual(['1', '3']);
    expect(lines.has('x-three')).toBe(false);
    lines.add('X-Three', '4');
    lines.remove('X-oNe');
    expect(lines.flat).toEqual(['x-two', '2', 'X-Three', '4']);
    expect(lines.size).toBe(2);
  });
});

describe('T2 hosts', () => {
  const verdict = createHostRule(['hello.localhost', 'dev.example']);
  test.each([
    'localhost',
    'LOCALHOST:9000',
    '127.0.0.1',
    '127.0.0.1:1',
    '[::1]:65535',
    'hello.localhost:9000',
    'dev.example',
  ])('%s is allowed', (host) => expect(verdict(host)).toBe('allowed'));
  test.each([
    'evil.example',
    'localhost.evil.example',
    'evil-localhost',
    'sub.localhost',
    'localhost.',
    '127.0.0.1.nip.io',
    '127.0.0.2',
    '0.0.0.0',
    '[::ffff:127.0.0.1]',
    'sub.dev.example',
  ])('%s is foreign', (host) => expect(verdict(host)).toBe('foreign'));
  test.each([
    '',
    ' ',
    'a@localhost',
    '[::1',
    'localhost:',
    'localhost:99999',
    'localhost:80:80',
    'local host',
    'localhost/x',
    'löcalhost',
  ])('%j is malformed', (host) => expect(verdict(host)).toBe('malformed'));
});

describe('a function completed', () => {
  const complete = (input: Partial<FunctionInput> = {}) =>
    completeFunction({
      functionName: 'hello',
      command: ['node', 'app.js'],
      sessionAffinity: 'GENERATED_COOKIE',
      ...input,
    });
  const affinity = (
    sessionAffinityConfig: FunctionInput['sessionAffinityConfig'],
    input: Partial<FunctionInput> = {},
  ) => complete({ ...input, sessionAffinityConfig }).sessionAffinityConfig;

  test('has the documented defaults', () => {
    expect(complete()).toMatchObject({
      instanceConcurrency: 200,
      instanceIsolationMode: 'SHARE',
      timeout: 3,
      maxInstances: 20,
      minInstances: 0,
      sessionAffinityConfig: {
        sessionConcurrencyPerInstance: 20,
        sessionTTLInSeconds: 21600,
        sessionIdleTimeoutInSeconds: 1800,
        disableSessionIdReuse: false,
      },
    });
    expect(complete({ sessionAffinity: 'NONE' })).toMatchObject({ instanceConcurrency: 1 });
  });

  test('G01 with affinity takes 200 requests an instance and no other number', () => {
    expect(() => complete({ instanceConcurrency: 30 })).toThrow(
      'ConcurrencyLimit is invalid for session function, allowed: 200',
    );
    expect(complete({ instanceConcurrency: 200 }).instanceConcurrency).toBe(200);
  });

  test('G07 takes 1 to 200 sessions an instance', () => {
    for (const bad of [0, 201, 1.5]) {
      expect(() => affinity({ sessionConcurrencyPerInstance: bad })).toThrow('an integer from 1 to 200');
    }
    expect(affinity({ sessionConcurrencyPerInstance: 200 }).sessionConcurrencyPerInstance).toBe(200);
  });

  test('U2 cuts a default idle time to the TTL and refuses a given one that exceeds it', () => {
    expect(affinity({ sessionTTLInSeconds: 60 }).sessionIdleTimeoutInSeconds).toBe(60);
    expect(() => affinity({ sessionTTLInSeconds: 60, sessionIdleTimeoutInSeconds: 61 })).toThrow(
      'must not be greater',
    );
  });

  test('U3 has a TTL of at most 21600 s unless that is lifted', () => {
    expect(() => affinity({ sessionTTLInSeconds: 21601 })).toThrow('an integer from 1 to 21600');
    expect(
      affinity({ sessionTTLInSeconds: 86400 }, { maxSessionTTLInSeconds: 86400 }).sessionTTLInSeconds,
    ).toBe(86400);
  });

  test('H08 H09 H10 H11 names a header of 5 to 40 characters that is not reserved', () => {
    const header = (name?: string) =>
      affinity(name === undefined ? {} : { affinityHeaderFieldName: name }, {
        sessionAffinity: 'HEADER_FIELD',
      });
    for (const bad of [
      'x-fc-abc12',
      'X-Fc-abc12',
      'abcd',
      'a'.repeat(41),
      '1abcde',
      '_abcde',
      'a.bcd',
      undefined,
    ]) {
      expect(() => header(bad)).toThrow('affinityHeaderFieldName');
    }
    for (const good of ['abcde', 'a'.repeat(40), 'mySessionId'])
      expect(header(good).affinityHeaderFieldName).toBe(good.toLowerCase());
  });

  test('G08 with session isolation has one session an instance, and needs an affinity', () => {
    const isolated = { instanceIsolationMode: 'SESSION_EXCLUSIVE' } as const;
    expect(affinity({}, isolated).sessionConcurrencyPerInstance).toBe(1);
    expect(() => affinity({ sessionConcurrencyPerInstance: 2 }, isolated)).toThrow('must be 1');
    expect(() => complete({ ...isolated, sessionAffinity: 'NONE' })).toThrow('needs a sessionAffinity');
  });

  test('G19 has no environment variable of a reserved name', () => {
    expect(() => complete({ environmentVariables: { FC_X: '1' } })).toThrow(
      "The environment variable name 'FC_X' is reserved",
    );
    expect(() => complete({ environmentVariables: { A: 'x'.repeat(5000) } })).toThrow('at most 4096 bytes');
    expect(() => complete({ environmentVariables: { '1A': 'x' } })).toThrow('begin with a letter');
  });

  test.each(['', '1abc', '-abc', 'a'.repeat(65), 'a b', 'ä'])('is not named %j', (functionName) => {
    expect(() => complete({ functionName })).toThrow('functionName must be');
  });
});

test('every error code has a status of its kind', () => {
  for (const status of Object.values(ERROR_STATUS)) expect(status).toBeGreaterThanOrEqual(400);
  expect(new FcError('FunctionTimeout', 'x').status).toBe(504);
  expect(new FcError('FunctionNotFound', "function 'a' does not exist").toBody('1-a')).toEqual({
    RequestId: '1-a',
    Code: 'FunctionNotFound',
    Message: "function 'a' does not exist",
  });
});
