import { request } from 'node:http';
import { expect, onTestFinished, test } from 'vitest';
import { createApiClient } from '../../src/api/create-api-client.js';
import { startEmulator } from '../../src/emulator.js';
import { completeFunction } from '../../src/model/function-config.js';
import type { FunctionInput } from '../../src/model/function-input.js';
import { inProcessDriver } from '../support/in-process-driver.js';

const SESSIONS = '/2023-03-30/functions/hello/sessions';
/** On a machine that others load. */
const PATIENCE = { timeout: 15_000 };

/** An emulator whose instances are ready when the test lets them be. */
async function startSlow(input: Partial<FunctionInput> = {}) {
  let open = (): void => {};
  let opened = Promise.resolve();
  const shut = (): void => {
    opened = new Promise((resolve) => {
      open = resolve;
    });
  };
  shut();
  const driver = inProcessDriver(undefined, { beforeReady: () => opened });
  const config = completeFunction({
    functionName: 'hello',
    command: ['in-process'],
    sessionAffinity: 'HEADER_FIELD',
    sessionAffinityConfig: { affinityHeaderFieldName: 'session-name', sessionConcurrencyPerInstance: 1 },
    maxInstances: 3,
    ...input,
  });
  const emulator = await startEmulator({ functions: [{ config }], driver });
  onTestFinished(async () => {
    open();
    await emulator.stopNow();
  });
  /** Asks, and hangs up when an instance is starting. */
  const hangUp = async (method: string, path: string, body = ''): Promise<void> => {
    const before = driver.started.length;
    const asked = request(new URL(path, emulator.api), {
      method,
      headers: { 'content-type': 'application/json', 'content-length': body.length },
      agent: false,
    });
    asked.on('error', () => {});
    asked.end(body);
    await expect.poll(() => driver.started.length, PATIENCE).toBe(before + 1);
    const closed = new Promise((resolve) => asked.once('close', resolve));
    asked.destroy();
    await closed;
  };
  return {
    driver,
    hangUp,
    open: () => open(),
    shut,
    control: createApiClient({ endpoint: emulator.api }),
    ref: { functionName: 'hello' },
  };
}

test('C9: three callers of CreateSession that hang up leave no session and every slot', async () => {
  const { hangUp, control, driver, ref, open, shut } = await startSlow({
    sessionAffinity: 'GENERATED_COOKIE',
    sessionAffinityConfig: { sessionConcurrencyPerInstance: 1 },
  });
  await hangUp('POST', SESSIONS, '{}');
  await expect.poll(() => control.sessions.list(ref), PATIENCE).toEqual({ sessions: [] });
  open();
  await expect.poll(async () => (await control.instances.list())[0]?.status, PATIENCE).toBe('Running');
  await control.sessions.create(ref, {});
  for (const expected of [2, 3]) {
    shut();
    await hangUp('POST', SESSIONS, '{}');
    await expect
      .poll(async () => (await control.sessions.list(ref)).sessions.length, PATIENCE)
      .toBe(expected - 1);
    open();
    await control.sessions.create(ref, {});
  }
  expect(driver.started).toHaveLength(3);
});

test('C9: the retry with a chosen ID succeeds', async () => {
  const { hangUp, control, ref, open } = await startSlow();
  await hangUp('POST', SESSIONS, '{"sessionId":"mine"}');
  await expect.poll(() => control.sessions.list(ref), PATIENCE).toEqual({ sessions: [] });
  open();
  expect(await control.sessions.create(ref, { sessionId: 'mine' })).toMatchObject({ sessionId: 'mine' });
});

test('C9: a session isolated on its instance takes that with it', async () => {
  const { hangUp, control, driver, ref } = await startSlow({ instanceIsolationMode: 'SESSION_EXCLUSIVE' });
  await hangUp('POST', SESSIONS, '{}');
  await expect.poll(() => control.sessions.list(ref), PATIENCE).toEqual({ sessions: [] });
  await expect.poll(() => driver.running, PATIENCE).toEqual([]);
});

test('C9: a session whose ResumeSession was hung up on is Paused again, so that the retry succeeds', async () => {
  const { hangUp, control, ref, open, shut } = await startSlow({
    instanceIsolationMode: 'SESSION_EXCLUSIVE',
  });
  open();
  await control.sessions.create(ref, { sessionId: 'mine' });
  await control.sessions.pause({ ...ref, sessionId: 'mine' });
  shut();
  await hangUp('PUT', `${SESSIONS}/mine/resume`);
  const status = async () => (await control.sessions.get({ ...ref, sessionId: 'mine' })).sessionStatus;
  await expect.poll(status, PATIENCE).toBe('Paused');
  open();
  expect(await control.sessions.resume({ ...ref, sessionId: 'mine' })).toMatchObject({
    sessionStatus: 'Active',
  });
});
