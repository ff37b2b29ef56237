import { expect, onTestFinished, test } from 'vitest';
import { startEmulator } from '../../src/emulator.js';
import { MovableClock } from '../../src/model/clock.js';
import type { ConsoleEvent } from '../../src/model/console-events.js';
import { completeFunction } from '../../src/model/function-config.js';
import type { FunctionInput } from '../../src/model/function-input.js';
import { inProcessDriver } from '../support/in-process-driver.js';
import { readEvents } from '../support/read-events.js';

const NOW = Date.UTC(2025, 3, 1, 8);

async function start(input: Partial<FunctionInput> = {}) {
  const config = completeFunction({
    functionName: 'cart',
    command: ['in-process'],
    sessionAffinity: 'HEADER_FIELD',
    sessionAffinityConfig: { affinityHeaderFieldName: 'session-name', sessionConcurrencyPerInstance: 2 },
    environmentVariables: { TOKEN: 'secret' },
    ...input,
  });
  const driver = inProcessDriver();
  const clock = new MovableClock({ frozen: true, startAt: NOW });
  const emulator = await startEmulator({ functions: [{ config }], driver, clock });
  onTestFinished(() => emulator.stopNow());
  const url = emulator.functions[0]?.url ?? '';
  const send = async (sessionId: string, path = '/'): Promise<string> => {
    const reply = await fetch(`${url}${path}`, { headers: { 'session-name': sessionId } });
    await reply.arrayBuffer();
    return reply.headers.get('x-fc-request-id') ?? '';
  };
  return { emulator, driver, clock, url, send, api: emulator.api, ref: { functionName: 'cart' } };
}

const typesOf = (events: readonly ConsoleEvent[]): string[] => events.map(({ type }) => type);
const isEnd = ({ type }: ConsoleEvent): boolean => type === 'request.end';

test('a reader learns the functions, the instances and the sessions that there are', async () => {
  const { emulator, url, send, api, driver } = await start();
  await send('a');
  const stream = await readEvents(api);
  const [hello, snapshot] = [await stream.next(), await stream.next()];
  expect(hello).toMatchObject({
    type: 'hello',
    now: NOW,
    clock: { frozen: true, offsetMs: expect.any(Number) },
    resumed: false,
    functions: [
      {
        functionName: 'cart',
        qualifier: 'LATEST',
        url,
        affinity: 'HEADER_FIELD',
        headerName: 'session-name',
        sessionsPerInstance: 2,
        ttl: 21_600,
        idle: 1800,
        isolation: 'SHARE',
      },
    ],
    counts: { sessions: 1, instances: 1, inFlight: 0 },
  });
  const { instanceId = '' } = driver.running[0] ?? {};
  expect(snapshot).toMatchObject({
    type: 'snapshot',
    first: true,
    done: true,
    instances: [
      {
        instanceId,
        functionName: 'cart',
        qualifier: 'LATEST',
        state: 'ready',
        startedAt: NOW,
        readyAt: NOW,
        port: expect.any(Number),
        slots: 2,
        slotsTaken: 1,
        inFlight: 0,
        revision: 1,
      },
    ],
    sessions: [
      {
        sessionId: 'a',
        functionName: 'cart',
        qualifier: 'LATEST',
        instanceId,
        status: 'Active',
        createdAt: NOW,
        expiresAt: NOW + 21_600_000,
        idleExpiresAt: NOW + 1_800_000,
        idle: 1800,
        inFlight: 0,
        requests: 1,
        reopened: false,
      },
    ],
  });
  expect(JSON.stringify([hello, snapshot])).not.toContain('secret');
  expect(emulator.functions).toHaveLength(1);
});

test('a session that ended by its idle time tells when, and is in no snapshot', async () => {
  const { clock, send, api } = await start();
  await send('a');
  await send('b');
  const stream = await readEvents(api, { query: '?types=session' });
  await stream.next();
  await clock.advance(1_000_000);
  await send('b');
  await clock.advance(800_000);
  expect((await stream.upTo(({ type }) => type === 'session.expired')).at(-1)).toMatchObject({
    reason: 'idle',
    session: { sessionId: 'a', status: 'Expired', expiresAt: NOW + 1_800_000, idleExpiresAt: null },
  });
  const [, snapshot] = await (await readEvents(api)).upTo(({ type }) => type === 'snapshot');
  expect(snapshot).toMatchObject({ sessions: [{ sessionId: 'b' }] });
});

