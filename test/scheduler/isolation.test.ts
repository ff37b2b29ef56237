import { describe, expect, test } from 'vitest';
import { idOf, session, stage } from '../support/scheduler.js';

const isolated = { instanceIsolationMode: 'SESSION_EXCLUSIVE' } as const;

describe('session isolation', () => {
  test('G08 G09 an instance serves one session, stops when that ends, and never serves another', async () => {
    const { request, driver, clock } = stage({
      ...isolated,
      sessionAffinityConfig: { sessionTTLInSeconds: 10 },
    });
    const [one, two] = [await request(), await request()];
    expect(one.instanceId).not.toBe(two.instanceId);
    await clock.advance(10_000);
    expect(driver.running).toHaveLength(0);
    const three = await request();
    expect([one.instanceId, two.instanceId]).not.toContain(three.instanceId);
    expect(driver.started).toHaveLength(3);
  });

  test('A18 DeleteSession ends its instance before it answers', async () => {
    const { request, driver, scheduler, ref } = stage(isolated);
    const assignment = await request();
    await scheduler.sessions.delete({ ...ref, sessionId: idOf(assignment) });
    expect(driver.running).toHaveLength(0);
    expect(scheduler.instances()).toEqual([]);
  });

  test('a session whose isolated instance crashed gets another of its own', async () => {
    const { request, driver } = stage(isolated);
    const assignment = await request();
    await driver.started[0]?.crash();
    const again = await request(session(idOf(assignment)));
    expect(again.decision.placement).toBe('rebound-after-crash');
    expect(driver.running).toHaveLength(1);
  });

  test('minInstances are made up for when a session takes its instance along', async () => {
    const { request, driver, scheduler, ref } = stage({ ...isolated, minInstances: 1 });
    const assignment = await request();
    expect(assignment.decision.placement).toBe('first-fit');
    await scheduler.sessions.delete({ ...ref, sessionId: idOf(assignment) });
    expect(driver.running).toHaveLength(1);
    expect((await request()).instanceId).not.toBe(assignment.instanceId);
  });
});

describe('PauseSession and ResumeSession', () => {
  test('A20 a paused session holds no instance, refuses requests and is shown as Paused', async () => {
    const { request, scheduler, ref, driver } = stage(isolated);
    const sessionId = idOf(await request());
    expect(await scheduler.sessions.pause({ ...ref, sessionId })).toMatchObject({ sessionStatus: 'Paused' });
    expect(driver.running).toHaveLength(0);
    expect(scheduler.instances()).toEqual([]);
    await expect(request(session(sessionId))).rejects.toMatchObject({ code: 'InvalidSessionStatus' });
    expect(await scheduler.sessions.get({ ...ref, sessionId })).toMatchObject({ sessionStatus: 'Paused' });
    expect((await scheduler.sessions.list(ref)).sessions).toMatchObject([{ sessionStatus: 'Paused' }]);
    await expect(scheduler.sessions.pause({ ...ref, sessionId })).rejects.toMatchObject({
      code: 'InvalidSessionStatus',
    });
  });

  test('A21 a resumed session has a new instance, and its TTL ran on', async () => {
    const { request, scheduler, ref, clock } = stage({
      ...isolated,
      sessionAffinityConfig: { sessionTTLInSeconds: 86_400 },
      maxSessionTTLInSeconds: 86_400,
    });
    const before = await request();
    const target = { ...ref, sessionId: idOf(before) };
    await expect(scheduler.sessions.resume(target)).rejects.toMatchObject({ code: 'InvalidSessionStatus' });
    await scheduler.sessions.pause(target);
    await clock.advance(8 * 3_600_000);
    const resumed = await scheduler.sessions.resume(target);
    expect(resumed).toMatchObject({ sessionStatus: 'Active' });
    expect(resumed.containerId).not.toBe(before.instanceId);
    expect((await request(session(target.sessionId))).instanceId).toBe(resumed.containerId);
    await scheduler.sessions.update(target, { sessionIdleTimeoutInSeconds: 21_600 });
    await scheduler.sessions.pause(target);
    await clock.advance(16 * 3_600_000 - 1);
    expect(await scheduler.sessions.get(target)).toMatchObject({ sessionStatus: 'Paused' });
    await clock.advance(1);
    await expect(scheduler.sessions.get(target)).rejects.toMatchObject({ code: 'SessionNotFound' });
  });

  test('A22 a paused session cannot be updated, and can be deleted', async () => {
    const { request, scheduler, ref } = stage(isolated);
    const target = { ...ref, sessionId: idOf(await request()) };
    await scheduler.sessions.pause(target);
    await expect(scheduler.sessions.update(target, { sessionTTLInSeconds: 100 })).rejects.toMatchObject({
      status: 409,
    });
    await scheduler.sessions.delete(target);
    await expect(scheduler.sessions.get(target)).rejects.toMatchObject({ code: 'SessionNotFound' });
  });

  test('a session that shares its instance cannot be paused', async () => {
    const { request, scheduler, ref } = stage();
    const target = { ...ref, sessionId: idOf(await request()) };
    await expect(scheduler.sessions.pause(target)).rejects.toMatchObject({ code: 'InvalidArgument' });
  });

  test('a session that cannot be resumed stays Paused', async () => {
    const { request, scheduler, ref } = stage({ ...isolated, maxInstances: 1 });
    const target = { ...ref, sessionId: idOf(await request()) };
    await scheduler.sessions.pause(target);
    const other = await request();
    await expect(scheduler.sessions.resume(target)).rejects.toMatchObject({ code: 'ResourceExhausted' });
    expect(await scheduler.sessions.get(target)).toMatchObject({ sessionStatus: 'Paused' });
    await scheduler.sessions.delete({ ...ref, sessionId: idOf(other) });
    expect(await scheduler.sessions.resume(target)).toMatchObject({ sessionStatus: 'Active' });
  });
});
