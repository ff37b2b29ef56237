import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { FIXTURES, runCli, temporaryFolder } from '../support/run-cli.js';
import { serve } from '../support/serve.js';
import { executable, zipOf } from '../support/zip.js';

const HELLO = [process.execPath, `${FIXTURES}/hello/app.js`];
const BOOTSTRAP = `#!${process.execPath}
require('node:http').createServer((request, response) => {
  request.resume();
  response.end('from the archive');
}).listen(process.env.FC_SERVER_PORT);
`;

const bare = () => serve(['--no-function']);

async function urlOf(cli: Awaited<ReturnType<typeof bare>>['cli'], name: string): Promise<string> {
  const { stdout } = await cli('trigger', 'create', name, 'http', '-o', 'json');
  return JSON.parse(stdout).httpTrigger.urlInternet;
}

describe('serve --no-function', () => {
  test('is a bare control plane, on which functions are made, changed and deleted', async () => {
    const { cli, ready } = await bare();
    expect(ready.functions).toEqual([]);
    const made = await cli(
      ...['function', 'create', 'cart', '--affinity', 'header', '--header-name', 'x-cart-id'],
      ...['--sessions-per-instance', '1', '--ttl', '1h', '--env', 'A=1', '--', ...HELLO],
    );
    expect(made).toMatchObject({ code: 0, stderr: '' });
    expect(made.stdout).toContain('trigger create cart http');
    expect(made.stdout).toContain('header x-cart-id, 1 session an instance, TTL 1h, idle 30m');

    const url = await urlOf(cli, 'cart');
    const reply = await fetch(url, { headers: { 'x-cart-id': 'one' } });
    expect([reply.status, await reply.text()]).toEqual([200, 'Hello, World!']);

    const updated = await cli(
      'function',
      'update',
      'cart',
      '--sessions-per-instance',
      '3',
      '--env',
      'B=2',
      '-o',
      'json',
    );
    expect(JSON.parse(updated.stdout)).toMatchObject({
      functionName: 'cart',
      state: 'Active',
      lastUpdateStatus: 'Successful',
      timeout: 60,
      environmentVariables: { A: '1', B: '2' },
      sessionAffinityConfig: expect.stringContaining(
        '"sessionConcurrencyPerInstance":3,"sessionTTLInSeconds":3600',
      ),
    });
    expect((await cli('function', 'list', '-o', 'name')).stdout).toBe('cart\n');
    expect(await cli('function', 'delete', 'cart')).toMatchObject({ code: 0, stdout: 'deleted cart\n' });
    expect((await cli('function', 'get', 'cart')).code).toBe(4);
    expect((await cli('function', 'rm', 'cart', '--ignore-not-found', '-o', 'json')).stdout).toBe(
      `${JSON.stringify({ deleted: [] }, null, 2)}\n`,
    );
    await expect(fetch(url)).rejects.toThrow();
  });

  test('other commands know the functions that there are now', async () => {
    const { cli } = await serve(['--function', 'hello', '--', ...HELLO]);
    expect((await cli('session', 'create')).code).toBe(0);
    await cli('function', 'create', 'cart', '--', ...HELLO);
    const several = await cli('session', 'create');
    expect([several.code, several.stderr]).toEqual([2, expect.stringContaining('2 functions are served')]);
    await cli('function', 'delete', 'hello');
    expect((await cli('session', 'create')).stdout).toContain('cart (LATEST)');
  });

  test('takes no command and no configuration', async () => {
    const { code, stderr } = await runCli(['serve', '--no-function', '--', ...HELLO]);
    expect([code, stderr]).toEqual([
      2,
      expect.stringContaining('--no-function excludes a configuration and a command'),
    ]);
  });
});

