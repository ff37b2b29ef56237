import { describe, expect, test } from 'vitest';
import { headerField } from '../../src/affinity/header-field.js';
import { strategyOf } from '../../src/affinity/strategy-of.js';
import type { Assignment } from '../../src/model/admission.js';
import { SESSION_AFFINITIES } from '../../src/model/function.js';
import { completeFunction } from '../../src/model/function-config.js';
import { HeaderLines } from '../../src/model/headers.js';

const strategy = headerField('mySessionId');
const identify = (...flat: string[]) =>
  strategy.identify({ method: 'GET', target: '/', headers: new HeaderLines(flat) });
const assignment = (generated: boolean): Assignment =>
  ({ opened: true, generated, session: { sessionId: 'an-id' } }) as unknown as Assignment;

describe('HEADER_FIELD', () => {
  test('H03 H05 takes the ID from the header of that name, in any letter case', () => {
    for (const name of ['mySessionId', 'MYSESSIONID', 'mysessionid']) {
      expect(identify(name, 'session-2')).toEqual({
        kind: 'session',
        sessionId: 'session-2',
        whenUnknown: 'create',
      });
    }
  });

  test('U11 an absent or empty header names nobody; an ill-formed or repeated one is refused', () => {
    expect(identify()).toEqual({ kind: 'gateway-issued' });
    expect(identify('mySessionId', '')).toEqual({ kind: 'gateway-issued' });
    expect(() => identify('mySessionId', '-x')).toThrow('sessionId must be');
    expect(() => identify('mySessionId', 'a', 'MySessionId', 'a')).toThrow('must be sent once');
  });

  test('H01 H15 H17 U36 tells an ID that the gateway made, to client and instance, and no other', () => {
    const reply = { requestMethod: 'GET', status: 200, headers: new HeaderLines() };
    strategy.onResponse(assignment(true), reply);
    expect(reply.headers.flat).toEqual(['mysessionid', 'an-id']);
    expect(strategy.addedRequestLines?.(assignment(true))).toEqual([['mysessionid', 'an-id']]);
    const silent = { requestMethod: 'GET', status: 200, headers: new HeaderLines() };
    strategy.onResponse(assignment(false), silent);
    expect(silent.headers.flat).toEqual([]);
    expect(strategy.addedRequestLines?.(assignment(false))).toEqual([]);
  });
});

test('there is a strategy for each affinity', () => {
  for (const sessionAffinity of SESSION_AFFINITIES) {
    const config = completeFunction({
      functionName: 'f',
      command: ['x'],
      sessionAffinity,
      sessionAffinityConfig: { affinityHeaderFieldName: 'session-id' },
    });
    expect(strategyOf(config).type).toBe(sessionAffinity);
  }
});
