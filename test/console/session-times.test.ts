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

describe('the times that a person gives to a session', () => {
  test('are shown as they are now', () => {
    expect(timesOf(SESSION)).toEqual(BEFORE);
  });

  test('are left out where the session has none', () => {
    expect(timesOf({ ...SESSION, expiresAt: null, idle: null })).toEqual({});
  });

  test('are sent only where they change', () => {
    expect(timesFrom({ ttl: '6h', idle: '1h 30m' }, BEFORE)).toEqual({ sessionIdleTimeoutInSeconds: 5400 });
  });

  test('stay as they are where the text is empty', () => {
    expect(timesFrom({ ttl: ' ', idle: '' }, BEFORE)).toEqual({});
  });

  test('are refused by name where a text is no duration', () => {
    expect(timesFrom({ ttl: 'long', idle: '1h' }, BEFORE)).toMatch(/^TTL: .*got "long"$/);
  });
});
