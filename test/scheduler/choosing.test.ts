import { Session } from 'node:inspector';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { MovableClock } from '../../src/model/clock.js';
import { completeFunction } from '../../src/model/function-config.js';
import type { Pool } from '../../src/scheduler/pool.js';
import type { PooledInstance } from '../../src/scheduler/pooled-instance.js';

const SLOTS = 3;
const session = new Session();

// V8 counts blocks only of code that it compiles from now on, so the pool is imported afterwards.
beforeAll(() => {
  session.connect();
  session.post('Profiler.enable');
  session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
});

afterAll(() => session.disconnect());

test('G5 a slot and a request, taken and given back, take as many steps among 10,000 instances as among 10', async () => {
  const few = await fullPool(10);
  const many = await fullPool(10_000);
  const among = (pool: Pool, rank: number): number => {
    const instance = [...pool.instances][rank];
    if (instance === undefined) throw new Error(`no instance has rank ${rank}`);
    return stepsOf(() => exchangePlace(pool, instance));
  };
  const most = Math.max(...[0, 4, 9].map((rank) => among(few, rank)));
  expect(most).toBeGreaterThan(20);
  // The free slot may stand in words further up: two levels more up, two more down, whatever the number.
  for (const rank of [0, 31, 32, 1_023, 1_024, 5_000, 9_999]) {
    expect(among(many, rank)).toBeLessThanOrEqual(most + 20);
  }
});

/** Gives back the slot of one session, then the only free slot, and gives it to another session with a request. */
function exchangePlace(pool: Pool, instance: PooledInstance): void {
  void pool.giveSlot(instance);
  const taken = pool.takeSlot();
  expect(taken.instance).toBe(instance);
  pool.takeRequest(taken.instance);
  pool.giveRequest(taken.instance);
}

/** How often V8 came through any block of the scheduler's code: every turn of a loop counts, though not those inside V8's own functions. */
function stepsOf(act: () => void): number {
  stepsSoFar();
  act();
  return stepsSoFar();
}

/** Since they were last asked for. */
function stepsSoFar(): number {
  let steps = 0;
  session.post('Profiler.takePreciseCoverage', (_error, { result }) => {
    for (const { url, functions } of result) {
      if (!url.includes('/src/scheduler/')) continue;
      for (const { ranges } of functions) for (const { count } of ranges) steps += count;
    }
  });
  return steps;
}

async function fullPool(instances: number): Promise<Pool> {
  const { Pool } = await import('../../src/scheduler/pool.js');
  const clock = new MovableClock({ frozen: true });
  const config = completeFunction({
    functionName: 'f',
    command: ['x'],
    sessionAffinity: 'GENERATED_COOKIE',
    sessionAffinityConfig: { sessionConcurrencyPerInstance: SLOTS },
    maxInstances: instances,
  });
  let named = 0;
  const pool = new Pool({
    revision: { versionId: '0', config },
    qualifier: 'LATEST',
    sessionClock: clock,
    processClock: clock,
    newInstanceId: () => `i${++named}`,
    chance: () => 0,
    hooks: { start: () => {}, stop: () => {} },
    sweep: () => {},
  });
  for (let slot = 0; slot < instances * SLOTS; slot++) pool.takeSlot();
  return pool;
}
