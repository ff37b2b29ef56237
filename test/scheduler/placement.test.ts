import { describe, expect, test } from 'vitest';
import { inProcessDriver } from '../support/in-process-driver.js';
import { idOf, newSession, noSession, session, stage } from '../support/scheduler.js';

const perInstance = (sessionConcurrencyPerInstance: number) => ({
  sessionAffinityConfig: { sessionConcurrencyPerInstance },
});

describe('placement of sessions', () => {
  test('C07 C08 a second session shares the instance, a third opens another when two fit in one', async () => {
    const { request, driver } = stage(perInstance(2));
    const [one, two, three] = [await request(), await request(), await request()];
    expect(two.instanceId).toBe(one.instanceId);
    expect(three.instanceId).not.toBe(one.instanceId);
    expect(driver.started).toHaveLength(2);
    expect([one, two, three].map(({ decision }) => decision.placement)).toEqual([
      'scaled-out',
      'first-fit',
      'scaled-out',
    ]);
  });

  test('C05 a session stays with its instance', async () => {
    const { request } = stage(perInstance(2));
    const first = await request();
    await request();
    await request();
    const again = await request(session(idOf(first)));
    expect(again.instanceId).toBe(first.instanceId);
    expect(again.opened).toBe(false);
    expect(again.decision.placement).toBe('bound');
  });

  test('C14 each new session starts an instance when one fits in one', async () => {
    const { request, driver } = stage(perInstance(1));
    const instances = new Set(
      [await request(), await request(), await request()].map(({ instanceId }) => instanceId),
    );
    expect(instances.size).toBe(3);
    expect(driver.started).toHaveLength(3);
  });

  test('C15 without configuration 20 sessions share an instance and the 21st opens a second', async () => {
    const { request, driver } = stage();
    const first = await request();
    for (let count = 2; count <= 20; count++) expect((await request()).instanceId).toBe(first.instanceId);
    expect((await request()).instanceId).not.toBe(first.instanceId);
    expect(driver.started).toHaveLength(2);
  });

  test('C27 the slot of an expired session is given to a new one', async () => {
    const { request, clock, driver } = stage({
      sessionAffinityConfig: { sessionConcurrencyPerInstance: 1, sessionTTLInSeconds: 10 },
    });
    const first = await request();
    await clock.advance(10_000);
    expect((await request()).instanceId).toBe(first.instanceId);
    expect(driver.started).toHaveLength(1);
  });

  test('C29 U22 of two instances with a free slot the oldest gets the session', async () => {
    const { request, scheduler, ref } = stage(perInstance(1));
    const [older, newer] = [await request(), await request()];
    await scheduler.sessions.delete({ ...ref, sessionId: idOf(newer) });
    await scheduler.sessions.delete({ ...ref, sessionId: idOf(older) });
    expect((await request()).instanceId).toBe(older.instanceId);
    expect((await request()).instanceId).toBe(newer.instanceId);
  });

  test('F-21 50 simultaneous first requests never oversubscribe an instance and start none too many', async () => {
    const { admit, driver } = stage(perInstance(7));
    const assignments = await Promise.all(Array.from({ length: 50 }, () => admit()));
    const sessions = new Map<string, number>();
    for (const { instanceId } of assignments) sessions.set(instanceId, (sessions.get(instanceId) ?? 0) + 1);
    expect(Math.max(...sessions.values())).toBe(7);
    expect(driver.started).toHaveLength(8);
    for (const assignment of assignments) assignment.release({ answered: true });
  });

  test('H20 simultaneous first requests with one new ID make one session', async () => {
    const { admit, scheduler, ref } = stage({
      sessionAffinity: 'HEADER_FIELD',
      sessionAffinityConfig: { affinityHeaderFieldName: 'mySessionId', sessionConcurrencyPerInstance: 1 },
    });
    const assignments = await Promise.all(
      Array.from({ length: 50 }, () => admit(session('session-2', 'create'))),
    );
    expect(new Set(assignments.map(({ instanceId }) => instanceId)).size).toBe(1);
    expect(assignments.filter(({ opened }) => opened)).toHaveLength(1);
    for (const assignment of assignments) assignment.release({ answered: true });
    expect((await scheduler.sessions.list(ref)).sessions).toHaveLength(1);
  });

  test('a session beyond the ceiling is refused with 429 and starts nothing', async () => {
    const { request, driver } = stage({ ...perInstance(1), maxInstances: 2 });
    await request();
    await request();
    await expect(request()).rejects.toMatchObject({ code: 'ResourceExhausted', status: 429 });
    expect(driver.started).toHaveLength(2);
  });
});

