import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { fcSdk, ListSessionsRequest } from '../support/fc-sdk.js';
import { rawRequest } from '../support/raw-request.js';
import { runCli, runShell, temporaryFolder } from '../support/run-cli.js';
import { serve } from '../support/serve.js';

const SECRET = 'the-secret-of-this-test';
const KEYS = { FC_AFFINITY_ACCESS_KEY_ID: 'LTAI5tTest', FC_AFFINITY_ACCESS_KEY_SECRET: SECRET };
const VENDOR_KEYS = { ALIBABA_CLOUD_ACCESS_KEY_ID: 'LTAI5tTest', ALIBABA_CLOUD_ACCESS_KEY_SECRET: SECRET };

describe('serve with an access key', () => {
  test('every command signs: by FC_AFFINITY_…, by options, by @file, by the variables of the vendor', async () => {
    const served = await serve([], { env: KEYS });
    const endpoint = ['--endpoint', served.ready.api];
    const file = join(temporaryFolder(), 'secret');
    writeFileSync(file, `${SECRET}\n`);
    const commands = [
      ['session', 'create'],
      ['session', 'list'],
      ['instance', 'list'],
      ['instance', 'logs'],
      ['function', 'list'],
      ['clock'],
      ['clock', 'advance', '6h'],
    ];
    for (const words of commands) expect([words, (await served.cli(...words)).code]).toEqual([words, 0]);
    const options = ['--access-key-id', 'LTAI5tTest', '--access-key-secret', `@${file}`];
    expect(await runCli(['session', 'list', ...endpoint, ...options])).toMatchObject({ code: 0 });
    expect(await runCli(['session', 'list', ...endpoint], { env: VENDOR_KEYS })).toMatchObject({ code: 0 });
    const verified = await runCli(['verify', '--target', served.url, '--api', served.ready.api], {
      env: VENDOR_KEYS,
    });
    expect([verified.code, verified.stdout]).toEqual([
      0,
      expect.stringContaining('14 passed, 0 failed, 0 skipped'),
    ]);
  });

  test('without the key a command says what is missing, and how to mend it', async () => {
    const served = await serve([], { env: KEYS });
    const endpoint = ['--endpoint', served.ready.api];
    const unsigned = await runCli(['session', 'list', '--function', 'hello', ...endpoint]);
    expect(unsigned).toMatchObject({ code: 1, stdout: '' });
    expect(unsigned.stderr).toBe(
      'error: the emulator accepts signed requests only\nfix: set FC_AFFINITY_ACCESS_KEY_ID and FC_AFFINITY_ACCESS_KEY_SECRET to those of the emulator\n',
    );
    const wrong = await runCli(['session', 'list', '--function', 'hello', ...endpoint], {
      env: { ...KEYS, FC_AFFINITY_ACCESS_KEY_SECRET: 'another-secret' },
    });
    expect(wrong.stderr).toContain('does not match the signature you provided');
    expect(wrong.stderr).toContain('fix: set FC_AFFINITY_ACCESS_KEY_ID');
    expect(wrong.stderr).not.toContain('another-secret');
    const json = await runCli(['session', 'list', '--function', 'hello', '--json', ...endpoint]);
    expect(JSON.parse(json.stderr)).toMatchObject({ Code: 'MissingRequiredHeader' });
  });

  test('the handler, the instances and the log never see the secret (I32, T21)', async () => {
    const { pid, url, lines, cli } = await serve(['-v'], { env: KEYS });
    await fetch(url);
    const found = await runShell(
      `for p in $(pgrep -P ${pid}) $(pgrep -P $(pgrep -d, -P ${pid})); do tr '\\0' '\\n' < /proc/$p/environ; tr '\\0' ' ' < /proc/$p/cmdline; done`,
    );
    expect(found.stdout).toContain('FC_INSTANCE_ID=');
    expect(found.stdout).not.toContain(SECRET);
    await cli('session', 'list', '--access-key-secret', 'wrong');
    expect(lines.join('\n')).not.toContain(SECRET);
  });

  test.each([
    [
      ['serve', '--access-key-secret', SECRET, 'node', 'app.js'],
      'fc-affinity serve --access-key-secret … -- node app.js',
    ],
    [
      ['serve', `--access-key-secret=${SECRET}`, 'node', 'app.js'],
      'fc-affinity serve --access-key-secret=… -- node app.js',
    ],
    [['serve', `--acess-key-secret=${SECRET}`], 'unknown option "--acess-key-secret"'],
    [['session', 'list', '--access-key-secret', SECRET], 'an access key secret is given without the ID'],
    [
      ['session', 'list', '--access-key-id', 'a', '--access-key-secret', '@/nowhere'],
      'cannot read the file "/nowhere": ENOENT',
    ],
    [
      ['session', 'list', '--access-key-id', 'a', '--access-key-secret', ''],
      '--access-key-secret must not be empty',
    ],
  ])('an error never repeats the secret: %j', async (words, message) => {
    const { code, stderr } = await runCli(words);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
    expect(stderr).not.toContain(SECRET);
  });

  test('exec gives its command the key, and takes signed requests only', async () => {
    const script =
      '$BIN session list --endpoint $FC_AFFINITY_API -o name && env -u FC_AFFINITY_ACCESS_KEY_ID -u FC_AFFINITY_ACCESS_KEY_SECRET $BIN session list --endpoint $FC_AFFINITY_API';
    const { code, stderr } = await runShell(
      `$BIN exec --access-key-id a --access-key-secret b -- sh -c '${script}'`,
    );
    expect([code, stderr]).toEqual([1, expect.stringContaining('the emulator accepts signed requests only')]);
  });
});

describe('serve beyond loopback (T1)', () => {
  test('without a key it is refused, with half a key too', async () => {
    const without = await runCli(['serve', '--host', '0.0.0.0']);
    expect(without.code).toBe(2);
    expect(without.stderr).toBe(
      'error: --host "0.0.0.0" is not a loopback address: other machines can reach it, so an access key is needed\nfix: set FC_AFFINITY_ACCESS_KEY_ID and FC_AFFINITY_ACCESS_KEY_SECRET, or --host 127.0.0.1\n',
    );
    const half = await runCli(['serve', '--host', '0.0.0.0', '--access-key-id', 'x']);
    expect([half.code, half.stderr]).toEqual([2, expect.stringContaining('given without the secret')]);
  });

  test('with a key it warns, and answers to its allowed names only', async () => {
    const served = await serve(['--host', '0.0.0.0', '--allowed-host', 'emulator'], { env: KEYS });
    await served.event(
      ({ event, ...rest }) =>
        event === 'notice' && JSON.stringify(rest).includes('is not a loopback address'),
    );
    const { port } = new URL(served.ready.api);
    const health = { path: '/_emulator/v1/health' };
    const named = (host: string) => rawRequest(Number(port), { ...health, headers: { host } });
    expect((await named('emulator:9001')).status).toBe(200);
    const refused = await named('other:9001');
    expect([refused.status, JSON.parse(refused.text).Message]).toEqual([
      403,
      expect.stringContaining('start the emulator with --allowed-host other'),
    ]);
    expect(
      (await rawRequest(Number(port), { path: '/_emulator/v1/functions', headers: { host: 'emulator' } }))
        .status,
    ).toBe(400);
    expect((await served.cli('session', 'list')).code).toBe(0);
    const sdk = fcSdk(Number(port), { accessKeyId: 'LTAI5tTest', accessKeySecret: SECRET });
    const [{ functionName }] = served.ready.functions;
    expect((await sdk.listSessions(functionName, new ListSessionsRequest({}))).statusCode).toBe(200);
  });
});
