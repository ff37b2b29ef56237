import { describe, expect, test } from 'vitest';
import { completeFunction } from '../../src/model/function-config.js';
import type { FunctionInput } from '../../src/model/function-input.js';
import { inProcessDriver } from '../support/in-process-driver.js';
import { idOf, session, stage } from '../support/scheduler.js';

const never = new AbortController().signal;

function revision(input: Partial<FunctionInput> = {}) {
  const config = completeFunction({
    functionName: 'hello',
    command: ['in-process'],
    sessionAffinity: 'GENERATED_COOKIE',
    ...input,
  });
  return { versionId: '0', config };
}

/** A driver whose instances of a revision with the variable BAD do not start, and with SLOW wait for the test. */
function driverOf() {
  let release = (): void => {};
  const slow = new Promise<void>((resolve) => {
    release = resolve;
  });
  const driver = inProcessDriver(undefined, {
    async beforeReady({ revision: { config } }) {
      if (config.environmentVariables.BAD !== undefined) throw new Error('it does not start');
      if (config.environmentVariables.SLOW !== undefined) await slow;
    },
  });
  return { driver, release: () => release() };
}
const BAD = { environmentVariables: { BAD: 'yes' } };
const SLOW = { environmentVariables: { SLOW: 'yes' } };

describe('Scheduler.tryOut', () => {
  test('the instance that was tried takes the first sessions; old sessions stay on theirs', async () => {
    const { scheduler, request, driver } = stage();
    const old = await request();
    const replace = await scheduler.tryOut(revision(), never);
    // Nothing is replaced yet.
    expect((await request()).instanceId).toBe(old.instanceId);
    replace();
    expect(driver.started).toHaveLength(2);
    expect((await request()).instanceId).toBe(driver.started[1]?.instanceId);
    expect((await request(session(idOf(old)))).instanceId).toBe(old.instanceId);
    expect(scheduler.instances().map(({ instanceId, revision }) => [instanceId, revision])).toEqual([
      [old.instanceId, 1],
      [driver.started[1]?.instanceId, 2],
    ]);
  });

  test('a revision that does not start replaces nothing, and leaves nothing', async () => {
    const { driver } = driverOf();
    const { scheduler, request } = stage({}, { driver });
    const old = await request();
    await expect(scheduler.tryOut(revision(BAD), never)).rejects.toThrow();
    expect((await request()).instanceId).toBe(old.instanceId);
    expect(scheduler.instances()).toHaveLength(1);
    (await scheduler.tryOut(revision(), never))();
    expect(scheduler.instances().map((one) => one.revision)).toEqual([1, 2]);
  });

  test('a trial starts one instance; the minimum is kept when the revision has taken over', async () => {
    const { driver } = driverOf();
    const { scheduler } = stage({ minInstances: 2 }, { driver });
    expect(driver.running).toHaveLength(2);
    await expect(scheduler.tryOut(revision({ ...BAD, minInstances: 2 }), never)).rejects.toThrow();
    expect(driver.started).toHaveLength(3);
    const replace = await scheduler.tryOut(revision({ minInstances: 2 }), never);
    expect(driver.started).toHaveLength(4);
    replace();
    expect(driver.started).toHaveLength(5);
    await expect.poll(() => scheduler.instances()).toHaveLength(2);
  });

  test('a trial that is called off ends its instance at once', async () => {
    const { driver } = driverOf();
    const { scheduler, request } = stage({}, { driver });
    const old = await request();
    const trial = new AbortController();
    const tried = scheduler.tryOut(revision(SLOW), trial.signal);
    expect(scheduler.instances()).toHaveLength(2);
    trial.abort(new Error('the file was saved again'));
    await expect(tried).rejects.toThrow('the file was saved again');
    await expect.poll(() => driver.running.map(({ instanceId }) => instanceId)).toEqual([old.instanceId]);
    await expect(scheduler.tryOut(revision(), trial.signal)).rejects.toThrow('the file was saved again');
    expect(driver.started).toHaveLength(2);
  });

  test('a revision that was replaced meanwhile is not overwritten', async () => {
    const { driver, release } = driverOf();
    const { scheduler, request } = stage({}, { driver });
    const tried = scheduler.tryOut(revision(SLOW), never);
    scheduler.deploy(revision({ environmentVariables: { BY: 'the API' } }));
    release();
    await expect(tried).rejects.toMatchObject({ code: 'ConcurrentUpdateError' });
    const { instanceId } = await request();
    const serving = driver.started.find((one) => one.instanceId === instanceId);
    expect(serving?.spec.revision.config.environmentVariables).toEqual({ BY: 'the API' });
    await expect.poll(() => driver.running).toHaveLength(1);
  });

  test('an end of the scheduler ends the trial', async () => {
    const { driver } = driverOf();
    const { scheduler } = stage({}, { driver });
    const tried = scheduler.tryOut(revision(SLOW), never).catch((error) => error);
    await scheduler.stop({ graceMs: 0 });
    await expect.poll(() => driver.running).toEqual([]);
    void tried;
  });
});
