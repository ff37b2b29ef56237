import { describe, expect, test } from 'vitest';
import { MemoryStore } from '../support/memory-store.js';
import { idOf, session, stage } from '../support/scheduler.js';

const lifetimes = { sessionAffinityConfig: { sessionTTLInSeconds: 100, sessionIdleTimeoutInSeconds: 30 } };

describe('sessions in a store', () => {
  test('are Active after a restart, and get an instance when they are next used', async () => {
    const store = new MemoryStore();
    const before = stage(lifetimes, { store });
    const sessionId = idOf(await before.request());
    const known = await before.scheduler.sessions.get({ ...before.ref, sessionId });
    await before.scheduler.stop();

    const after = stage(lifetimes, { store, clock: before.clock });
    // S18: the instance of before is gone, so none is shown.
    expect(await after.scheduler.sessions.get({ ...after.ref, sessionId })).toEqual({
      ...known,
      containerId: '',
    });
    expect(after.driver.started).toHaveLength(0);
    const assignment = await after.request(session(sessionId));
    expect(assignment).toMatchObject({
      opened: false,
      decision: { session: 'known', placement: 'scaled-out' },
    });
    expect(await after.scheduler.sessions.get({ ...after.ref, sessionId })).toMatchObject({
      containerId: assignment.instanceId,
    });
  });

  test('have lived on while the emulator was down', async () => {
    const store = new MemoryStore();
    const before = stage(lifetimes, { store });
    const [idle, used] = [idOf(await before.request()), idOf(await before.request())];
    await before.clock.advance(20_000);
    await before.request(session(used));
    await before.scheduler.stop();
    await before.clock.advance(10_000);

    const after = stage(lifetimes, { store, clock: before.clock });
    await expect(after.scheduler.sessions.get({ ...after.ref, sessionId: idle })).rejects.toMatchObject({
      code: 'SessionNotFound',
    });
    expect(await after.scheduler.sessions.get({ ...after.ref, sessionId: used })).toMatchObject({
      sessionStatus: 'Active',
    });
    await after.clock.advance(20_000);
    await expect(after.scheduler.sessions.get({ ...after.ref, sessionId: used })).rejects.toMatchObject({
      code: 'SessionNotFound',
    });
  });

  test('that expired or were deleted stay so', async () => {
    const store = new MemoryStore();
    const banned = {
      sessionAffinityConfig: { ...lifetimes.sessionAffinityConfig, disableSessionIdReuse: true },
    };
    const before = stage(banned, { store });
    const [expired, deleted] = [idOf(await before.request()), idOf(await before.request())];
    await before.scheduler.sessions.delete({ ...before.ref, sessionId: deleted });
    await before.clock.advance(100_000);
    await before.scheduler.stop();

    const after = stage(banned, { store, clock: before.clock });
    await expect(after.request(session(expired))).rejects.toMatchObject({ code: 'SessionExpired' });
    expect(
      (await after.scheduler.sessions.list(after.ref)).sessions.map(({ sessionId }) => sessionId),
    ).toEqual([expired]);
    await after.clock.advance(3 * 86_400_000);
    expect(store.kept.size).toBe(0);
  });

  test('are not mixed up with later sessions, in the order of creation', async () => {
    const store = new MemoryStore();
    const before = stage(lifetimes, { store });
    const first = idOf(await before.request());
    await before.scheduler.stop();
    const after = stage(lifetimes, { store, clock: before.clock });
    const second = idOf(await after.request());
    expect(
      (await after.scheduler.sessions.list(after.ref)).sessions.map(({ sessionId }) => sessionId),
    ).toEqual([first, second]);
  });

  test('U26 of a function that now has another affinity are expired', async () => {
    const store = new MemoryStore();
    const before = stage(lifetimes, { store });
    await before.request();
    await before.scheduler.stop();
    const after = stage(
      { sessionAffinity: 'HEADER_FIELD', sessionAffinityConfig: { affinityHeaderFieldName: 'session-id' } },
      { store, clock: before.clock },
    );
    expect((await after.scheduler.sessions.list(after.ref)).sessions).toMatchObject([
      { sessionStatus: 'Expired' },
    ]);
  });

  test('C5: with a request in flight are used in every second of it, also at a kill', async () => {
    const store = new MemoryStore();
    const before = stage(lifetimes, { store });
    const [open, short] = [idOf(await before.request()), idOf(await before.request())];
    await before.admit(session(open));
    for (let second = 0; second < 40; second++) {
      await before.clock.advance(1000);
      await before.processClock.advance(1000);
    }
    // Nothing more is written: the emulator is killed here.
    expect(await before.scheduler.sessions.get({ ...before.ref, sessionId: open })).toBeDefined();
    const after = stage(lifetimes, { store: storeWith(store), clock: before.clock });
    expect(await after.scheduler.sessions.get({ ...after.ref, sessionId: open })).toMatchObject({
      sessionStatus: 'Active',
    });
    await expect(after.scheduler.sessions.get({ ...after.ref, sessionId: short })).rejects.toMatchObject({
      code: 'SessionNotFound',
    });
    await after.clock.advance(28_000);
    await after.scheduler.sessions.get({ ...after.ref, sessionId: open });
    await after.clock.advance(2_001);
    await expect(after.scheduler.sessions.get({ ...after.ref, sessionId: open })).rejects.toMatchObject({
      code: 'SessionNotFound',
    });
  });

  test('C5: with a request in flight are used until the stop', async () => {
    const store = new MemoryStore();
    const before = stage(lifetimes, { store });
    const sessionId = idOf(await before.admit());
    await before.clock.advance(40_000);
    await before.scheduler.stop();
    const after = stage(lifetimes, { store, clock: before.clock });
    await after.clock.advance(29_999);
    expect(await after.scheduler.sessions.get({ ...after.ref, sessionId })).toMatchObject({
      sessionStatus: 'Active',
    });
  });

  test('C5: with a request in flight on a frozen clock are noted once, and no more when it has ended', async () => {
    const store = new MemoryStore();
    const { admit, clock, processClock } = stage(lifetimes, { store });
    const assignment = await admit();
    await clock.advance(500);
    const { writes } = store;
    for (let second = 0; second < 10; second++) await processClock.advance(1000);
    expect(store.writes).toBe(writes + 1);
    assignment.release({ answered: true });
    await processClock.advance(1000);
    await clock.advance(500);
    for (let second = 0; second < 10; second++) await processClock.advance(1000);
    expect(store.writes).toBe(writes + 2);
  });

  test('that nobody knows are not kept, and requests are noted together, not one by one', async () => {
    const store = new MemoryStore();
    const { admit, request, processClock, clock, scheduler } = stage(lifetimes, { store });
    (await admit()).release({ answered: false });
    expect(store.kept.size).toBe(0);
    const sessionId = idOf(await request());
    const writes = store.writes;
    for (let count = 0; count < 100; count++) await request(session(sessionId));
    expect(store.writes).toBe(writes);
    await clock.advance(5_000);
    await request(session(sessionId));
    await processClock.advance(1_000);
    expect(store.writes).toBe(writes + 1);
    expect([...store.kept.values()]).toMatchObject([{ lastUsedAt: clock.now(), used: true }]);
    await request(session(sessionId));
    await scheduler.stop();
    expect(store.writes).toBe(writes + 2);
  });
});

function storeWith({ kept }: MemoryStore): MemoryStore {
  const store = new MemoryStore();
  for (const [order, session] of kept) store.kept.set(order, session);
  return store;
}
