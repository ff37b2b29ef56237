import { describe, expect, test } from 'vitest';
import { startEmulator } from '../../src/emulator.js';
import type { EmulatorOptions } from '../../src/emulator-options.js';
import { completeFunction } from '../../src/model/function-config.js';
import { inProcessDriver } from '../support/in-process-driver.js';

const config = completeFunction({
  functionName: 'hello',
  command: ['in-process'],
  sessionAffinity: 'GENERATED_COOKIE',
});

async function refusalOf(options: Partial<EmulatorOptions>): Promise<unknown> {
  try {
    const emulator = await startEmulator({ functions: [{ config }], driver: inProcessDriver(), ...options });
    await emulator.stopNow();
    return 'started';
  } catch (error) {
    return error;
  }
}

describe('C6: what the command line refuses, the library refuses too', () => {
  test.each(['0.0.0.0', '::', '192.168.1.10', 'example.com', '127.0.0.1.example.com'])(
    'C6, T1: the host %j, which others could reach, without keys',
    async (host) => {
      expect(await refusalOf({ host })).toMatchObject({
        code: 'InvalidArgument',
        message: `host "${host}" is not a loopback address: others can reach it, so accessKeyId and accessKeySecret are needed`,
      });
    },
  );

  test.each<[Partial<EmulatorOptions>, string]>([
    [{ host: '' }, 'host must not be empty'],
    [{ accessKeyId: 'a' }, 'accessKeyId and accessKeySecret belong together: one is missing'],
    [{ accessKeySecret: 's3cret' }, 'accessKeyId and accessKeySecret belong together: one is missing'],
    [{ accessKeyId: 'a', accessKeySecret: '' }, 'accessKeySecret must be a string that is not empty'],
    [{ accessKeyId: 'a', accessKeySecret: 5 as never }, 'accessKeySecret must be a string that is not empty'],
  ])('C6: half a pair of keys, and an empty host: %j', async (options, message) => {
    expect(await refusalOf(options)).toMatchObject({ code: 'InvalidArgument', message });
  });

  test.each(['127.0.0.1', '127.1.2.3', 'localhost'])('the host %s is accepted', async (host) => {
    expect(await refusalOf({ host })).toBe('started');
  });

  const { sessionAffinityConfig } = config;
  test.each<[string, Partial<EmulatorOptions>, string]>([
    [
      'a port out of range',
      { functions: [{ config, triggers: [{ triggerName: 't', port: 70_000 }] }] },
      'port must be an integer from 0',
    ],
    ['an API port out of range', { apiPort: -1 }, 'apiPort must be an integer from 0'],
    [
      'one port twice',
      { apiPort: 9200, functions: [{ config, triggers: [{ triggerName: 't', port: 9200 }] }] },
      'port 9200 is given more than once',
    ],
    [
      'a method that no trigger knows',
      { functions: [{ config, triggers: [{ triggerName: 't', methods: ['TRACE' as 'GET'] }] }] },
      'methods must be some of GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS, got ["TRACE"]',
    ],
    [
      'no method',
      { functions: [{ config, triggers: [{ triggerName: 't', methods: [] }] }] },
      'methods must be some of GET',
    ],
    [
      'a way of authentication that is not emulated',
      { functions: [{ config, triggers: [{ triggerName: 't', authType: 'jwt' as 'function' }] }] },
      'authType "jwt" is not emulated; use "anonymous" or "function"',
    ],
    [
      'two triggers of one name',
      { functions: [{ config, triggers: [{ triggerName: 't' }, { triggerName: 't', qualifier: '1' }] }] },
      "trigger 't' already exists",
    ],
    [
      'two triggers of one qualifier',
      { functions: [{ config, triggers: [{ triggerName: 't' }, { triggerName: 'u' }] }] },
      "qualifier 'LATEST' has an HTTP trigger, 't', and can have only one",
    ],
    ['the port of the control plane', { port: 9200, apiPort: 9200 }, 'port 9200 is given more than once'],
    ['one function twice', { functions: [{ config }, { config }] }, "function 'hello' already exists"],
    [
      'a longest TTL of nothing',
      { maxSessionTTLInSeconds: 0 },
      'maxSessionTTLInSeconds must be an integer from 1',
    ],
    [
      'C4: more instances than the scheduler can index',
      { functions: [{ config: { ...config, maxInstances: 32_769 } }] },
      'maxInstances must be an integer from 1 to 32768',
    ],
    [
      'a function that was not made by completeFunction',
      {
        functions: [
          {
            config: {
              ...config,
              sessionAffinityConfig: { ...sessionAffinityConfig, sessionConcurrencyPerInstance: 0 },
            },
          },
        ],
      },
      'sessionConcurrencyPerInstance must be an integer from 1 to 200',
    ],
    [
      'a TTL beyond the limit that was not lifted',
      {
        functions: [
          {
            config: {
              ...config,
              sessionAffinityConfig: { ...sessionAffinityConfig, sessionTTLInSeconds: 21_601 },
            },
          },
        ],
      },
      'sessionTTLInSeconds must be an integer from 1 to 21600',
    ],
  ])('%s', async (_, options, message) => {
    expect(await refusalOf(options)).toMatchObject({ message: expect.stringContaining(message) });
  });
});

test('C4: completeFunction takes as many instances as the scheduler can index, and no more', () => {
  const made = (maxInstances: number) =>
    completeFunction({ functionName: 'f', command: ['x'], maxInstances });
  expect(made(32_768).maxInstances).toBe(32_768);
  expect(() => made(32_769)).toThrow('maxInstances must be an integer from 1 to 32768, got "32769"');
});
