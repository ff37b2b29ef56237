import { createServer } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { startEmulator } from '../../src/emulator.js';
import type { EmulatorOptions } from '../../src/emulator-options.js';
import { completeFunction } from '../../src/model/function-config.js';
import { listen } from '../../src/system/listen.js';
import { consecutivePorts } from '../support/consecutive-ports.js';
import { inProcessDriver } from '../support/in-process-driver.js';

const config = (functionName: string) => completeFunction({ functionName, command: ['in-process'] });

async function start(options: EmulatorOptions) {
  const driver = inProcessDriver((request, response) => response.end(request.url));
  const emulator = await startEmulator({ driver, ...options });
  onTestFinished(() => emulator.stopNow());
  return emulator;
}

async function occupy(port: number): Promise<void> {
  const server = createServer();
  await listen(server, '127.0.0.1', port);
  onTestFinished(() => void server.close());
}

const portOf = (url: string): number => Number(new URL(url).port);

test('the first trigger listens at the port, further ones at the next free ports above, never at that of the control plane', async () => {
  const first = await consecutivePorts(6);
  await occupy(first + 2);
  const { functions, api } = await start({
    port: first,
    apiPort: first + 1,
    functions: [{ config: config('one') }, { config: config('two') }, { config: config('three') }],
  });
  expect(functions.map(({ url }) => portOf(url))).toEqual([first, first + 3, first + 4]);
  expect(portOf(api)).toBe(first + 1);
  for (const { url } of functions) expect((await fetch(`${url}/a`)).status).toBe(200);
});

test('a first port that is in use is refused, and not passed over', async () => {
  const first = await consecutivePorts(2);
  await occupy(first);
  await expect(start({ port: first, functions: [{ config: config('one') }] })).rejects.toThrow(
    `port ${first} is in use`,
  );
});

test('U42: a function without a trigger has no listener, and the next function gets the first port', async () => {
  const first = await consecutivePorts(2);
  const emulator = await start({
    port: first,
    functions: [{ config: config('silent'), triggers: [] }, { config: config('loud') }],
  });
  expect(emulator.functions).toEqual([
    { functionName: 'silent', url: '', triggers: [] },
    expect.objectContaining({ functionName: 'loud', url: `http://127.0.0.1:${first}` }),
  ]);
  const { url } = await emulator.control.functions.get({ functionName: 'silent' });
  expect(url).toBeUndefined();
});

test('a trigger lets in the methods that it names', async () => {
  const { url } = await start({
    functions: [{ config: config('one'), triggers: [{ triggerName: 'read', methods: ['GET'] }] }],
  });
  expect((await fetch(url)).status).toBe(200);
  expect((await fetch(url, { method: 'PUT' })).status).toBe(405);
});

test('deploy with triggers gives a function these and no others; a known name keeps its address', async () => {
  const triggers = [{ triggerName: 'a' }, { triggerName: 'gone', qualifier: 'prod' }];
  const emulator = await start({ functions: [{ config: config('one'), triggers }] });
  const [a, gone] = emulator.function('one').triggers.map(({ url }) => url);
  const deployed = await emulator.deploy({
    config: config('one'),
    triggers: [
      { triggerName: 'a', methods: ['GET'] },
      { triggerName: 'new', qualifier: 'beta' },
    ],
  });
  expect(deployed.triggers.map(({ triggerName }) => triggerName)).toEqual(['a', 'new']);
  expect(deployed.url).toBe(a);
  expect((await fetch(`${a}/`)).status).toBe(200);
  expect((await fetch(`${a}/`, { method: 'PUT' })).status).toBe(405);
  await expect(fetch(`${gone}/`)).rejects.toThrow();
  const { triggerConfig } = await emulator.control.triggers.get({ functionName: 'one', triggerName: 'a' });
  expect(JSON.parse(triggerConfig)).toMatchObject({ methods: ['GET'] });
  await emulator.deploy({ config: config('one') });
  expect(emulator.function('one').triggers).toHaveLength(2);
  await emulator.deploy({ config: config('one'), triggers: [] });
  expect(emulator.function('one').triggers).toEqual([]);
});
