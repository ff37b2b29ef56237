import { describe, expect, test } from 'vitest';
import type { Assignment } from '../../src/model/admission.js';
import { idOf, session, stage } from '../support/scheduler.js';

describe('200 requests in flight on an instance', () => {
  test('G04 G05 I8 the next of a bound session is refused at once, a new session gets another instance', async () => {
    const { admit, driver } = stage();
    const first = await admit();
    const assignments: Assignment[] = [first];
    for (let count = 1; count < 200; count++) assignments.push(await admit(session(idOf(first))));
    await expect(admit(session(idOf(first)))).rejects.toMatchObject({
      code: 'ResourceExhausted',
      status: 429,
    });
    const other = await admit();
    expect(other.instanceId).not.toBe(first.instanceId);
    expect(other.decision.placement).toBe('overflow');
    expect(driver.started).toHaveLength(2);
    assignments.pop()?.release({ answered: true });
    expect((await admit(session(idOf(first)))).decision.placement).toBe('bound');
  });

  test('G06 20 sessions with 10 requests each fill an instance that could hold 30', async () => {
    const { admit } = stage({ sessionAffinityConfig: { sessionConcurrencyPerInstance: 30 } });
    const instances = new Set<string>();
    for (let count = 0; count < 20; count++) {
      const first = await admit();
      instances.add(first.instanceId);
      for (let request = 1; request < 10; request++) await admit(session(idOf(first)));
    }
    expect(instances.size).toBe(1);
    const next = await admit();
    expect(instances.has(next.instanceId)).toBe(false);
  });

  test('G18 of a burst of 400 exactly 200 are admitted, the others refused, none is queued', async () => {
    const { admit } = stage();
    const first = await admit();
    first.release({ answered: true });
    const burst = await Promise.allSettled(Array.from({ length: 400 }, () => admit(session(idOf(first)))));
    expect(burst.filter(({ status }) => status === 'fulfilled')).toHaveLength(200);
    for (const one of burst)
      if (one.status === 'rejected') expect(one.reason).toMatchObject({ code: 'ResourceExhausted' });
  });

  test('I11 load goes back to zero, and an assignment cannot be released twice', async () => {
    const { admit, scheduler } = stage();
    const assignments = await Promise.all(Array.from({ length: 30 }, () => admit()));
    for (const assignment of assignments) assignment.release({ answered: true });
    expect(scheduler.instances().map(({ inFlight }) => inFlight)).toEqual([0, 0]);
    expect(() => assignments[0]?.release({ answered: true })).toThrow('was released before');
  });
});
