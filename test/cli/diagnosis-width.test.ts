import { expect, onTestFinished, test } from 'vitest';
import { run } from '../../src/cli/run.js';
import { startEmulator } from '../../src/emulator.js';
import { curl } from '../support/curl.js';
import { inProcessDriver } from '../support/in-process-driver.js';
import { memoryContext, memoryScreen } from '../support/memory-context.js';

test.each([80, 60])('explain of a 429 and doctor fit %i columns', async (columns) => {
  const emulator = await startEmulator({
    functions: [{ functionName: 'shop', command: ['in-process'], maxInstances: 1, sessionsPerInstance: 2 }],
    driver: inProcessDriver(),
  });
  onTestFinished(() => emulator.stopNow());
  const opened: string[] = [];
  for (let count = 0; count < 2; count++) {
    const { headers } = await fetch(emulator.url);
    opened.push(headers.getSetCookie()[0]?.slice(23, 31) ?? '');
  }
  const refused = await curl('-A', 'Mozilla/5.0 (X11; Linux x86_64) Chrome/120.0.0.0', emulator.url);
  expect(refused.status).toBe(429);

  async function shown(...argv: string[]): Promise<string> {
    const stdout = await memoryScreen(columns);
    await run([...argv, '--endpoint', emulator.api], { ...(await memoryContext()), stdout });
    expect(stdout.text.split('\n').filter((line) => line.length > columns)).toEqual([]);
    return stdout.text.replaceAll(/\s+/g, ' ');
  }

  const [requestId = ''] = refused.all('X-Fc-Request-Id');
  const explained = await shown('explain', requestId);
  expect(explained).toContain('decision no instance: all slots are taken, and no other may be started');
  const holders = opened.map((sessionId) => `${sessionId} \\((just used|unused for \\d+s)\\)`).join(', ');
  expect(explained).toMatch(
    new RegExp(`2 of 2 slots taken, 0 of 200 requests in flight; held by ${holders} response 429`),
  );
  for (let count = 0; count < 3; count++) await fetch(emulator.url, { headers: { 'user-agent': 'script' } });
  expect(await shown('doctor')).toContain('sessions-pile-up, function shop');
});