test('a request is told when an instance takes it, and when it has ended with its session as it is then', async () => {
  const { send, api } = await start();
  const stream = await readEvents(api, { query: '?types=request,session,instance' });
  await stream.next();
  const requestId = await send('a', `/cart?${'q'.repeat(300)}`);
  const events = await stream.upTo(isEnd);
  expect(typesOf(events)).toEqual([
    'instance.starting',
    'session.opened',
    'instance.ready',
    'request.begin',
    'request.end',
  ]);
  const [starting, opened, , begin, end] = events;
  expect(starting).toMatchObject({ reason: 'scaled-out', instance: { state: 'starting', readyAt: null } });
  expect(opened).toMatchObject({
    by: requestId,
    session: { sessionId: 'a', inFlight: 1, idleExpiresAt: null },
  });
  expect(begin).toMatchObject({
    requestId,
    method: 'GET',
    identity: 'header',
    sessionId: 'a',
    placement: 'scaled-out',
  });
  expect(begin?.type === 'request.begin' && begin.target.length).toBe(256);
  expect(end).toMatchObject({
    record: { requestId, status: 200 },
    session: { sessionId: 'a', inFlight: 0, requests: 1, idleExpiresAt: NOW + 1_800_000 },
    instance: { slotsTaken: 1, inFlight: 0 },
  });
});

test('every step in the life of a session is told with the session as it is after it', async () => {
  const { emulator, clock, driver, send, api, ref } = await start({
    instanceIsolationMode: 'SESSION_EXCLUSIVE',
    sessionAffinityConfig: { affinityHeaderFieldName: 'session-name' },
  });
  const { sessions } = emulator.control;
  const stream = await readEvents(api, { query: '?types=session' });
  await stream.next();
  const a = { ...ref, sessionId: 'a' };
  await sessions.create(ref, { sessionId: 'a', sessionTTLInSeconds: 60 });
  expect(await stream.next()).toMatchObject({
    type: 'session.opened',
    by: 'api',
    session: { requests: 0, expiresAt: NOW + 60_000 },
  });
  await sessions.update(a, { sessionTTLInSeconds: 120 });
  expect(await stream.next()).toMatchObject({
    type: 'session.updated',
    session: { expiresAt: NOW + 120_000, idleExpiresAt: NOW + 120_000 },
  });
  await sessions.pause(a);
  expect(await stream.next()).toMatchObject({
    type: 'session.paused',
    session: { status: 'Paused', idleExpiresAt: null },
  });
  await sessions.resume(a);
  expect(await stream.next()).toMatchObject({ type: 'session.resumed', session: { status: 'Active' } });
  await driver.running[0]?.crash();
  await expect.poll(() => emulator.control.instances.list()).toEqual([]);
  await send('a');
  expect(await stream.next()).toMatchObject({
    type: 'session.rebound',
    reason: 'instance-ended',
    session: { instanceId: driver.running[0]?.instanceId },
  });
  await clock.advance(120_000);
  expect(await stream.next()).toMatchObject({
    type: 'session.expired',
    reason: 'ttl',
    session: { status: 'Expired', expiresAt: NOW + 120_000 },
  });
  const requestId = await send('a');
  expect(await stream.next()).toMatchObject({
    type: 'session.reopened',
    by: requestId,
    session: { status: 'Active', reopened: true, requests: 1 },
  });
  await sessions.delete(a);
  expect(await stream.next()).toMatchObject({
    type: 'session.deleted',
    reason: 'api',
    session: { sessionId: 'a' },
  });
});

test('a move of the clock is told with the time as it is then', async () => {
  const { emulator, api } = await start();
  const stream = await readEvents(api, { query: '?types=clock' });
  await stream.next();
  await emulator.control.clock.advance(5000);
  expect(await stream.next()).toMatchObject({
    type: 'clock',
    now: NOW + 5000,
    advancedMs: 5000,
    clock: { frozen: true },
  });
  await emulator.control.clock.resume();
  const event = await stream.next();
  expect(event).toMatchObject({ type: 'clock', clock: { frozen: false } });
  expect(event).not.toHaveProperty('advancedMs');
});

test('functions, versions and aliases come and go', async () => {
  const { emulator, api, ref } = await start();
  const stream = await readEvents(api, { query: '?types=function' });
  await stream.next();
  const { versions, aliases } = emulator.control;
  await versions.publish(ref);
  expect(await stream.next()).toMatchObject({ type: 'function', function: { qualifier: 'LATEST' } });
  await aliases.create(ref, { aliasName: 'prod', versionId: '1' });
  await emulator.control.sessions.create({ ...ref, qualifier: 'prod' }, { sessionId: 'p' });
  await aliases.delete({ ...ref, aliasName: 'prod' });
  expect((await stream.upTo(({ type }) => type === 'function.removed')).at(-1)).toMatchObject({
    functionName: 'cart',
    qualifier: 'prod',
  });
  await emulator.remove('cart');
  const all = await stream.upTo((event) => event.type === 'function.removed' && !('qualifier' in event));
  expect(all.at(-1)).toMatchObject({ functionName: 'cart' });
});

test('a reader that comes back gets what it missed', async () => {
  const { send, api } = await start();
  const stream = await readEvents(api);
  await send('a');
  await stream.upTo(isEnd);
  stream.leave();
  const requestId = await send('a');
  const again = await readEvents(api, { headers: { 'Last-Event-ID': stream.lastId ?? '' } });
  const events = await again.upTo(isEnd);
  expect(typesOf(events)).toEqual(['hello', 'request.begin', 'request.end']);
  expect(events.at(-1)).toMatchObject({ record: { requestId } });
});
