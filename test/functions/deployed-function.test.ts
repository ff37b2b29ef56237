import { describe, expect, onTestFinished, test } from 'vitest';
import { DeployedFunction } from '../../src/functions/deployed-function.js';
import type { RunnerSpec } from '../../src/functions/function-runner.js';
import { servedFunction } from '../../src/functions/served-function.js';
import { MovableClock } from '../../src/model/clock.js';
import type { FunctionVersion } from '../../src/model/function.js';
import { completeFunction } from '../../src/model/function-config.js';
import { createIds } from '../../src/model/ids.js';
import { Scheduler } from '../../src/scheduler/scheduler.js';
import { inProcessDriver } from '../support/in-process-driver.js';

const INSTANT = { createdAt: 0, lastModifiedAt: 0, description: '' };

function versionOf(versionId: string, maxInstances = 20): FunctionVersion {
  const config = completeFunction({
    functionName: 'hello',
    command: ['in-process'],
    sessionAffinity: 'GENERATED_COOKIE',
    sessionAffinityConfig: { sessionConcurrencyPerInstance: 1 },
    maxInstances,
  });
  return { ...INSTANT, versionId, config };
}

function deployed(maxInstances = 20) {
  const made: string[] = [];
  const clock = new MovableClock({ frozen: true });
  const { config } = versionOf('0', maxInstances);
  const served = servedFunction(config, { functionId: 'id', createdAt: 0 });
  const newRunner = (spec: RunnerSpec) => {
    made.push(spec.qualifier);
    return new Scheduler({
      ...spec,
      driver: inProcessDriver(),
      sessionClock: clock,
      processClock: clock,
      ids: createIds(clock),
      chance: () => 0,
    });
  };
  const one = new DeployedFunction(served, {
    newRunner,
    said: config,
    isDeclared: true,
    declaredTriggers: new Set<string>(),
  });
  onTestFinished(() => one.stop({ graceMs: 0 }));
  for (const versionId of ['1', '2']) one.versions.set(versionId, versionOf(versionId));
  one.setAlias({ ...INSTANT, aliasName: 'prod', versionId: '1' });
  const open = (qualifier: string) =>
    one.runner(qualifier).sessions.create({ functionName: 'hello', qualifier }, {});
  return { one, made, open };
}

describe('a function with versions and aliases', () => {
  test('LATEST has a scheduler at once, a version and an alias have one after their first use', async () => {
    const { one, made, open } = deployed();
    expect(made).toEqual(['LATEST']);
    await open('1');
    await open('prod');
    await open('prod');
    expect(made).toEqual(['LATEST', '1', 'prod']);
    expect(one.runners).toHaveLength(3);
  });

  test('an unknown number gives VersionNotFound, another unknown qualifier gives AliasNotFound', () => {
    const { one } = deployed();
    expect(() => one.runner('3')).toThrow(expect.objectContaining({ code: 'VersionNotFound' }));
    expect(() => one.runner('latest')).toThrow(expect.objectContaining({ code: 'AliasNotFound' }));
  });

  test('all qualifiers share the ceiling of instances', async () => {
    const { open } = deployed(3);
    await open('LATEST');
    await open('1');
    await open('prod');
    await expect(open('2')).rejects.toMatchObject({ code: 'ResourceExhausted' });
    await expect(open('LATEST')).rejects.toMatchObject({ code: 'ResourceExhausted' });
  });

  test('at the ceiling, an empty instance of another qualifier ends, and an instance with a session stays', async () => {
    const { one, open } = deployed(1);
    const session = await open('LATEST');
    await expect(open('1')).rejects.toMatchObject({ code: 'ResourceExhausted' });
    await one.runner().sessions.delete({ functionName: 'hello', sessionId: session.sessionId });
    await open('1');
    expect(one.runners.map(({ size }) => size)).toEqual([0, 1]);
    await expect(open('LATEST')).rejects.toMatchObject({ code: 'ResourceExhausted' });
  });

  test('instances of the minimum are not ended for another qualifier', async () => {
    const { one, open } = deployed(1);
    one.scaling.set('LATEST', { minInstances: 1 });
    one.runner().keepMinimum();
    await expect(open('1')).rejects.toMatchObject({ code: 'ResourceExhausted' });
    expect(one.runner().size).toBe(1);
  });

  test('with a minimum above the ceiling, instances start up to the ceiling, and more requests are refused', async () => {
    const { one, open } = deployed(1);
    one.scaling.set('LATEST', { minInstances: 3 });
    one.runner().keepMinimum();
    await open('LATEST');
    await expect(open('LATEST')).rejects.toMatchObject({ code: 'ResourceExhausted' });
    one.reservedConcurrency = 2;
    await open('LATEST');
    expect(one.runner().size).toBe(2);
  });

  test('U25: a moved alias keeps its old sessions on the instance of their version', async () => {
    const { one, open } = deployed();
    const old = await open('prod');
    one.setAlias({ ...INSTANT, aliasName: 'prod', versionId: '2' });
    const young = await open('prod');
    const instances = one.runner('prod').instances();
    expect(instances.map(({ versionId, qualifier }) => [versionId, qualifier])).toEqual([
      ['1', 'prod'],
      ['2', 'prod'],
    ]);
    expect(instances.map(({ instanceId }) => instanceId)).toEqual([old.containerId, young.containerId]);
  });

  test('an ending function makes no new scheduler', async () => {
    const { one } = deployed();
    await one.stop({ graceMs: 0 });
    expect(() => one.runner('1')).toThrow(expect.objectContaining({ code: 'ServiceUnavailable' }));
  });
});
