import { describe, expect, test } from 'vitest';
import type { FcError } from '../../src/model/errors.js';
import type { PoolView } from '../../src/model/pool-view.js';
import { idOf, noSession, type Stage, session, stage } from '../support/scheduler.js';

async function refused(attempt: Promise<unknown>): Promise<PoolView | undefined> {
  const error = await attempt.then(
    () => undefined,
    (reason: FcError) => reason,
  );
  expect(error).toMatchObject({ code: 'ResourceExhausted' });
  return error?.pool;
}

function twoInstancesOfTwo(): Stage {
  return stage({ maxInstances: 2, sessionAffinityConfig: { sessionConcurrencyPerInstance: 2 } });
}

describe('a refusal for want of an instance', () => {
  test('holds every instance, with the sessions that hold its slots and how long each is unused', async () => {
    const { admit, request, clock } = twoInstancesOfTwo();
    const first = await request();
    clock.advance(60_000);
    const second = await request();
    const third = await admit();
    const fourth = await request();
    clock.advance(5000);
    expect(await refused(admit())).toEqual({
      size: 2,
      sessionsPerInstance: 2,
      requestsPerInstance: 200,
      oldest: [
        {
          instanceId: first.instanceId,
          sessions: 2,
          inFlight: 0,
          heldBy: [
            { sessionId: idOf(first), unusedMs: 65_000 },
            { sessionId: idOf(second), unusedMs: 5000 },
          ],
        },
        {
          instanceId: third.instanceId,
          sessions: 2,
          inFlight: 1,
          heldBy: [{ sessionId: idOf(third) }, { sessionId: idOf(fourth), unusedMs: 5000 }],
        },
      ],
    });
  });

  test('does not name a session that has ended', async () => {
    const { admit, request, scheduler, ref } = stage({
      maxInstances: 1,
      sessionAffinityConfig: { sessionConcurrencyPerInstance: 1 },
    });
    const ended = await request();
    await scheduler.sessions.delete({ ...ref, sessionId: idOf(ended) });
    const next = await request();
    const view = await refused(admit());
    expect(view?.oldest[0]?.heldBy).toEqual([{ sessionId: idOf(next), unusedMs: 0 }]);
  });

  test('of a session whose instance is busy holds this instance alone', async () => {
    const { admit } = stage();
    const first = await admit();
    for (let count = 1; count < 200; count++) await admit(session(idOf(first)));
    await admit();
    expect(await refused(admit(session(idOf(first))))).toMatchObject({
      size: 2,
      boundTo: first.instanceId,
      oldest: [{ instanceId: first.instanceId, inFlight: 200, heldBy: [{ sessionId: idOf(first) }] }],
    });
  });

  test('of a function without sessions has no slots', async () => {
    const { admit } = stage({ sessionAffinity: 'NONE', maxInstances: 1, instanceConcurrency: 1 });
    await admit(noSession);
    expect(await refused(admit(noSession))).toMatchObject({
      sessionsPerInstance: 0,
      requestsPerInstance: 1,
      oldest: [{ inFlight: 1, heldBy: [] }],
    });
  });

  test('stays small: 32 instances, eight sessions of each, no names among more than 1,000 sessions', async () => {
    const { admit, request } = stage({
      maxInstances: 40,
      sessionAffinityConfig: { sessionConcurrencyPerInstance: 20 },
    });
    for (let count = 0; count < 800; count++) await request();
    const view = await refused(admit());
    expect(view?.size).toBe(40);
    expect(view?.oldest.map(({ heldBy }) => heldBy?.length)).toEqual(Array.from({ length: 32 }, () => 8));

    const many = stage({
      maxInstances: 51,
      sessionAffinityConfig: { sessionConcurrencyPerInstance: 20 },
    });
    for (let count = 0; count < 1020; count++) await many.request();
    expect((await refused(many.admit()))?.oldest[0]).not.toHaveProperty('heldBy');
  });
});
