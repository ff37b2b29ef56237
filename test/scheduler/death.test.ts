import { describe, expect, test } from 'vitest';
import { FcError } from '../../src/model/errors.js';
import { inProcessDriver } from '../support/in-process-driver.js';
import { idOf, noSession, session, stage } from '../support/scheduler.js';

describe('U23 an instance that dies', () => {
  test('F-01 leaves its session Active, and the next request of it gets another instance', async () => {
    const { request, driver, scheduler, ref } = stage();
    const first = await request();
    await driver.started[0]?.crash();
    expect(await scheduler.sessions.get({ ...ref, sessionId: idOf(first) })).toMatchObject({
      sessionStatus: 'Active',
      containerId: first.instanceId,
    });
    const again = await request(session(idOf(first)));
    expect(again).toMatchObject({
      opened: false,
      decision: { placement: 'rebound-after-crash', session: 'known' },
    });
    expect(again.instanceId).not.toBe(first.instanceId);
    expect(await scheduler.sessions.get({ ...ref, sessionId: idOf(first) })).toMatchObject({
      containerId: again.instanceId,
    });
    expect((await request(session(idOf(first)))).decision.placement).toBe('bound');
  });

  test('S5: an instance that ended lately is still listed, with how it ended; 50 of them at most', async () => {
    const { request, driver, scheduler } = stage();
    const { instanceId } = await request();
    expect(scheduler.endedInstances()).toEqual([]);
    await driver.started[0]?.crash();
    expect(scheduler.instances()).toEqual([]);
    expect(scheduler.endedInstances()).toMatchObject([
      {
        instanceId,
        status: 'Destroyed',
        destroyedTimeMs: expect.any(Number),
        exit: { code: null, signal: 'SIGKILL' },
      },
    ]);
    for (let count = 1; count < 60; count++) {
      await request();
      await driver.started[count]?.crash();
    }
    expect(scheduler.endedInstances()).toHaveLength(50);
  });

  test('C16: logs of ended instances are kept up to 4 million characters in all, the latest ones', async () => {
    const { request, driver, scheduler } = stage();
    for (let count = 0; count < 10; count++) {
      await request();
      driver.started[count]?.output.note('x'.repeat(1_000_000));
      await driver.started[count]?.crash();
    }
    expect(scheduler.endedInstances().map(({ instanceId }) => instanceId)).toEqual(
      driver.started.slice(-4).map(({ instanceId }) => instanceId),
    );
  });

  test('the sessions of one dead instance gather on one new instance again', async () => {
    const { request, driver } = stage({ sessionAffinityConfig: { sessionConcurrencyPerInstance: 3 } });
    const assignments = [await request(), await request(), await request()];
    await driver.started[0]?.crash();
    const again = await Promise.all(assignments.map((assignment) => request(session(idOf(assignment)))));
    expect(new Set(again.map(({ instanceId }) => instanceId)).size).toBe(1);
    expect(driver.started).toHaveLength(2);
  });

  test('U45 a retry takes the session of the first try along, to the instance that takes over', async () => {
    const { admit, driver, scheduler, ref } = stage();
    const first = await admit();
    await driver.started[0]?.crash();
    const second = await first.retry('reset');
    expect(idOf(second)).toBe(idOf(first));
    expect(second).toMatchObject({
      opened: true,
      generated: true,
      decision: { placement: 'rebound-after-crash' },
    });
    second.release({ answered: true });
    expect((await scheduler.sessions.list(ref)).sessions).toHaveLength(1);
    expect(scheduler.instances()).toMatchObject([{ sessions: 1, inFlight: 0 }]);
  });

  test('a retry on an instance that still runs goes there again', async () => {
    const { admit, driver, processClock } = stage();
    const first = await admit();
    const retry = first.retry('reset');
    await processClock.advance(100);
    const second = await retry;
    expect(second.instanceId).toBe(first.instanceId);
    second.release({ answered: true });
    expect(driver.started).toHaveLength(1);
  });

  test('F-31 an instance that no longer listens is ended', async () => {
    const { admit, driver, processClock } = stage({ sessionAffinity: 'NONE' });
    const first = await admit(noSession);
    const retry = first.retry('refused');
    await processClock.advance(100);
    const second = await retry;
    expect(second.instanceId).not.toBe(first.instanceId);
    second.release({ answered: true });
    expect(driver.running).toHaveLength(1);
  });

  test('a retry whose session was deleted meanwhile fails, and takes no slot', async () => {
    const { admit, driver, scheduler, ref } = stage();
    const first = await admit();
    await driver.started[0]?.crash();
    await scheduler.sessions.delete({ ...ref, sessionId: idOf(first) });
    await expect(first.retry('reset')).rejects.toMatchObject({ code: 'ProcessExited', status: 502 });
    expect(scheduler.instances()).toEqual([]);
  });
});

