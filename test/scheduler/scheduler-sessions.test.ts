import { describe, expect, test } from 'vitest';
import { inProcessDriver } from '../support/in-process-driver.js';
import { idOf, session, stage } from '../support/scheduler.js';

const byHeader = {
  sessionAffinity: 'HEADER_FIELD',
  sessionAffinityConfig: { affinityHeaderFieldName: 'session-id', sessionConcurrencyPerInstance: 2 },
} as const;

describe('CreateSession', () => {
  test('A02 A03 A04 A06 starts and binds an instance before it answers, with the defaults of the function', async () => {
    const { scheduler, ref, driver } = stage({
      sessionAffinityConfig: { sessionTTLInSeconds: 600, sessionIdleTimeoutInSeconds: 60 },
    });
    const created = await scheduler.sessions.create(ref, {});
    expect(created).toMatchObject({
      functionName: 'hello',
      qualifier: 'LATEST',
      sessionAffinityType: 'GENERATED_COOKIE',
      sessionTTLInSeconds: 600,
      sessionIdleTimeoutInSeconds: 60,
      disableSessionIdReuse: false,
      sessionStatus: 'Active',
      containerId: driver.running[0]?.instanceId,
    });
    expect(created.createdTime).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    expect(scheduler.instances()).toMatchObject([
      { instanceId: created.containerId, status: 'Running', sessions: 1 },
    ]);
  });

  test('C24 H19 its ID leads a request to its instance', async () => {
    const { scheduler, ref, request } = stage(byHeader);
    const created = await scheduler.sessions.create(ref, { sessionId: 'custom-test-session-id' });
    const assignment = await request(session('custom-test-session-id', 'create'));
    expect(assignment).toMatchObject({
      instanceId: created.containerId,
      opened: false,
      decision: { placement: 'bound' },
    });
  });

  test('A05 A08 I18 takes what is in range and refuses, never clamps, what is not', async () => {
    const { scheduler, ref } = stage();
    const wishes = { sessionTTLInSeconds: 100, sessionIdleTimeoutInSeconds: 50, disableSessionIdReuse: true };
    expect(await scheduler.sessions.create(ref, wishes)).toMatchObject(wishes);
    for (const bad of [
      { sessionTTLInSeconds: 0 },
      { sessionTTLInSeconds: 21601 },
      { sessionIdleTimeoutInSeconds: -1 },
      { sessionIdleTimeoutInSeconds: 21601 },
      { sessionTTLInSeconds: 100, sessionIdleTimeoutInSeconds: 101 },
    ]) {
      await expect(scheduler.sessions.create(ref, bad)).rejects.toMatchObject({ code: 'InvalidArgument' });
    }
  });

  test('U2 a default idle time never causes a refusal: it is cut to the TTL, and comes back with a longer one', async () => {
    const { scheduler, ref } = stage();
    const { sessionId } = await scheduler.sessions.create(ref, { sessionTTLInSeconds: 100 });
    expect((await scheduler.sessions.get({ ...ref, sessionId })).sessionIdleTimeoutInSeconds).toBe(100);
    const longer = await scheduler.sessions.update({ ...ref, sessionId }, { sessionTTLInSeconds: 7200 });
    expect(longer.sessionIdleTimeoutInSeconds).toBe(1800);
  });

  test('U28 an ID cannot be chosen with cookies, nor an ill-formed one with headers', async () => {
    const { scheduler, ref } = stage();
    await expect(scheduler.sessions.create(ref, { sessionId: 'mine' })).rejects.toMatchObject({
      code: 'InvalidArgument',
    });
    const other = stage(byHeader);
    await expect(other.scheduler.sessions.create(ref, { sessionId: '-mine' })).rejects.toMatchObject({
      code: 'InvalidArgument',
    });
  });

  test('U29 of 50 simultaneous creates of one ID one wins and 49 get SessionAlreadyExists', async () => {
    const { scheduler, ref, driver } = stage(byHeader);
    const all = await Promise.allSettled(
      Array.from({ length: 50 }, () => scheduler.sessions.create(ref, { sessionId: 'one' })),
    );
    expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const refusals = all.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []));
    expect(refusals).toHaveLength(49);
    for (const refusal of refusals)
      expect(refusal).toMatchObject({ code: 'SessionAlreadyExists', status: 409 });
    expect(driver.started).toHaveLength(1);
  });

  test('A19 a function without cookie or header affinity has no sessions to create', async () => {
    const { scheduler, ref } = stage({ sessionAffinity: 'NONE' });
    await expect(scheduler.sessions.create(ref, {})).rejects.toMatchObject({
      code: 'InvalidArgument',
      status: 400,
    });
  });

  test('G15 when no instance starts, the error says so and no session is left', async () => {
    const driver = inProcessDriver(undefined, { beforeReady: () => Promise.reject(new Error('no')) });
    const { scheduler, ref } = stage({}, { driver });
    await expect(scheduler.sessions.create(ref, {})).rejects.toThrow('no');
    expect((await scheduler.sessions.list(ref)).sessions).toEqual([]);
  });
});

