import { expect, test } from 'vitest';
import { EXPIRED_RECORDS_KEPT, EXPIRED_RETENTION_MS } from '../../src/model/limits.js';
import { SessionEntry } from '../../src/scheduler/session-entry.js';
import { Retention } from '../../src/scheduler/structures/retention.js';
import { TERMS } from '../support/session-terms.js';

const endedAt = (instant: number): SessionEntry => {
  const entry = new SessionEntry(`s${instant}`, TERMS, 0, instant);
  entry.endedAt = instant;
  return entry;
};

const takeAll = (retention: Retention, now: number): number[] => {
  const taken: number[] = [];
  for (let entry = retention.take(now); entry !== undefined; entry = retention.take(now))
    taken.push(entry.endedAt);
  return taken;
};

test('each is taken out when its time is over, the first to end first, and none twice', () => {
  const retention = new Retention();
  const taken: number[] = [];
  let added = 0;
  for (let round = 1; round <= 100; round++) {
    for (let some = 0; some < 100; some++) retention.add(endedAt(++added));
    taken.push(...takeAll(retention, EXPIRED_RETENTION_MS + round * 90));
    expect(retention.nextAt).toBe(EXPIRED_RETENTION_MS + round * 90 + 1);
  }
  expect(taken).toEqual(Array.from({ length: 9_000 }, (_, at) => at + 1));
});

test('what was added in any order is taken out in the order of its ending', () => {
  const retention = new Retention();
  for (const instant of [30, 10, 20]) retention.add(endedAt(instant));
  retention.sort();
  expect(retention.nextAt).toBe(EXPIRED_RETENTION_MS + 10);
  expect(takeAll(retention, EXPIRED_RETENTION_MS + 20)).toEqual([10, 20]);
});

test('what has been erased is taken out at once when it is the next one', () => {
  const retention = new Retention();
  const erased = endedAt(1);
  erased.erased = true;
  retention.add(erased);
  retention.add(endedAt(2));
  expect(takeAll(retention, 2)).toEqual([1]);
});

test('100,000 are kept: of more, the first to end go before their time', () => {
  const retention = new Retention();
  for (let instant = 1; instant <= EXPIRED_RECORDS_KEPT + 2; instant++) retention.add(endedAt(instant));
  expect(takeAll(retention, EXPIRED_RECORDS_KEPT + 2)).toEqual([1, 2]);
});