describe('F-05 a function that keeps ending before it listens', () => {
  const crashing = () =>
    inProcessDriver(undefined, {
      beforeReady: () => Promise.reject(new FcError('CAExited', 'ended with code 1')),
    });

  test('is started at most 8 times in the first 30 s, and requests in between are refused at once', async () => {
    const driver = crashing();
    const { admit, processClock } = stage({}, { driver });
    const codes = new Map<string, number>();
    for (let tick = 0; tick < 29_990; tick += 10) {
      const code = await admit().then(
        () => 'admitted',
        (error: FcError) => error.code,
      );
      codes.set(code, (codes.get(code) ?? 0) + 1);
      await processClock.advance(10);
    }
    expect(driver.started.length).toBeLessThanOrEqual(8);
    expect(driver.started.length).toBeGreaterThanOrEqual(5);
    expect([...codes.keys()].sort()).toEqual(['CAExited', 'ServiceUnavailable']);
  });

  test('the wait doubles from 100 ms to 10 s, with up to a fifth on top', async () => {
    const driver = crashing();
    const { admit, processClock } = stage({}, { driver, chance: () => 0.5 });
    const waits: number[] = [];
    let last = processClock.now();
    for (let failures = 0; failures < 7; failures++) {
      for (;;) {
        const error = await admit().catch((reason: FcError) => reason);
        if (error instanceof FcError && error.code === 'CAExited') break;
        await processClock.advance(1);
      }
      waits.push(Math.round(processClock.now() - last));
      last = processClock.now();
    }
    expect(waits).toEqual([0, 110, 220, 440, 880, 1760, 3520]);
  });

  test('a refusal says when to come again', async () => {
    const { admit } = stage({}, { driver: crashing() });
    await expect(admit()).rejects.toMatchObject({ code: 'CAExited', status: 412 });
    await expect(admit()).rejects.toMatchObject({
      code: 'ServiceUnavailable',
      status: 503,
      retryAfterInSeconds: 1,
    });
  });

  test('once an instance has lived for 30 s the failures are forgotten', async () => {
    let fails = true;
    const driver = inProcessDriver(undefined, {
      beforeReady: () => (fails ? Promise.reject(new FcError('CAExited', 'ended')) : Promise.resolve()),
    });
    const { admit, request, processClock } = stage(
      { sessionAffinityConfig: { sessionConcurrencyPerInstance: 1 } },
      { driver },
    );
    for (let failures = 0; failures < 3; failures++) {
      await expect(admit()).rejects.toMatchObject({ code: 'CAExited' });
      await processClock.advance(10_000);
    }
    fails = false;
    await request();
    await processClock.advance(30_000);
    fails = true;
    await expect(admit()).rejects.toMatchObject({ code: 'CAExited' });
    await processClock.advance(99);
    await expect(admit()).rejects.toMatchObject({ code: 'ServiceUnavailable' });
    await processClock.advance(1);
    await expect(admit()).rejects.toMatchObject({ code: 'CAExited' });
  });

  test('minInstances are started again after the wait, without a request', async () => {
    const driver = crashing();
    const { processClock } = stage({ minInstances: 1 }, { driver });
    expect(driver.started).toHaveLength(1);
    await driver.started[0]?.exited;
    await processClock.advance(100);
    expect(driver.started).toHaveLength(2);
  });
});
