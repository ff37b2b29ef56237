import { expect, test } from 'vitest';
import { SessionEntry } from '../../src/scheduler/session-entry.js';
import { TERMS } from '../support/session-terms.js';

test('the facts, the status and the count of requests of a session do not disturb each other', () => {
  const entry = new SessionEntry('s', TERMS, 0, 1);
  entry.requests = 5;
  entry.sessionStatus = 'Resuming';
  entry.reopened = true;
  entry.known = true;
  entry.requests++;
  expect([
    entry.requests,
    entry.sessionStatus,
    entry.reopened,
    entry.known,
    entry.used,
    entry.erased,
  ]).toEqual([6, 'Resuming', true, true, false, false]);
  entry.sessionStatus = 'Active';
  entry.known = false;
  expect([entry.requests, entry.sessionStatus, entry.reopened, entry.known]).toEqual([
    6,
    'Active',
    true,
    false,
  ]);
  entry.requests = 10_000_000;
  entry.requests++;
  expect([entry.requests, entry.sessionStatus]).toEqual([8_388_607, 'Active']);
});