describe('GetSession, UpdateSession, DeleteSession', () => {
  test('A09 U18 an expired and an unknown session are not found', async () => {
    const { scheduler, ref, clock } = stage();
    const { sessionId } = await scheduler.sessions.create(ref, { sessionTTLInSeconds: 10 });
    await clock.advance(10_000);
    await expect(scheduler.sessions.get({ ...ref, sessionId })).rejects.toMatchObject({
      code: 'SessionNotFound',
      status: 404,
    });
    await expect(scheduler.sessions.get({ ...ref, sessionId: 'nobody' })).rejects.toMatchObject({
      message: "session 'nobody' does not exist",
    });
  });

  test('A10 a new TTL counts from the creation and leaves the instance alone', async () => {
    const { scheduler, ref, clock } = stage();
    const created = await scheduler.sessions.create(ref, {
      sessionTTLInSeconds: 100,
      sessionIdleTimeoutInSeconds: 100,
    });
    const session = { ...ref, sessionId: created.sessionId };
    await clock.advance(50_000);
    const updated = await scheduler.sessions.update(session, {
      sessionTTLInSeconds: 200,
      sessionIdleTimeoutInSeconds: 200,
    });
    expect(updated).toMatchObject({
      sessionTTLInSeconds: 200,
      createdTime: created.createdTime,
      containerId: created.containerId,
    });
    expect(Date.parse(updated.lastModifiedTime)).toBeGreaterThan(Date.parse(created.lastModifiedTime));
    await clock.advance(149_999);
    expect((await scheduler.sessions.get(session)).sessionStatus).toBe('Active');
    await clock.advance(1);
    await expect(scheduler.sessions.get(session)).rejects.toMatchObject({ code: 'SessionNotFound' });
  });

  test('A11 a TTL shorter than its age ends it at once', async () => {
    const { scheduler, ref, clock } = stage();
    const { sessionId } = await scheduler.sessions.create(ref, {});
    await clock.advance(60_000);
    await scheduler.sessions.update({ ...ref, sessionId }, { sessionTTLInSeconds: 60 });
    await expect(scheduler.sessions.get({ ...ref, sessionId })).rejects.toMatchObject({
      code: 'SessionNotFound',
    });
    expect(scheduler.instances()).toMatchObject([{ sessions: 0 }]);
  });

  test.each([-1, 0, 1])(
    'F-23 an update %i ms from the deadline either wins or finds nothing',
    async (offset) => {
      const { scheduler, ref, clock } = stage();
      const { sessionId } = await scheduler.sessions.create(ref, { sessionTTLInSeconds: 60 });
      await clock.advance(60_000 + offset);
      const update = scheduler.sessions.update(
        { ...ref, sessionId },
        { sessionTTLInSeconds: 120, sessionIdleTimeoutInSeconds: 120 },
      );
      if (offset >= 0) return expect(update).rejects.toMatchObject({ status: 409 });
      expect(await update).toMatchObject({ sessionStatus: 'Active' });
      await clock.advance(59_999);
      return expect(await scheduler.sessions.get({ ...ref, sessionId })).toMatchObject({
        sessionStatus: 'Active',
      });
    },
  );

  test('A12 an expired session cannot be updated', async () => {
    const { scheduler, ref, clock } = stage();
    const { sessionId } = await scheduler.sessions.create(ref, { sessionTTLInSeconds: 10 });
    await clock.advance(10_000);
    await expect(
      scheduler.sessions.update({ ...ref, sessionId }, { sessionTTLInSeconds: 20 }),
    ).rejects.toMatchObject({
      code: 'InvalidSessionStatus',
      status: 409,
    });
  });

  test('C25 A16 I16 a deleted session is gone: not listed, not found, its ID not taken', async () => {
    const { scheduler, ref, request } = stage();
    const { sessionId } = await scheduler.sessions.create(ref, {});
    await scheduler.sessions.delete({ ...ref, sessionId });
    expect((await scheduler.sessions.list(ref)).sessions).toEqual([]);
    await expect(scheduler.sessions.delete({ ...ref, sessionId })).rejects.toMatchObject({
      code: 'SessionNotFound',
    });
    const assignment = await request(session(sessionId));
    expect(idOf(assignment)).not.toBe(sessionId);
  });

  test('U17 an expired session can be deleted, with every generation of its ID', async () => {
    const { scheduler, ref, request, clock } = stage(byHeader);
    for (let generation = 0; generation < 3; generation++) {
      await request(session('mine', 'create'));
      await clock.advance(21_600_000);
    }
    expect((await scheduler.sessions.list(ref)).sessions).toHaveLength(3);
    await scheduler.sessions.delete({ ...ref, sessionId: 'mine' });
    expect((await scheduler.sessions.list(ref)).sessions).toEqual([]);
  });

  test('A17 F-22 a request in flight outlives the deletion of its session, whose slot is given back once', async () => {
    const { scheduler, ref, admit, request, driver } = stage(byHeader);
    const assignment = await admit(session('mine', 'create'));
    await scheduler.sessions.delete({ ...ref, sessionId: 'mine' });
    expect(scheduler.instances()).toMatchObject([{ sessions: 0, inFlight: 1 }]);
    const fresh = await request(session('mine', 'create'));
    expect(fresh.opened).toBe(true);
    assignment.release({ answered: true });
    expect(scheduler.instances()).toMatchObject([{ sessions: 1, inFlight: 0 }]);
    expect(driver.started).toHaveLength(1);
  });
});