describe('function create --input', () => {
  test('takes the body of the API, with its code as an archive', async () => {
    const { cli } = await bare();
    const file = join(temporaryFolder(), 'function.json');
    const zip = await zipOf({ bootstrap: executable(BOOTSTRAP) });
    writeFileSync(
      file,
      JSON.stringify({
        functionName: 'zipped',
        runtime: 'custom.debian12',
        timeout: 30,
        description: 'x'.repeat(300_000),
        code: { zipFile: zip.toString('base64') },
      }),
    );
    expect(await cli('function', 'create', 'zipped', '--input', `@${file}`)).toMatchObject({
      code: 0,
      stderr: '',
    });
    expect(await (await fetch(await urlOf(cli, 'zipped'))).text()).toBe('from the archive');
    const changed = await cli('function', 'update', 'zipped', '--input', '{"timeout":31}', '--json');
    expect(JSON.parse(changed.stdout)).toMatchObject({ timeout: 31 });
  });

  test.each<[string, string[], number, string]>([
    ['nothing to run', ['create', 'x'], 2, 'the command of the handler is needed'],
    [
      'another name',
      ['create', 'x', '--input', '{"functionName":"y"}'],
      2,
      '--input is for the function "y"',
    ],
    ['more options', ['create', 'x', '--input', '{}', '--ttl', '5'], 2, '--input excludes --ttl'],
    ['a command', ['create', 'x', '--input', '{}', '--', 'node'], 2, '--input excludes a command'],
    ['no JSON', ['create', 'x', '--input', '{'], 2, '--input must be a JSON object or @file'],
    ['no file', ['create', 'x', '--input', '@/no/such/file'], 2, '--input: ENOENT'],
    [
      'a command that does not exist',
      ['create', 'x', '--', 'no-such-command'],
      1,
      'the command "no-such-command" was not found',
    ],
    [
      'a range',
      ['create', 'x', '--ttl', '7h', '--', ...HELLO],
      1,
      '--ttl must be 1 to 21600 s (1s to 6h), got "7h"',
    ],
    [
      'a body that is refused',
      ['create', 'x', '--input', '{"sessionAffinity":"cookie"}'],
      1,
      'cookie is invalid',
    ],
    [
      'an image',
      ['create', 'x', '--input', '{"runtime":"custom-container","customContainerConfig":{"image":"i"}}'],
      1,
      'its image "i" is not pulled',
    ],
    ['nothing to change', ['update', 'hello'], 2, 'no option to change is given'],
    ['an unknown function', ['update', 'nobody', '--timeout', '5'], 4, "function 'nobody' does not exist"],
    ['a taken name', ['create', 'hello', '--', ...HELLO], 1, "function 'hello' already exists"],
  ])('%s: %j ends with %i', async (_, args, code, message) => {
    const { cli } = await serve(['--function', 'hello', '--', ...HELLO]);
    const result = await cli('function', ...args);
    expect([result.code, result.stderr]).toEqual([code, expect.stringContaining(message)]);
    expect(result.stderr).toMatch(/\nfix: |excludes|must be|--input|invalid|does not exist/);
  });
});

test('a function survives kill -9 with its code, and code that no function has is removed', async () => {
  const stateDir = temporaryFolder();
  const flags = ['--no-function', '--state-dir', stateDir];
  const first = await serve(flags);
  const zip = await zipOf({ bootstrap: executable(BOOTSTRAP) });
  const body = JSON.stringify({ timeout: 30, code: { zipFile: zip.toString('base64') } });
  expect((await first.cli('function', 'create', 'zipped', '--input', body)).code).toBe(0);
  const url = await urlOf(first.cli, 'zipped');
  first.process.kill('SIGKILL');
  await first.exited;
  mkdirSync(join(stateDir, 'code', 'left'));

  const again = await serve(flags);
  expect(again.ready.functions).toEqual([{ functionName: 'zipped', url }]);
  expect(await (await fetch(url)).text()).toBe('from the archive');
  expect(readdirSync(join(stateDir, 'code'))).toHaveLength(1);
});

test('code in OSS is read from the folder of --code-dir', async () => {
  const { cli } = await serve(['--no-function', '--code-dir', `oss=${FIXTURES}/hello`]);
  const body = {
    code: { ossBucketName: 'b', ossObjectName: 'o' },
    customRuntimeConfig: { command: [process.execPath, 'app.js'] },
  };
  const made = await cli('function', 'create', 'oss', '--input', JSON.stringify(body), '-o', 'json');
  expect(JSON.parse(made.stdout).config.codeDirectory).toBe(`${FIXTURES}/hello`);
  const refused = await cli('function', 'create', 'other', '--input', JSON.stringify(body));
  expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('--code-dir other=<folder>')]);
});
