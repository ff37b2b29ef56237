import { expect, onTestFinished, test } from 'vitest';
import { startEmulator } from '../../src/emulator.js';
import { completeFunction } from '../../src/model/function-config.js';
import { inProcessDriver } from '../support/in-process-driver.js';

test('C07 C08 C09 the fourth of the documented requests sets a third ID and comes from a second instance', async () => {
  const emulator = await startEmulator({
    functions: [
      {
        config: completeFunction({
          functionName: 'hello',
          command: ['in-process'],
          sessionAffinity: 'GENERATED_COOKIE',
          sessionAffinityConfig: { sessionConcurrencyPerInstance: 2 },
        }),
      },
    ],
    driver: inProcessDriver(),
  });
  onTestFinished(() => emulator.stopNow());
  const assignment = async (cookie?: string) => {
    const response = await fetch(
      emulator.functions[0]?.url ?? '',
      cookie === undefined ? {} : { headers: { cookie } },
    );
    await response.arrayBuffer();
    return { instance: response.headers.get('x-instance'), setCookies: response.headers.getSetCookie() };
  };
  const first = await assignment();
  const second = await assignment(first.setCookies[0]?.split(';')[0]);
  const [third, fourth] = [await assignment(), await assignment()];
  expect(second).toEqual({ instance: first.instance, setCookies: [] });
  expect(third.instance).toBe(first.instance);
  expect(fourth.instance).not.toBe(first.instance);
  const setCookies = [first, third, fourth].flatMap((one) => one.setCookies);
  expect(new Set(setCookies).size).toBe(3);
  for (const line of setCookies)
    expect(line).toMatch(/^x-fc-cookie-session-id=[0-9a-f-]{36}; Max-Age=21600$/);
});
