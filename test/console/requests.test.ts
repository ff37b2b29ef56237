import { describe, expect, test } from 'vitest';
import { decisionText } from '../../src/console/page/requests/decision-text.js';
import { matchesFilter } from '../../src/console/page/requests/matches-filter.js';
import { visibleRows } from '../../src/console/page/requests/visible-rows.js';
import type { RequestRecord } from '../../src/model/request-record.js';

const RECORD = {
  requestId: '1-6b0783cd-e975d173-6747b81da226',
  method: 'POST',
  target: '/Cart?x=1',
  status: 200,
  outcome: 'completed',
  decision: { placement: 'bound', session: 'known', instanceId: 'c-1', sessionId: 's-one' },
  evidence: { userAgent: 'curl/8' },
} as unknown as RequestRecord;
/** A record from another version of the emulator, without most fields. */
const EMPTY = { requestId: 'r' } as unknown as RequestRecord;

describe('the filter of requests', () => {
  test.each(['', 'cart', 'POST bound', '200', '2xx', 'S-ONE c-1', 'curl', '81da226'])(
    '%j finds it',
    (filter) => {
      expect(matchesFilter(RECORD, filter)).toBe(true);
    },
  );

  test.each(['429', '4xx', 'cart get', 'nothing'])('%j does not', (filter) => {
    expect(matchesFilter(RECORD, filter)).toBe(false);
    expect(matchesFilter(EMPTY, filter)).toBe(false);
  });
});

describe('the decision in a few words', () => {
  const pool = {
    size: 2,
    sessionsPerInstance: 1,
    oldest: [
      { instanceId: 'a', sessions: 1, inFlight: 0 },
      { instanceId: 'b', sessions: 1, inFlight: 0 },
    ],
  };
  test('of a new session names the full instances', () => {
    const decision = {
      placement: 'scaled-out',
      session: 'opened',
      instanceId: 'c',
      sessionId: 's',
      pool,
    } as const;
    expect(decisionText({ ...RECORD, decision })).toBe('opened, scaled-out, a, b full');
    expect(decisionText(RECORD)).toBe('bound');
    expect(decisionText(EMPTY)).toBe('');
  });

  test('of a refusal names its code and the full instances', () => {
    const refusal = { code: 'ResourceExhausted', message: 'full', pool } as const;
    expect(decisionText({ ...RECORD, decision: undefined, refusal })).toBe(
      'ResourceExhausted: 2 of 2 instances full',
    );
    const busy = { ...refusal, pool: { ...pool, boundTo: 'a' } };
    expect(decisionText({ ...RECORD, decision: undefined, refusal: busy })).toBe(
      'ResourceExhausted: a is busy',
    );
  });
});

describe('the rows that are drawn', () => {
  test('are the visible rows and a few more, and the heights have the right sum', () => {
    const { from, to, above, below } = visibleRows({
      count: 5000,
      rowHeight: 28,
      scrollTop: 28_000,
      height: 560,
    });
    expect(from).toBeLessThanOrEqual(1000);
    expect(to).toBeGreaterThanOrEqual(1020);
    expect(to - from).toBeLessThan(45);
    expect(above + (to - from) * 28 + below).toBe(5000 * 28);
  });

  test('are all rows of a short list, and none of an empty list', () => {
    expect(visibleRows({ count: 3, rowHeight: 28, scrollTop: 0, height: 560 })).toEqual({
      from: 0,
      to: 3,
      above: 0,
      below: 0,
    });
    expect(visibleRows({ count: 0, rowHeight: 28, scrollTop: 500, height: 560 })).toMatchObject({
      from: 0,
      to: 0,
    });
  });
});
