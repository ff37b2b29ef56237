import { describe, expect, test } from 'vitest';
import { completeFunction } from '../../src/model/function-config.js';
import type { FunctionInput } from '../../src/model/function-input.js';
import { idOf, newSession, noSession, session, stage } from '../support/scheduler.js';

function revision(input: Partial<FunctionInput> = {}) {
  const config = completeFunction({
    functionName: 'hello',
    command: ['in-process'],
    sessionAffinity: 'GENERATED_COOKIE',
    ...input,
  });
  return { versionId: '0', config };
}

describe('Scheduler.deploy', () => {
  test('U24: old sessions stay on the old instance until they end, new sessions go to a new one', async () => {
    const { scheduler, request, driver, ref } = stage();
    const old = await request();
    scheduler.deploy(revision());
    const later = await request();
    expect(later.instanceId).not.toBe(old.instanceId);
    expect((await request(session(idOf(old)))).instanceId).toBe(old.instanceId);
    expect((await request()).instanceId).toBe(later.instanceId);
    await scheduler.sessions.delete({ ...ref, sessionId: idOf(old) });
    await expect.poll(() => driver.running.map(({ instanceId }) => instanceId)).toEqual([later.instanceId]);
  });

  test('U24: an empty instance of the old revision ends at once, one with a request when that has ended', async () => {
    const { scheduler, admit, request, driver } = stage({ sessionAffinity: 'NONE', instanceConcurrency: 1 });
    const busy = await admit(noSession);
    await request(noSession);
    expect(driver.running).toHaveLength(2);
    scheduler.deploy(revision({ sessionAffinity: 'NONE' }));
    await expect.poll(() => driver.running.map(({ instanceId }) => instanceId)).toEqual([busy.instanceId]);
    busy.release({ answered: true });
    await expect.poll(() => driver.running).toEqual([]);
  });

  test('a session whose old instance has died goes to the new revision', async () => {
    const { scheduler, request, driver } = stage();
    const old = await request();
    scheduler.deploy(revision());
    await driver.running[0]?.crash();
    const again = await request(session(idOf(old)));
    expect(again.decision.placement).toBe('rebound-after-crash');
    expect(driver.started.at(-1)?.instanceId).toBe(again.instanceId);
  });

  test('U26: limits apply to new instances, terms to new sessions', async () => {
    const { scheduler, request, ref } = stage({
      sessionAffinityConfig: { sessionConcurrencyPerInstance: 1 },
    });
    const old = await request();
    scheduler.deploy(
      revision({ sessionAffinityConfig: { sessionConcurrencyPerInstance: 2, sessionTTLInSeconds: 60 } }),
    );
    const [one, two] = [await request(), await request()];
    expect(one.instanceId).toBe(two.instanceId);
    const ttlOf = async (sessionId: string) =>
      (await scheduler.sessions.get({ ...ref, sessionId })).sessionTTLInSeconds;
    expect([await ttlOf(idOf(old)), await ttlOf(idOf(one))]).toEqual([21600, 60]);
  });

  test('U26: another affinity expires the sessions of the old one', async () => {
    const { scheduler, request, ref, driver } = stage();
    const old = await request();
    const header = { affinityHeaderFieldName: 'session-name' };
    scheduler.deploy(revision({ sessionAffinity: 'HEADER_FIELD', sessionAffinityConfig: header }));
    expect(await scheduler.sessions.list(ref)).toMatchObject({
      sessions: [{ sessionId: idOf(old), sessionStatus: 'Expired' }],
    });
    await expect.poll(() => driver.running).toEqual([]);
  });

  test('sessions of the old revision do not count to the ceiling of the new one', async () => {
    const { scheduler, request } = stage({ maxInstances: 1 });
    await request();
    scheduler.deploy(revision({ maxInstances: 1 }));
    await request();
    await expect(
      (async () => {
        for (let count = 0; count < 20; count++) await request();
      })(),
    ).rejects.toMatchObject({ code: 'ResourceExhausted' });
  });

  test('the minimum is kept by the new revision only', async () => {
    const { scheduler, driver } = stage({ minInstances: 2 });
    expect(driver.running).toHaveLength(2);
    scheduler.deploy(revision({ minInstances: 1 }));
    await expect.poll(() => scheduler.instances().map(({ status }) => status)).toEqual(['Running']);
    await driver.running[0]?.crash();
    await expect.poll(() => driver.running).toHaveLength(1);
  });

  test('a paused session resumes on the new revision', async () => {
    const isolated = { instanceIsolationMode: 'SESSION_EXCLUSIVE' } as const;
    const { scheduler, request, driver, ref } = stage(isolated);
    const old = await request(newSession);
    await scheduler.sessions.pause({ ...ref, sessionId: idOf(old) });
    scheduler.deploy(revision({ ...isolated, sessionAffinityConfig: { sessionTTLInSeconds: 60 } }));
    await scheduler.sessions.resume({ ...ref, sessionId: idOf(old) });
    expect(driver.started.at(-1)?.spec.revision.config.sessionAffinityConfig.sessionTTLInSeconds).toBe(60);
  });

  test('remove forgets every session and ends every instance', async () => {
    const { scheduler, request, driver, ref } = stage();
    await request();
    scheduler.deploy(revision());
    await request();
    await scheduler.remove();
    expect(driver.running).toEqual([]);
    expect(await scheduler.sessions.list(ref)).toEqual({ sessions: [] });
  });
});
