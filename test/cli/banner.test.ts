import { expect, it } from 'vitest';
import { banner } from '../../src/cli/serve/banner.js';
import type { Ready } from '../../src/cli/serve/serve-log.js';
import type { TriggerAuthType } from '../../src/model/function.js';
import { completeFunction } from '../../src/model/function-config.js';
import { memoryScreen } from '../support/memory-context.js';

function served(
  functionName: string,
  triggers: readonly (readonly [qualifier: string, port: number, authType?: TriggerAuthType])[],
): Ready['functions'][number] {
  const all = triggers.map(([qualifier, port, authType = 'anonymous']) => ({
    triggerName: `t${port}`,
    qualifier,
    authType,
    url: `http://127.0.0.1:${port}`,
  }));
  const config = completeFunction({
    functionName,
    command: ['node', 'app.js'],
    sessionAffinity: 'GENERATED_COOKIE',
  });
  return { functionName, url: all[0]?.url ?? '', triggers: all, config };
}

async function lines(ready: Partial<Ready>, columns = 80): Promise<readonly string[]> {
  const whole = {
    readyMs: 37.4,
    functions: [],
    api: 'http://127.0.0.1:9001',
    console: 'http://127.0.0.1:9001/',
    isSecure: false,
    bundled: false,
  };
  return banner({ ...whole, ...ready }, await memoryScreen(columns)).split('\n');
}

it('the banner is a table: a row for each trigger of each function, and the address for a browser', async () => {
  const functions = [
    served('hello', [['LATEST', 9000]]),
    served('Shop', [
      ['LATEST', 9002],
      ['prod', 9003, 'function'],
    ]),
    served('jobs', []),
  ];
  expect(await lines({ functions })).toEqual([
    '',
    expect.stringMatching(/^fc-affinity \S+ is ready in 37 ms$/),
    '',
    '  FUNCTION     ADDRESS                IN A BROWSER                 AUTH',
    '  hello        http://127.0.0.1:9000  http://hello.localhost:9000  anonymous',
    '  Shop         http://127.0.0.1:9002  http://shop.localhost:9002   anonymous',
    '  Shop:prod    http://127.0.0.1:9003  http://shop.localhost:9003   function',
    '  jobs         no trigger',
    '  control API  http://127.0.0.1:9001',
    '',
    '  the console, in a browser: http://127.0.0.1:9001/',
    '',
    '  hello  cookie, 20 sessions an instance, TTL 6h, idle 30m',
    '         node app.js',
    '  Shop   cookie, 20 sessions an instance, TTL 6h, idle 30m',
    '         node app.js',
    '  jobs   cookie, 20 sessions an instance, TTL 6h, idle 30m',
    '         node app.js',
    '',
  ]);
});

it('tells of authentication only where a trigger asks for it, and of TLS only where it is on', async () => {
  const functions = [served('hello', [['LATEST', 9000]])];
  const plain = (await lines({ functions })).join('\n');
  expect(plain).not.toContain('AUTH');
  expect(plain).not.toContain('https');
  expect((await lines({ functions, isSecure: true })).join('\n')).toContain('https:// works too');
});

it.each([60, 80])('the table fits %i columns', async (columns) => {
  const functions = [served('a-function-of-a-long-name', [['LATEST', 9000, 'function']])];
  const shown = await lines({ functions }, columns);
  const table = shown.slice(3, shown.indexOf('', 3));
  expect(Math.max(...table.map((line) => line.length))).toBeLessThanOrEqual(columns);
  expect(table.join('\n')).toContain('http://127.0.0.1:9000');
});

it('only the first function is the bundled example: those behind it were made in an earlier run', async () => {
  const functions = [served('hello', [['LATEST', 9000]]), served('jobs', [])];
  const shown = await lines({ functions, bundled: true });
  expect(shown.filter((line) => line.includes('the bundled example'))).toHaveLength(1);
  expect(shown).toContain('         node app.js');
});

it('an address of another machine has no name in a browser', async () => {
  const one = served('hello', [['LATEST', 9000]]);
  const triggers = one.triggers.map((trigger) => ({ ...trigger, url: 'http://192.168.1.7:9000' }));
  expect((await lines({ functions: [{ ...one, triggers }] })).join('\n')).not.toContain('hello.localhost');
});

it('a bare control plane says so', async () => {
  expect((await lines({})).join('\n')).toContain('no function is served');
});
