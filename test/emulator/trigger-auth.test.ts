import { describe, expect, onTestFinished, test } from 'vitest';
import { startEmulator } from '../../src/emulator.js';
import type { EmulatorOptions } from '../../src/emulator-options.js';
import { completeFunction } from '../../src/model/function-config.js';
import { inProcessDriver } from '../support/in-process-driver.js';
import { rawRequest } from '../support/raw-request.js';

const config = completeFunction({ functionName: 'hello', command: ['in-process'] });

async function start(options: Partial<EmulatorOptions> = {}) {
  const driver = inProcessDriver();
  const emulator = await startEmulator({
    functions: [{ config, triggers: [{ triggerName: 'web', authType: 'function', methods: ['GET'] }] }],
    driver,
    ...options,
  });
  onTestFinished(() => emulator.stopNow());
  return { emulator, driver };
}

async function ask(url: string, headers: Record<string, string> = {}, method = 'GET') {
  const reply = await fetch(url, { method, headers });
  const text = await reply.text();
  return reply.status === 200
    ? 'served'
    : `${reply.status} ${JSON.parse(text).Code}: ${JSON.parse(text).Message}`;
}

const DATE = { 'x-acs-date': '2026-11-25T18:00:00Z' };
const SIGNED = `ACS3-HMAC-SHA256 Credential=ak,SignedHeaders=x-acs-date,Signature=${'0'.repeat(64)}`;
const NO_DATE = '400 MissingRequiredHeader: required HTTP header Date was not specified';

describe('U50: authType function without keys', () => {
  test('refuses an unsigned request as Function Compute does, and starts no instance', async () => {
    const { emulator, driver } = await start();
    expect(await ask(emulator.url)).toBe(NO_DATE);
    expect(await ask(emulator.url, DATE)).toBe("400 InvalidArgument: invalid authorization ''");
    expect(await ask(emulator.url, { ...DATE, authorization: 'Bearer abc' })).toBe(
      "400 InvalidArgument: invalid authorization 'Bearer abc'",
    );
    expect(await ask(emulator.url, { authorization: SIGNED })).toBe(NO_DATE);
    expect(driver.started).toEqual([]);
  });

  test('accepts any signature in the right form', async () => {
    const { emulator } = await start();
    expect(await ask(emulator.url, { ...DATE, authorization: SIGNED })).toBe('served');
  });

  test('an unsigned request to be run later is refused, too', async () => {
    const { emulator, driver } = await start();
    expect(await ask(emulator.url, { 'x-fc-invocation-type': 'Async' })).toBe(NO_DATE);
    expect(driver.started).toEqual([]);
  });

  test('an unsigned WebSocket is refused, too', async () => {
    const { emulator } = await start();
    const headers = {
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
    };
    const { status } = await rawRequest(Number(new URL(emulator.url).port), { path: '/', headers });
    expect(status).toBe(400);
  });

  test('tells of the signature before it tells of the methods', async () => {
    const { emulator } = await start();
    expect(await ask(emulator.url, {}, 'PUT')).toBe(NO_DATE);
    expect(await ask(emulator.url, { ...DATE, authorization: SIGNED }, 'PUT')).toContain('405');
  });

  test('the documented step: edit the trigger, change to anonymous, save; without a restart', async () => {
    const { emulator } = await start();
    expect(await ask(emulator.url)).toBe(NO_DATE);
    await emulator.control.triggers.update(
      { functionName: 'hello', triggerName: 'web' },
      { triggerConfig: JSON.stringify({ authType: 'anonymous' }) },
    );
    expect(await ask(emulator.url)).toBe('served');
  });

  test('a function in short words takes triggerAuth', async () => {
    const emulator = await startEmulator({ triggerAuth: 'function' });
    onTestFinished(() => emulator.stopNow());
    expect(await ask(emulator.url)).toBe(NO_DATE);
  });
});
