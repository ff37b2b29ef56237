import { describe, expect, onTestFinished, test } from 'vitest';
import { startEmulator } from '../../src/emulator.js';
import type { EmulatorOptions } from '../../src/emulator-options.js';
import type { EmulatorEvent } from '../../src/model/events.js';
import { completeFunction } from '../../src/model/function-config.js';
import type { FunctionInput } from '../../src/model/function-input.js';
import { answersVariable } from '../support/answers-variable.js';
import { rawRequest } from '../support/raw-request.js';
import { temporaryFolder } from '../support/run-cli.js';

function configOf(functionName: string, input: Partial<FunctionInput> = {}) {
  return completeFunction({
    functionName,
    command: ['in-process'],
    sessionAffinity: 'HEADER_FIELD',
    sessionAffinityConfig: { affinityHeaderFieldName: 'session-name' },
    timeout: 60,
    ...input,
  });
}

/** Each instance tells its ID and the variable VERSION of its revision. */
async function start(options: Partial<EmulatorOptions> = {}) {
  const { driver, local } = answersVariable('VERSION');
  const events: EmulatorEvent[] = [];
  const emulator = await startEmulator({
    functions: [{ config: configOf('hello', { environmentVariables: { VERSION: '1' } }) }],
    driver,
    onEvent: (event) => events.push(event),
    ...options,
  });
  onTestFinished(() => emulator.stopNow());
  const ask = async (url: string, sessionId: string) => {
    const reply = await fetch(url, { headers: { 'session-name': sessionId } });
    return { status: reply.status, version: await reply.text(), instance: reply.headers.get('x-instance') };
  };
  return { emulator, driver: local, events, ask };
}

describe('emulator.deploy', () => {
  test('adds a function, which answers at its own address and under its own name', async () => {
    const { emulator, ask, events } = await start();
    const { url } = await emulator.deploy({ config: configOf('Cart') });
    expect((await ask(url, 'a')).status).toBe(200);
    const { port } = new URL(url);
    const named = await rawRequest(Number(port), { path: '/', headers: { host: `cart.localhost:${port}` } });
    expect(named.status).toBe(200);
    expect(emulator.functions.map(({ functionName }) => functionName)).toEqual(['hello', 'Cart']);
    expect(await emulator.control.functions.get({ functionName: 'Cart' })).toMatchObject({ url });
    expect(events.filter(({ type }) => type === 'function.added')).toHaveLength(2);
  });

  test('F-25: replaces a configuration under traffic: no request fails, sessions stay, new ones go to the new', async () => {
    const { emulator, ask, driver, events } = await start();
    const { url } = emulator;
    const statuses = new Set<number>();
    const moved: string[] = [];
    let isOver = false;
    const users = Array.from({ length: 10 }, async (_, user) => {
      const first = await ask(url, `user-${user}`);
      while (!isOver) {
        const { status, instance } = await ask(url, `user-${user}`);
        statuses.add(status);
        if (instance !== first.instance) moved.push(`user-${user}`);
      }
    });
    for (let version = 2; version <= 6; version++) {
      await emulator.deploy({
        config: configOf('hello', { environmentVariables: { VERSION: String(version) } }),
      });
      for (let visitor = 0; visitor < 20; visitor++) {
        const seen = await ask(url, `visitor-${version}-${visitor}`);
        statuses.add(seen.status);
        expect(seen.version).toBe(String(version));
      }
    }
    isOver = true;
    await Promise.all(users);
    expect([...statuses]).toEqual([200]);
    expect(moved).toEqual([]);
    const ref = { functionName: 'hello' };
    for (;;) {
      const { sessions } = await emulator.control.sessions.list({ ...ref, limit: 100 });
      const old = sessions.filter(({ sessionId }) => !sessionId.startsWith('visitor-6'));
      if (old.length === 0) break;
      for (const { sessionId } of old) await emulator.control.sessions.delete({ ...ref, sessionId });
    }
    await expect.poll(() => driver.running.length, { timeout: 10_000 }).toBe(1);
    expect(events.filter(({ type }) => type === 'function.updated')).toHaveLength(5);
  });

  test('another name of the session header holds from the next request on', async () => {
    const { emulator } = await start();
    const renamed = { affinityHeaderFieldName: 'other-name', sessionConcurrencyPerInstance: 1 };
    await emulator.deploy({ config: configOf('hello', { sessionAffinityConfig: renamed }) });
    const ask = async () =>
      (await fetch(emulator.url, { headers: { 'other-name': 'a' } })).headers.get('x-instance');
    expect(await ask()).toBe(await ask());
  });

  test('refuses what startEmulator refuses', async () => {
    const { emulator } = await start();
    const config = { ...configOf('cart'), timeout: 0 };
    await expect(emulator.deploy({ config })).rejects.toMatchObject({ code: 'InvalidArgument' });
    await expect(
      emulator.deploy({ config: configOf('cart'), triggers: [{ triggerName: 't', port: -1 }] }),
    ).rejects.toMatchObject({
      code: 'InvalidArgument',
    });
  });
});

describe('emulator.remove', () => {
  test('ends the instances and sessions of a function, and forgets its address', async () => {
    const { emulator, ask, driver, events } = await start();
    await ask(emulator.url, 'a');
    const { url } = emulator;
    await emulator.remove('hello');
    expect(driver.running).toEqual([]);
    expect(emulator.functions).toEqual([]);
    await expect(emulator.control.sessions.list({ functionName: 'hello' })).rejects.toMatchObject({
      code: 'FunctionNotFound',
    });
    await expect(ask(url, 'a')).rejects.toThrow();
    expect(events.at(-1)?.type).toMatch(/^instance\.ended$|^function\.removed$/);
    await expect(emulator.remove('hello')).rejects.toMatchObject({ code: 'FunctionNotFound' });
  });

  test('a function of the same name that is added later knows no session of the removed one', async () => {
    const { emulator, ask } = await start({ stateDirectory: temporaryFolder() });
    await ask(emulator.url, 'a');
    await emulator.remove('hello');
    await emulator.deploy({ config: configOf('hello') });
    expect(await emulator.control.sessions.list({ functionName: 'hello' })).toEqual({ sessions: [] });
  });
});
