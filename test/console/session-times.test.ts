import { describe, expect, test } from 'vitest';
import { timesFrom, timesOf } from '../../src/console/page/session/session-times.js';
import type { SessionState } from '../../src/model/console-events.js';

const BEFORE = { sessionTTLInSeconds: 21_600, sessionIdleTimeoutInSeconds: 1800 };

const SESSION: SessionState = {
  sessionId: 's',
  functionName: 'shop',
  qualifier: 'LATEST',
  instanceId: 'c-1',
  status: 'Active',
  createdAt: 1_000_000,
  expiresAt: 1_000_000 + 21_600_000,
  idleExpiresAt: 2_000_000,
  idle: 1800,
  inFlight: 0,
  requests: 1,
  reopened: false,
};

describe('the times in the dialog of a session', () => {
  test('show the current times', () => {
    expect(timesOf(SESSION)).toEqual(BEFORE);
  });

  test('are left out when the session has none', () => {
    expect(timesOf({ ...SESSION, expiresAt: null, idle: null })).toEqual({});
  });

  test('are sent only when they change', () => {
    expect(timesFrom({ ttl: '6h', idle: '1h 30m' }, BEFORE)).toEqual({ sessionIdleTimeoutInSeconds: 5400 });
  });

  test('do not change when the text is empty', () => {
    expect(timesFrom({ ttl: ' ', idle: '' }, BEFORE)).toEqual({});
  });

  test('are refused with their name when a text is not a duration', () => {
    expect(timesFrom({ ttl: 'long', idle: '1h' }, BEFORE)).toMatch(/^TTL: .*got "long"$/);
  });
});
