import { describe, expect, test } from 'vitest';
import { type ExplainInput, explain, type Wording } from '../../src/model/explain-request.js';
import type { PoolView } from '../../src/model/pool-view.js';
import type { RequestRecord } from '../../src/model/request-record.js';
import type { Session } from '../../src/model/session.js';

const words: Wording = {
  session: (sessionId) => sessionId,
  instance: (instanceId) => instanceId,
  time: (instant) => `t${instant}`,
  hint: ({ code }) => `hint ${code}`,
};

const decision = {
  placement: 'first-fit',
  instanceId: 'c2',
  sessionId: 's1',
  session: 'opened',
  pool: {
    size: 2,
    sessionsPerInstance: 2,
    oldest: [
      { instanceId: 'c1', sessions: 2, inFlight: 1 },
      { instanceId: 'c2', sessions: 1, inFlight: 0 },
    ],
  },
} as const;
const RECORD: RequestRecord = {
  requestId: 'r1',
  entrance: 'trigger',
  functionName: 'shop',
  qualifier: 'LATEST',
  method: 'GET',
  target: '/cart',
  upgrade: false,
  at: 1,
  outcome: 'completed',
  status: 200,
  decision,
  attempts: [{ decision, outcome: 'answered', admittedMs: 1, firstByteMs: 9, endedMs: 12 }],
  evidence: { cookie: 'none', userAgent: 'node' },
  durationMs: 12,
};
const SESSION = { sessionStatus: 'Active', containerId: 'c2' } as Session;

function partsOf(
  record: Partial<RequestRecord>,
  more: Partial<ExplainInput> = {},
): Record<string, readonly string[]> {
  const whole = { ...RECORD, ...record };
  const input = { record: whole, sameSession: [whole], session: SESSION, ...more };
  return Object.fromEntries(explain(input, words).map(({ label, lines }) => [label, lines]));
}

