import { expect, onTestFinished, test } from 'vitest';
import { startEmulator } from '../../src/emulator.js';
import type { EmulatorOptions } from '../../src/emulator-options.js';
import { MovableClock } from '../../src/model/clock.js';
import type { EmulatorEvent } from '../../src/model/events.js';
import { completeFunction } from '../../src/model/function-config.js';
import type { FunctionInput } from '../../src/model/function-input.js';
import { inProcessDriver } from '../support/in-process-driver.js';

async function start(input: Partial<FunctionInput> = {}, options: Partial<EmulatorOptions> = {}) {
  const events: EmulatorEvent[] = [];
  const driver = inProcessDriver();
  const config = completeFunction({
    functionName: 'hello',
    command: ['in-process'],
    sessionAffinity: 'HEADER_FIELD',
    sessionAffinityConfig: { affinityHeaderFieldName: 'session-name' },
    environmentVariables: { TOKEN: 'secret' },
    ...input,
  });
  const emulator = await startEmulator({
    functions: [{ config }],
    driver,
    clock: new MovableClock({ frozen: true }),
    onEvent: (event) => events.push(event),
    ...options,
  });
  onTestFinished(() => emulator.stopNow());
  const request = async (sessionId: string): Promise<void> => {
    const reply = await fetch(emulator.functions[0]?.url ?? '', { headers: { 'session-name': sessionId } });
    await reply.arrayBuffer();
  };
  /** Types since the last call, with their reasons. */
  const told = (): string[] =>
    events.splice(0).map((event) => ('reason' in event ? `${event.type} ${event.reason}` : event.type));
  return { emulator, driver, events, request, told, ref: { functionName: 'hello' } };
}

test('every step in the life of requests, sessions and instances is reported in its order', async () => {
  const { emulator, driver, request, told, ref } = await start({
    instanceIsolationMode: 'SESSION_EXCLUSIVE',
  });
  const { sessions } = emulator.control;
  expect(told()).toEqual(['function.added']);
  await request('a');
  expect(told()).toEqual([
    'request.begin',
    'instance.starting scaled-out',
    'session.opened',
    'instance.ready',
    'request.admitted',
    'request.end',
  ]);
  await request('a');
  expect(told()).toEqual(['request.begin', 'request.admitted', 'request.end']);
  await sessions.update({ ...ref, sessionId: 'a' }, { sessionTTLInSeconds: 3600 });
  expect(told()).toEqual(['session.updated']);
  await sessions.pause({ ...ref, sessionId: 'a' });
  expect(told()).toEqual([
    'instance.draining session-ended',
    'instance.ended session-ended',
    'session.paused',
  ]);
  await sessions.resume({ ...ref, sessionId: 'a' });
  expect(told()).toEqual(['instance.starting scaled-out', 'instance.ready', 'session.resumed']);
  await driver.running[0]?.crash();
  await expect.poll(told).toEqual(['instance.ended crashed']);
  await request('a');
  expect(told()).toEqual([
    'request.begin',
    'instance.starting scaled-out',
    'session.rebound instance-ended',
    'instance.ready',
    'request.admitted',
    'request.end',
  ]);
  await sessions.delete({ ...ref, sessionId: 'a' });
  expect(told()).toEqual([
    'session.deleted api',
    'instance.draining session-ended',
    'instance.ended session-ended',
  ]);
});

test('sessions expire by TTL and by idle time, and are opened again', async () => {
  const { emulator, request, told, ref } = await start();
  await emulator.control.sessions.create(ref, { sessionId: 'a', sessionTTLInSeconds: 60 });
  await request('b');
  told();
  await emulator.clock.advance(1_800_000);
  expect(told()).toEqual(['session.expired ttl', 'session.expired idle', 'clock.advanced']);
  await request('a');
  expect(told()).toContain('session.reopened');
});

test('instances that are killed, idle or stopped say so', async () => {
  const { emulator, driver, request, told, ref } = await start();
  await request('a');
  await emulator.control.instances.kill(driver.running[0]?.instanceId ?? '');
  expect(told().slice(-2)).toEqual(['instance.draining killed', 'instance.ended killed']);
  await request('a');
  await emulator.control.sessions.delete({ ...ref, sessionId: 'a' });
  told();
  await emulator.clock.advance(600_000);
  expect(told()).toEqual(['instance.draining idle', 'clock.advanced', 'instance.ended idle']);
  await request('a');
  told();
  await emulator.stop();
  expect(told()).toEqual(['instance.draining stopped', 'instance.ended stopped']);
});

test('an instance that does not start tells why and how it ended', async () => {
  const failing = inProcessDriver(undefined, { beforeReady: () => Promise.reject(new Error('no luck')) });
  const { request, events } = await start({}, { driver: failing });
  await request('a');
  await expect
    .poll(() => events.find(({ type }) => type === 'instance.ended'))
    .toMatchObject({
      reason: 'failed',
      exit: { code: 1, signal: null },
      failure: { message: expect.any(String) },
    });
  expect(events.find(({ type }) => type === 'session.deleted')).toMatchObject({ reason: 'unanswered' });
});

test('every move of the clock is reported, by the API or by the caller; environment variables are not', async () => {
  const { emulator, events, told } = await start();
  expect(JSON.stringify(events)).not.toContain('secret');
  told();
  await emulator.control.clock.advance(1000);
  await emulator.clock.advance(2000);
  await emulator.control.clock.resume();
  await emulator.control.clock.freeze();
  expect(events).toMatchObject([
    { type: 'clock.advanced', milliseconds: 1000, clock: { frozen: true } },
    { type: 'clock.advanced', milliseconds: 2000 },
    { type: 'clock.resumed', clock: { frozen: false } },
    { type: 'clock.frozen', clock: { frozen: true } },
  ]);
});
