import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { startTestEmulator } from '../../src/index.js';
import { FIXTURES, runCli, temporaryFolder } from '../support/run-cli.js';
import { serve } from '../support/serve.js';

function project(files: Readonly<Record<string, string>>): string {
  const folder = temporaryFolder();
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

/** Functions with these props; the code is an HTTP server of a few lines. */
function functions(props: Readonly<Record<string, string>>): string {
  const resources = Object.entries(props).map(
    ([name, more]) => `  ${name}:
    component: fc3
    props:
      functionName: ${name}
      region: cn-hangzhou
      runtime: custom.debian12
      code: ./code
      customRuntimeConfig: { command: [node, app.cjs] }
${more.replaceAll(/^/gm, '      ')}`,
  );
  const text = `edition: 3.0.0\nname: app\nresources:\n${resources.join('\n')}\n`;
  return project({
    's.yaml': text,
    'code/app.cjs':
      "require('node:http').createServer((q, s) => s.end(JSON.stringify(process.env))).listen(9000);",
  });
}

const TRIGGER =
  'triggers:\n- { triggerName: http, triggerType: http, triggerConfig: { authType: anonymous, methods: [GET] } }';
const COOKIE = 'sessionAffinity: GENERATED_COOKIE';

describe('serve reads the configuration', () => {
  it('G18: serves a project of Serverless Devs as it is: a Node handler with its port in the code', async () => {
    const served = await serve([], { directory: join(FIXTURES, 'node-http/code') });
    expect(served.ready.functions.map(({ functionName }) => functionName)).toEqual(['node-cart']);
    const reply = await fetch(served.url, { method: 'POST' });
    expect(reply.headers.get('set-cookie')).toMatch(/; Max-Age=3600$/);
    expect(await reply.json()).toEqual({ greeting: 'hello from cart', items: 1 });
    const listed = JSON.parse((await served.cli('instance', 'list', '-o', 'json')).stdout);
    expect(listed.instances[0].instanceId).toBe(reply.headers.get('x-instance'));
    expect((await fetch(served.url, { method: 'PUT' })).status).toBe(405);
  });

  it('serves a project whose affinity is a text of JSON: a Python handler', async () => {
    const served = await serve([join(FIXTURES, 'python-http')]);
    const ask = (id: string) => fetch(served.url, { headers: { 'X-Session-Id': id } });
    const [one, same, other] = [await ask('one'), await ask('one'), await ask('two')];
    expect(await same.text()).toBe('2');
    expect(same.headers.get('x-instance')).toBe(one.headers.get('x-instance'));
    expect(other.headers.get('x-instance')).not.toBe(one.headers.get('x-instance'));
  });

  it('serves every function, each on a port of its own, and says who has none', async () => {
    const folder = functions({ one: `${COOKIE}\n${TRIGGER}`, two: TRIGGER, three: 'timeout: 5' });
    const served = await serve(['s.yaml'], { directory: folder });
    const urls = new Map(
      served.ready.functions.map(({ functionName, url }): [string, string] => [functionName, url]),
    );
    expect([...urls.keys()]).toEqual(['one', 'two', 'three']);
    expect(urls.get('three')).toBeNull();
    const two = await fetch(urls.get('two') ?? '');
    expect(two.headers.get('set-cookie')).toBeNull();
    expect(await two.json()).toMatchObject({ FC_FUNCTION_NAME: 'two' });
    expect((await fetch(urls.get('one') ?? '')).headers.get('set-cookie')).toMatch(/Max-Age=21600/);
  });

  it('--function serves one of them alone, and names the nearest for a misspelt one', async () => {
    const folder = functions({ one: TRIGGER, other: TRIGGER });
    const served = await serve(['--function', 'other'], { directory: folder });
    expect(served.ready.functions.map(({ functionName }) => functionName)).toEqual(['other']);
    const misspelt = await runCli(['serve', '--function', 'othr'], { directory: folder });
    expect(misspelt).toMatchObject({ code: 2, stderr: expect.stringContaining('fix: --function other') });
  });

  it('flags win over variables, variables over the file, the file over defaults; for every function', async () => {
    const config = 'sessionAffinityConfig: { sessionTTLInSeconds: 100, sessionConcurrencyPerInstance: 7 }';
    const folder = functions({ one: `${COOKIE}\n${config}\n${TRIGGER}`, two: `${COOKIE}\n${TRIGGER}` });
    const served = await serve(['--ttl', '300', '--env', 'SAID=here'], {
      directory: folder,
      env: { FC_AFFINITY_TTL: '200', FC_AFFINITY_SESSIONS_PER_INSTANCE: '5' },
    });
    for (const { url } of served.ready.functions) {
      const reply = await fetch(url);
      expect(reply.headers.get('set-cookie')).toMatch(/Max-Age=300$/);
      expect(await reply.json()).toMatchObject({ SAID: 'here' });
    }
    const got = JSON.parse((await served.cli('function', 'get', 'one', '-o', 'json')).stdout);
    const terms = JSON.parse(got.sessionAffinityConfig);
    expect(terms).toMatchObject({ sessionConcurrencyPerInstance: 5, sessionTTLInSeconds: 300 });
    expect(got.timeout).toBe(3);
  });

  it('a flag that does not fit is told in the words of the command line', async () => {
    const folder = functions({ one: `${COOKIE}\n${TRIGGER}` });
    const result = await runCli(['serve', '--ttl', '7h'], { directory: folder });
    expect(result.code).toBe(2);
    expect(result.stderr).toMatch(/--ttl must be .*got "7h"/);
  });

  it('a configuration that cannot be used: exit 2, every complaint with its place', async () => {
    const folder = functions({
      one: `timeout: 0\nsessionAffinity: COOKIE\nenvironmentVariables: { FC_X: "1" }\n${TRIGGER}`,
      two: `memorySize: \${vars.nope}\ninstanceConcurrency: 30\n${COOKIE}`,
    });
    const result = await runCli(['serve'], { directory: folder });
    expect(result.code).toBe(2);
    expect(result.stdout).toBe('');
    const lines = result.stderr.split('\n');
    expect(lines.slice(0, 5)).toEqual([
      expect.stringMatching(/^s\.yaml:12:16: timeout must be an integer from 1 to 86400, got "0"/),
      expect.stringMatching(/^s\.yaml:13:24: COOKIE is invalid/),
      expect.stringMatching(/^s\.yaml:14:31: The environment variable name 'FC_X' is reserved/),
      expect.stringMatching(/^s\.yaml:25:19: there is no vars\.nope/),
      expect.stringMatching(/^s\.yaml:26:28: ConcurrencyLimit is invalid for session function, allowed: 200/),
    ]);
    expect(result.stderr).toMatch(/error: s\.yaml cannot be used: 5 mistakes\nfix: fc-affinity lint s\.yaml/);
  });

  it('warnings come after the ready line', async () => {
    const folder = functions({ one: TRIGGER });
    const more = '  domain: { component: fc3-domain, props: {} }\n';
    writeFileSync(join(folder, 's.yaml'), more, { flag: 'a' });
    const served = await serve([], { directory: folder });
    const notice = await served.event(({ event }) => event === 'notice');
    expect(notice.text).toMatch(/^s\.yaml:\d+:3: the resource domain is ignored/);
    expect(served.events.findIndex(({ event }) => event === 'ready')).toBe(0);
  });

  it('--env-name chooses an environment', async () => {
    const folder = functions({ one: `${COOKIE}\n${TRIGGER}` });
    const overlay = '{ sessionAffinityConfig: { sessionTTLInSeconds: 77 } }';
    writeFileSync(
      join(folder, 'env.yaml'),
      `environments:\n  - name: dev\n    overlays: { components: { fc3: ${overlay} } }\n`,
    );
    const served = await serve(['--env-name', 'dev'], { directory: folder });
    expect((await fetch(served.url)).headers.get('set-cookie')).toMatch(/Max-Age=77$/);
    const misspelt = await runCli(['serve', '--env-name', 'dve'], { directory: folder });
    expect(misspelt).toMatchObject({ code: 2, stderr: expect.stringContaining('--env-name dev') });
  });

  it('code in OSS needs --code-dir', async () => {
    const folder = functions({ one: TRIGGER });
    cpSync(join(folder, 'code'), join(folder, 'here'), { recursive: true });
    const { readFileSync } = await import('node:fs');
    const text = readFileSync(join(folder, 's.yaml'), 'utf8');
    writeFileSync(
      join(folder, 's.yaml'),
      text.replace('code: ./code', 'code: { ossBucketName: b, ossObjectName: o.zip }'),
    );
    const refused = await runCli(['serve'], { directory: folder });
    expect(refused.code).toBe(2);
    expect(refused.stderr).toMatch(/^s\.yaml:10:13: the code of one is in OSS.*--code-dir one=<folder>/);
  });

  it('a path that is none, a folder without a configuration', async () => {
    const folder = project({ 'empty/x': '' });
    const none = await runCli(['serve', 'nope.yaml'], { directory: folder });
    expect(none).toMatchObject({ code: 2, stderr: expect.stringContaining('no configuration "nope.yaml"') });
    const empty = await runCli(['serve', 'empty'], { directory: folder });
    expect(empty).toMatchObject({ code: 2, stderr: expect.stringContaining('has no s.yaml') });
  });

  it('fc-affinity.yaml says the same in the words of the options, and s.yaml comes before it', async () => {
    const folder = project({
      'fc-affinity.yaml':
        'functions:\n  a: { command: node app.cjs, directory: code, ttl: 90s }\n  b: { command: node app.cjs, directory: code, affinity: none }\n',
      'code/app.cjs': "require('node:http').createServer((q, s) => s.end('hi')).listen(9000);",
    });
    const served = await serve([], { directory: join(folder, 'code') });
    const cookies = served.ready.functions.map(async ({ url }) =>
      (await fetch(url)).headers.get('set-cookie'),
    );
    expect(await Promise.all(cookies)).toEqual([expect.stringMatching(/Max-Age=90$/), null]);
    writeFileSync(join(folder, 'fc-affinity.yaml'), 'comand: node app.cjs\n');
    const misspelt = await runCli(['serve'], { directory: folder });
    expect(misspelt.code).toBe(2);
    expect(misspelt.stderr).toMatch(
      /^fc-affinity\.yaml:1:1: the file has no key "comand" \(did you mean command\?\)/,
    );
    writeFileSync(join(folder, 's.yaml'), 'edition: 2\n');
    expect((await runCli(['serve'], { directory: folder })).stderr).toMatch(/^s\.yaml:1:10: edition must be/);
  });

  it('without any, the bundled handler is served', async () => {
    const served = await serve([], { directory: project({ x: '' }) });
    expect(served.ready.functions[0].functionName).toBe('hello');
  });
});

describe('exec, verify and startEmulator read it too', () => {
  it('exec serves the nearest configuration', async () => {
    const script = "fetch(process.env.FC_AFFINITY_URL).then((r) => console.log(r.headers.get('set-cookie')))";
    const result = await runCli(['exec', '--', 'node', '-e', script], {
      directory: join(FIXTURES, 'node-http'),
    });
    expect(result).toMatchObject({ code: 0, stdout: expect.stringMatching(/Max-Age=3600\n$/) });
  });

  it('verify checks the first function with affinity, or the one that --function names', async () => {
    const result = await runCli(['verify'], { directory: join(FIXTURES, 'node-http') });
    expect(result.stdout).toMatch(/walkthrough: passed \(14 passed, 0 failed, 0 skipped\)/);
    expect(result.code).toBe(0);
  }, 30_000);

  it('startEmulator({ config }) takes a folder or a file, and tells every complaint', async () => {
    const emulator = await startTestEmulator({ config: join(FIXTURES, 'node-http') });
    try {
      expect(emulator.functions.map(({ functionName }) => functionName)).toEqual(['node-cart']);
      expect((await fetch(emulator.url)).headers.get('set-cookie')).toMatch(/Max-Age=3600$/);
    } finally {
      await emulator.stopNow();
    }
    const wrong = functions({ one: 'timeout: 0' });
    await expect(startTestEmulator({ config: join(wrong, 's.yaml') })).rejects.toMatchObject({
      code: 'InvalidArgument',
      message: expect.stringMatching(/s\.yaml:12:16: timeout must be/),
    });
    await expect(startTestEmulator({ config: 'nope', envNme: 'x' } as never)).rejects.toThrow(
      'did you mean envName?',
    );
  });
});
