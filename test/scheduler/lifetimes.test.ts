import { describe, expect, test } from 'vitest';
import { idOf, session, stage } from '../support/scheduler.js';

const lifetimes = (
  sessionTTLInSeconds: number,
  sessionIdleTimeoutInSeconds?: number,
  disableSessionIdReuse = false,
) => ({
  sessionAffinityConfig: { sessionTTLInSeconds, sessionIdleTimeoutInSeconds, disableSessionIdReuse },
});

describe('the end of a session', () => {
  test('C17 I12 I13 its TTL counts from the creation, however often it is used, and is exact', async () => {
    const { request, clock } = stage(lifetimes(2, 2));
    const first = await request();
    await clock.advance(1_000);
    expect((await request(session(idOf(first)))).opened).toBe(false);
    await clock.advance(999);
    expect((await request(session(idOf(first)))).opened).toBe(false);
    await clock.advance(1);
    expect(await request(session(idOf(first)))).toMatchObject({
      opened: true,
      decision: { session: 'reopened' },
    });
  });

  test('C18 its idle time counts from the end of the last request', async () => {
    const { request, clock } = stage(lifetimes(60, 2));
    const first = await request();
    for (let second = 0; second < 5; second++) {
      await clock.advance(1_000);
      expect((await request(session(idOf(first)))).opened).toBe(false);
    }
    await clock.advance(1_999);
    expect((await request(session(idOf(first)))).opened).toBe(false);
    await clock.advance(3_000);
    expect((await request(session(idOf(first)))).opened).toBe(true);
  });

  test('U21 a request in flight keeps it from idling out, and the TTL does not wait', async () => {
    const { admit, request, clock, scheduler, ref } = stage(lifetimes(60, 2));
    const assignment = await admit();
    const sessionId = idOf(assignment);
    await clock.advance(59_999);
    expect(await scheduler.sessions.get({ ...ref, sessionId })).toMatchObject({ sessionStatus: 'Active' });
    await clock.advance(1);
    await expect(scheduler.sessions.get({ ...ref, sessionId })).rejects.toMatchObject({
      code: 'SessionNotFound',
    });
    expect((await request(session(sessionId))).opened).toBe(true);
    assignment.release({ answered: true });
  });

  test('U19 an idle time of 0 ends it as soon as no request is in flight', async () => {
    const { admit, request } = stage(lifetimes(60, 0));
    const first = await admit();
    const second = await admit(session(idOf(first)));
    first.release({ answered: true });
    expect((await request(session(idOf(first)))).opened).toBe(false);
    second.release({ answered: true });
    expect((await request(session(idOf(first)))).opened).toBe(true);
  });

  test('U2 a default idle time is cut to the TTL', async () => {
    const { request, scheduler, ref } = stage(lifetimes(60));
    const sessionId = idOf(await request());
    expect(await scheduler.sessions.get({ ...ref, sessionId })).toMatchObject({
      sessionIdleTimeoutInSeconds: 60,
    });
  });

  test('F-20 a TTL of thirty days is no shorter than it says', async () => {
    const { request, clock } = stage({
      ...lifetimes(30 * 86400, 30 * 86400),
      maxSessionTTLInSeconds: 30 * 86400,
    });
    const first = await request();
    await clock.advance(30 * 86400 * 1000 - 1);
    expect((await request(session(idOf(first)))).opened).toBe(false);
    await clock.advance(1);
    expect((await request(session(idOf(first)))).opened).toBe(true);
  });
});

describe('the ID of a session that expired', () => {
  test('C19 H18 is taken again for a new session with a new creation time', async () => {
    const { request, clock, scheduler, ref } = stage(lifetimes(10));
    const sessionId = idOf(await request());
    const before = await scheduler.sessions.get({ ...ref, sessionId });
    await clock.advance(10_000);
    const again = await request(session(sessionId));
    expect(again).toMatchObject({ opened: true, generated: false, decision: { session: 'reopened' } });
    expect(idOf(again)).toBe(sessionId);
    const after = await scheduler.sessions.get({ ...ref, sessionId });
    expect(after.sessionStatus).toBe('Active');
    expect(Date.parse(after.createdTime) - Date.parse(before.createdTime)).toBe(10_000);
    await clock.advance(9_999);
    expect((await request(session(sessionId))).opened).toBe(false);
  });

  test('C20 C21 U31 is refused with disableSessionIdReuse, for three days', async () => {
    const { request, clock, driver } = stage(lifetimes(10, undefined, true));
    const sessionId = idOf(await request());
    await clock.advance(10_000);
    await expect(request(session(sessionId))).rejects.toMatchObject({ code: 'SessionExpired', status: 400 });
    await clock.advance(3 * 86_400_000 - 1);
    await expect(request(session(sessionId))).rejects.toMatchObject({
      code: 'SessionExpired',
      message: expect.stringContaining(sessionId),
    });
    await clock.advance(1);
    const after = await request(session(sessionId));
    expect(after).toMatchObject({ opened: true, generated: true });
    expect(driver.started).toHaveLength(2);
  });

  test('U20 is listed for three days and is then unknown', async () => {
    const { request, clock, scheduler, ref } = stage(lifetimes(10));
    await request();
    await clock.advance(10_000 + 3 * 86_400_000 - 1);
    expect((await scheduler.sessions.list(ref)).sessions).toMatchObject([{ sessionStatus: 'Expired' }]);
    await clock.advance(1);
    expect((await scheduler.sessions.list(ref)).sessions).toEqual([]);
  });

  test('A15 every generation of it is listed, the living one last', async () => {
    const { request, clock, scheduler, ref } = stage(lifetimes(10));
    const sessionId = idOf(await request());
    await clock.advance(10_000);
    await request(session(sessionId));
    await request();
    const { sessions } = await scheduler.sessions.list({ ...ref, sessionId });
    expect(sessions.map(({ sessionStatus }) => sessionStatus)).toEqual(['Expired', 'Active']);
  });

  test('delete lifts the ban of disableSessionIdReuse', async () => {
    const { request, clock, scheduler, ref } = stage({
      sessionAffinity: 'HEADER_FIELD',
      sessionAffinityConfig: {
        affinityHeaderFieldName: 'session-id',
        sessionTTLInSeconds: 10,
        disableSessionIdReuse: true,
      },
    });
    await request(session('mine', 'create'));
    await clock.advance(10_000);
    await expect(request(session('mine', 'create'))).rejects.toMatchObject({ code: 'SessionExpired' });
    await scheduler.sessions.delete({ ...ref, sessionId: 'mine' });
    expect(await request(session('mine', 'create'))).toMatchObject({
      opened: true,
      decision: { session: 'opened' },
    });
  });
});

test('G17 10,000 sessions that end at once are all gone at that instant, and their slots free', async () => {
  const { admit, clock, scheduler, ref, driver } = stage({
    sessionAffinityConfig: { sessionConcurrencyPerInstance: 200, sessionTTLInSeconds: 100 },
    maxInstances: 50,
  });
  for (let count = 0; count < 10_000; count++) (await admit()).release({ answered: true });
  await clock.advance(99_999);
  expect((await scheduler.sessions.list({ ...ref, sessionStatus: 'Expired' })).sessions).toHaveLength(0);
  await clock.advance(1);
  expect((await scheduler.sessions.list({ ...ref, sessionStatus: 'Active' })).sessions).toHaveLength(0);
  expect(scheduler.instances().reduce((sum, { sessions }) => sum + sessions, 0)).toBe(0);
  expect(driver.started).toHaveLength(50);
});
