import { describe, expect, test } from 'vitest';
import { localDriver, never, node, specOf } from './local-instances.js';

const WARNING = 'it listens on 127.0.0.1 only, where Function Compute could not reach it: listen on 0.0.0.0';
const listenAt = (host: string): string[] => [
  process.execPath,
  '-e',
  `require('node:http').createServer((_, r) => r.end()).listen(process.env.FC_SERVER_PORT, ${JSON.stringify(host)});`,
];

describe('a handler that Function Compute could not reach', () => {
  test.each(['127.0.0.1', 'localhost', '::1'])('works, and is warned of: %s', async (host) => {
    const driver = localDriver();
    const spec = specOf(listenAt(host));
    const instance = driver.start(spec, never);
    await instance.ready;
    await expect
      .poll(() => instance.output.lines())
      .toMatchObject([{ source: 'platform', text: WARNING, warning: true }]);
    // Once for each function.
    const second = driver.start({ ...spec, instanceId: 'c-2' }, never);
    const other = driver.start(
      { ...specOf(listenAt(host), { functionName: 'other' }), instanceId: 'c-3' },
      never,
    );
    await Promise.all([second.ready, other.ready]);
    await expect.poll(() => other.output.lines()).toHaveLength(1);
    expect(second.output.lines()).toEqual([]);
  });

  test.each([
    ['0.0.0.0', listenAt('0.0.0.0')],
    ['the address that the emulator names', node('hello/app.js')],
  ])('is not one that listens on %s', async (_, command) => {
    const instance = localDriver().start(specOf(command), never);
    const bad = localDriver().start(specOf(listenAt('127.0.0.1')), never);
    await instance.ready;
    await bad.ready;
    // The bad one started later, so the good one has been looked at.
    await expect.poll(() => bad.output.lines()).toHaveLength(1);
    expect(instance.output.lines()).toEqual([]);
  });
});