describe('the explanation of a request', () => {
  test('tells who was meant, the session, the instances with their slots, the attempt and the reply', () => {
    expect(partsOf({})).toEqual({
      request: ['GET /cart', 'at t1 for 12 ms, function shop (LATEST), from node'],
      identity: ['no session cookie'],
      session: [
        's1, opened by this request',
        'of its requests this is number 1 of 1',
        'now Active on instance c2',
      ],
      decision: ['instance c2, first-fit: the oldest instance with a free slot'],
      instances: ['c1  2 of 2 slots taken, 1 in flight', 'c2  1 of 2 slots taken, 0 in flight  ← chosen'],
      attempts: ['1. on c2: answered (ready 1 ms, head of the reply 9 ms, end 12 ms)'],
      response: ['200, delivered whole'],
      note: ['the reply carries the session ID in Set-Cookie'],
    });
  });

  test('of a bound request names the request that opened the session, and its place among the others', () => {
    const bound = {
      ...RECORD,
      requestId: 'r2',
      decision: { ...decision, placement: 'bound', session: 'known', pool: undefined },
    } as const;
    const parts = partsOf(bound, { sameSession: [RECORD, bound, { ...bound, requestId: 'r3' }] });
    expect(parts.session).toEqual([
      's1, opened at t1 by request r1',
      'of its requests this is number 2 of 3',
      'now Active on instance c2',
    ]);
    expect(parts.decision).toEqual([
      'instance c2, bound: its session is bound to this instance, and no other was looked at',
    ]);
    expect(parts.instances).toBeUndefined();
  });

  test('tells when the session moved because its instance died, and the attempt before', () => {
    const rebound = {
      ...decision,
      placement: 'rebound-after-crash',
      session: 'known',
      instanceId: 'c3',
    } as const;
    const parts = partsOf({
      decision: rebound,
      attempts: [
        {
          decision: { ...decision, placement: 'bound' },
          outcome: 'failed',
          failure: { code: 'ProcessExited', message: 'gone' },
          retry: 'reset',
          admittedMs: 0,
          endedMs: 5,
        },
        { decision: rebound, outcome: 'answered', admittedMs: 90, firstByteMs: 95, endedMs: 99 },
      ],
    });
    expect(parts.session).toContain('at t1 it moved to instance c3: its own had died');
    expect(parts.attempts).toEqual([
      '1. on c2: failed (ready 0 ms, end 5 ms); ProcessExited; sent again: the connection was reset',
      '2. on c3: answered (ready 90 ms, head of the reply 95 ms, end 99 ms)',
    ]);
  });

  test('of a refused request gives the refusal and its fix', () => {
    const parts = partsOf(
      {
        decision: undefined,
        attempts: [],
        outcome: 'refused',
        status: 429,
        refusal: {
          code: 'ResourceExhausted',
          message: 'all 20 instances are full\nLogs',
          fix: 'end a session',
        },
      },
      { sameSession: [], session: undefined },
    );
    expect(parts).toMatchObject({
      session: ['none'],
      decision: ['no instance: the request was refused'],
      response: [
        '429, sent by the emulator in place of the function',
        'ResourceExhausted: all 20 instances are full',
        'fix: end a session',
      ],
    });
    expect(parts.attempts).toBeUndefined();
  });

  const FULL = {
    size: 2,
    sessionsPerInstance: 2,
    requestsPerInstance: 200,
    oldest: [
      {
        instanceId: 'c1',
        sessions: 2,
        inFlight: 1,
        heldBy: [{ sessionId: 's1' }, { sessionId: 's2', unusedMs: 754_000 }],
      },
      { instanceId: 'c2', sessions: 2, inFlight: 0, heldBy: [{ sessionId: 's3', unusedMs: 4000 }] },
    ],
  } as const;

  function partsOfRefusal(pool: PoolView): Record<string, readonly string[]> {
    return partsOf({
      decision: undefined,
      attempts: [],
      outcome: 'refused',
      status: 429,
      refusal: { code: 'ResourceExhausted', message: 'full', pool },
      evidence: { presented: 's1' },
    });
  }

  test('of a 429 shows the slots of every instance, and the sessions that hold them', () => {
    const parts = partsOfRefusal(FULL);
    expect(parts.decision).toEqual(['no instance: all slots are taken, and no other may be started']);
    expect(parts.instances).toEqual([
      'c1  2 of 2 slots taken, 1 of 200 requests in flight; held by s1 (in use), s2 (unused for 12m 34s)',
      'c2  2 of 2 slots taken, 0 of 200 requests in flight; held by s3 (unused for 4s), 1 more',
    ]);
    expect(partsOfRefusal({ ...FULL, size: 40 }).instances?.at(-1)).toBe('and 38 more');
  });

  test('of a 429 says when it was requests, and not slots, of which there were too many', () => {
    const busy = [{ instanceId: 'c1', sessions: 1, inFlight: 200, heldBy: [{ sessionId: 's1' }] }];
    expect(partsOfRefusal({ ...FULL, size: 1, oldest: busy }).decision).toEqual([
      'no instance: those with a free slot have all their requests in flight, and no other may be started',
    ]);
    const bound = partsOfRefusal({ ...FULL, oldest: busy, boundTo: 'c1' });
    expect(bound.session).toEqual(['s1, on instance c1']);
    expect(bound.decision).toEqual([
      'no instance: its session is bound to one that has all its requests in flight',
    ]);
    expect(bound.instances).toEqual([
      'c1  1 of 2 slots taken, 200 of 200 requests in flight; held by s1 (in use)',
      'and 1 more',
    ]);
    expect(partsOfRefusal({ ...FULL, size: 0, oldest: [] }).decision).toEqual([
      'no instance: this version or alias has none, and no other may be started',
    ]);
    const withoutSessions = partsOfRefusal({
      size: 1,
      sessionsPerInstance: 0,
      requestsPerInstance: 1,
      oldest: [{ instanceId: 'c1', sessions: 0, inFlight: 1, heldBy: [] }],
    });
    expect(withoutSessions.decision).toEqual([
      'no instance: all have all their requests in flight, and no other may be started',
    ]);
    expect(withoutSessions.instances).toEqual(['c1  1 of 1 requests in flight']);
  });

  test.each([
    [
      { cookie: 'unknown', presented: 'old' },
      'the session cookie old, which names no session: it was not used',
    ],
    [{ cookie: 'malformed' }, 'a session cookie that is not a session ID: it was not used'],
    [{ cookie: 'known', cookies: 2 }, 'the session cookie s1; it sent 2 session cookies, the first counts'],
    [{ cookie: 'expired' }, 'the session cookie s1, whose session has ended'],
    [{ presented: 'mine' }, 'the session ID mine'],
  ] as const)('says of the identity %j: %s', (evidence, line) => {
    expect(partsOf({ evidence }).identity).toEqual([line]);
  });

  test('says of a 101 that opened a session that the client cannot know its ID', () => {
    expect(partsOf({ upgrade: true, status: 101 }).note).toEqual([
      'the 101 carries no session ID: the client cannot return to this session',
    ]);
  });

  test('says that a request came by InvokeFunction', () => {
    expect(partsOf({ entrance: 'api' }).request?.[1]).toMatch(/^by InvokeFunction at t1 /);
  });

  test('has an instance that was started for the request, and how many more there were', () => {
    const started = { ...decision, placement: 'scaled-out', instanceId: 'c9' } as const;
    expect(partsOf({ decision: started }).instances?.at(-1)).toBe('c9  started for this request  ← chosen');
    const many = { ...decision, pool: { ...decision.pool, size: 12 } };
    expect(partsOf({ decision: many }).instances?.at(-1)).toBe('and 10 more');
  });
});