describe('ListSessions', () => {
  test('A13 U27 pages of 20 by default, 100 at most, without gap or repetition', async () => {
    const { scheduler, ref, request } = stage({
      sessionAffinityConfig: { sessionConcurrencyPerInstance: 200 },
    });
    const ids: string[] = [];
    for (let count = 0; count < 45; count++) ids.push(idOf(await request()));
    const pages: string[][] = [];
    let nextToken: string | undefined;
    do {
      const page = await scheduler.sessions.list({ ...ref, ...(nextToken !== undefined && { nextToken }) });
      pages.push(page.sessions.map(({ sessionId }) => sessionId));
      nextToken = page.nextToken;
    } while (nextToken !== undefined);
    expect(pages.map(({ length }) => length)).toEqual([20, 20, 5]);
    expect(pages.flat()).toEqual(ids);
    for (const limit of [0, 101, 1.5]) {
      await expect(scheduler.sessions.list({ ...ref, limit })).rejects.toMatchObject({
        code: 'InvalidArgument',
      });
    }
    await expect(scheduler.sessions.list({ ...ref, nextToken: 'bm9uc2Vuc2U=' })).rejects.toMatchObject({
      code: 'InvalidArgument',
    });
  });

  test('F-24 sessions that are Active during the whole listing are listed once, whatever comes and goes between the pages', async () => {
    const { scheduler, ref, request } = stage({
      sessionAffinityConfig: { sessionConcurrencyPerInstance: 200 },
    });
    const ids: string[] = [];
    for (let count = 0; count < 100; count++) ids.push(idOf(await request()));
    const told: string[] = [];
    const gone = new Set<string>();
    let nextToken: string | undefined;
    for (let page = 0; page === 0 || nextToken !== undefined; page++) {
      const result = await scheduler.sessions.list({
        ...ref,
        limit: 7,
        ...(nextToken !== undefined && { nextToken }),
      });
      told.push(...result.sessions.map(({ sessionId }) => sessionId));
      nextToken = result.nextToken;
      if (page > 10) continue;
      for (const at of [page * 7 + 6, page * 7 + 9, page * 3]) {
        const sessionId = ids[at];
        if (sessionId === undefined || gone.has(sessionId)) continue;
        gone.add(sessionId);
        await scheduler.sessions.delete({ ...ref, sessionId });
      }
      await request();
    }
    expect(new Set(told).size).toBe(told.length);
    expect(ids.filter((id) => !gone.has(id) && !told.includes(id))).toEqual([]);
  });

  test('A14 filters by status, and without a filter lists both', async () => {
    const { scheduler, ref, clock } = stage();
    await scheduler.sessions.create(ref, { sessionTTLInSeconds: 10 });
    await scheduler.sessions.create(ref, { sessionTTLInSeconds: 100 });
    await clock.advance(10_000);
    const statuses = async (sessionStatus?: 'Active' | 'Expired') =>
      (await scheduler.sessions.list({ ...ref, sessionStatus })).sessions.map((one) => one.sessionStatus);
    expect(await statuses()).toEqual(['Expired', 'Active']);
    expect(await statuses('Active')).toEqual(['Active']);
    expect(await statuses('Expired')).toEqual(['Expired']);
  });
});