describe('sessions that nobody knows', () => {
  test('U44 a session whose first request was never answered is discarded and its slot given back', async () => {
    const { admit, request, scheduler, ref } = stage(perInstance(1));
    const lost = await admit();
    lost.release({ answered: false });
    expect((await scheduler.sessions.list(ref)).sessions).toEqual([]);
    expect((await request()).instanceId).toBe(lost.instanceId);
  });

  test('G15 a failed start leaves no session behind, for none of those who waited', async () => {
    const driver = inProcessDriver(undefined, {
      beforeReady: () => Promise.reject(new Error('cannot start')),
    });
    const { admit, scheduler, ref } = stage({}, { driver });
    const results = await Promise.allSettled([admit(), admit(), admit()]);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    expect((await scheduler.sessions.list(ref)).sessions).toEqual([]);
    expect(driver.started).toHaveLength(1);
  });

  test('T6 C22 an ID that was never issued is not taken', async () => {
    const { request } = stage();
    const assignment = await request(session('3f2a1c4e-0000-4000-a000-000000000000'));
    expect(idOf(assignment)).not.toBe('3f2a1c4e-0000-4000-a000-000000000000');
    expect(assignment).toMatchObject({
      opened: true,
      generated: true,
      decision: { hint: { code: 'cookie-unknown' } },
    });
  });
});

describe('U39 without affinity', () => {
  test('requests go round the instances that have one free, and a busy function gets another', async () => {
    const { admit, request, driver } = stage({ sessionAffinity: 'NONE' });
    const [one, two] = await Promise.all([admit(noSession), admit(noSession)]);
    expect(one.instanceId).not.toBe(two.instanceId);
    one.release({ answered: true });
    two.release({ answered: true });
    const turns = [await request(noSession), await request(noSession), await request(noSession)];
    expect(turns.map(({ instanceId }) => instanceId)).toEqual([
      one.instanceId,
      two.instanceId,
      one.instanceId,
    ]);
    expect(turns.every(({ session: none, opened }) => none === undefined && !opened)).toBe(true);
    expect(driver.started).toHaveLength(2);
  });

  test('an instance takes as many requests at once as instanceConcurrency says', async () => {
    const { admit, driver } = stage({ sessionAffinity: 'NONE', instanceConcurrency: 3 });
    const assignments = await Promise.all(Array.from({ length: 7 }, () => admit(noSession)));
    expect(driver.started).toHaveLength(3);
    for (const assignment of assignments) assignment.release({ answered: true });
  });
});

describe('instances that are kept', () => {
  test('U41 instances start with the first request, those of minInstances before', async () => {
    expect(stage().driver.started).toHaveLength(0);
    const { driver, request } = stage({ minInstances: 2 });
    expect(driver.started).toHaveLength(2);
    const assignment = await request();
    expect(assignment.decision.placement).toBe('first-fit');
    expect(assignment.instanceId).toBe(driver.started[0]?.instanceId);
  });

  test('U40 a shared instance that is empty is stopped after five minutes, not earlier', async () => {
    const { request, clock, driver, scheduler, ref } = stage();
    const assignment = await request();
    await scheduler.sessions.delete({ ...ref, sessionId: idOf(assignment) });
    await clock.advance(299_999);
    expect(driver.running).toHaveLength(1);
    await clock.advance(1);
    expect(driver.running).toHaveLength(0);
  });

  test('U40 an instance with a session is kept, and minInstances are kept empty', async () => {
    const { request, clock, driver } = stage({ minInstances: 1, ...perInstance(1) });
    await request();
    const kept = await request();
    await clock.advance(1_000_000);
    await request(session(idOf(kept)));
    await clock.advance(1_000_000);
    expect(driver.running).toHaveLength(2);
    await clock.advance(10_000_000);
    expect(driver.running).toHaveLength(1);
  });

  test('an emulator that ends takes no more sessions', async () => {
    const { scheduler, request } = stage();
    await scheduler.stop();
    await expect(request(newSession)).rejects.toMatchObject({ code: 'ServiceUnavailable' });
  });
});
