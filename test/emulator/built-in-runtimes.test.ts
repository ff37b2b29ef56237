import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createApiClient, startEmulator } from '../../src/index.js';
import { completeFunction } from '../../src/model/function-config.js';
import type { FunctionInput } from '../../src/model/function-input.js';
import { FIXTURES, temporaryFolder } from '../support/run-cli.js';

/** What a test reads of a refusal. */
interface ErrorBody {
  readonly Message: string;
}

const PATIENCE = { timeout: 20_000 };

async function start(input: Partial<FunctionInput>) {
  const lines: string[] = [];
  const config = completeFunction({
    functionName: 'event',
    sessionAffinity: 'GENERATED_COOKIE',
    timeout: 10,
    ...input,
  });
  const emulator = await startEmulator({
    functions: [{ config }],
    onLine: (_, { text }) => void lines.push(text),
  });
  onTestFinished(() => emulator.stopNow());
  const client = createApiClient({ endpoint: emulator.api });
  return {
    emulator,
    lines,
    async invoke(body: string | Uint8Array, headers: Record<string, string> = {}) {
      const reply = await client.invoke({ functionName: 'event' }, { body: Buffer.from(body), headers });
      const chunks: Uint8Array[] = [];
      for await (const chunk of reply.body) chunks.push(chunk);
      return { reply, bytes: Buffer.concat(chunks), text: String(Buffer.concat(chunks)) };
    },
  };
}

const cookieOf = (line = '') => line.split(';')[0] ?? '';

describe.each([
  ['nodejs20', 'event-node', 'index.initialize', 'index.preStop'],
  ['python3.10', 'event-python', 'index.initialize', 'index.pre_stop'],
])('the built-in runtime %s', (runtime, fixture, initializer, preStop) => {
  const base = { runtime, codeDirectory: join(FIXTURES, fixture) };

  test('InvokeFunction passes the bytes of the event and a context; the result comes back as JSON', async () => {
    const { invoke, emulator } = await start(base);
    const { reply, text } = await invoke(Buffer.from([0xff, 0x00, 0x0a]));
    expect(reply.header('x-fc-error-type')).toBe(undefined);
    expect(JSON.parse(text)).toEqual({
      visits: 1,
      bytes: 3,
      requestId: reply.header('x-fc-request-id'),
      instance: reply.header('x-fc-instance-id'),
    });
    const served = await emulator.control.functions.get({ functionName: 'event' });
    expect(served.config).toMatchObject({ sessionAffinityConfig: { sessionConcurrencyPerInstance: 1 } });
  });

  test('an HTTP trigger passes the event v1, and its response form is the response', async () => {
    const { emulator } = await start(base);
    const reply = await fetch(`${emulator.url}/a%20b/c?x=1&y=%20z&x=2`, { method: 'POST', body: 'hällo' });
    expect(reply.status).toBe(200);
    expect(reply.headers.get('x-instance')).toMatch(/^c-/);
    expect(reply.headers.get('content-type')).toBe('application/json');
    expect(await reply.json()).toEqual({
      visits: 1,
      path: '/a%20b/c',
      query: { x: '1,2', y: ' z' },
      body: 'hällo',
    });
  });

  test('one session an instance: its cookie returns to it, by the trigger and by InvokeFunction', async () => {
    const { invoke, emulator } = await start(base);
    const first = await fetch(emulator.url);
    // An instance takes one request at once: until its reply is whole, the next one of the session is a 429.
    await first.text();
    const cookie = cookieOf(first.headers.getSetCookie()[0]);
    const again = await fetch(emulator.url, { headers: { cookie } });
    expect(again.headers.get('x-instance')).toBe(first.headers.get('x-instance'));
    expect(await again.json()).toMatchObject({ visits: 2 });
    const invoked = JSON.parse((await invoke('x', { cookie })).text);
    expect(invoked).toMatchObject({ visits: 3, instance: first.headers.get('x-instance') });
    const other = JSON.parse((await invoke('x')).text);
    expect(other).toMatchObject({ visits: 1 });
    expect(other.instance).not.toBe(invoked.instance);
  });

  test('a handler that throws: X-Fc-Error-Type and the error as JSON; a 502 on the trigger', async () => {
    const { invoke, emulator, lines } = await start(base);
    const { reply, text } = await invoke('fail');
    expect([reply.status, reply.header('x-fc-error-type')]).toEqual([200, 'UnhandledInvocationError']);
    expect(reply.header('x-fc-affinity-handler-status')).toBe(undefined);
    expect(JSON.parse(text)).toEqual({
      errorMessage: 'it was asked to fail',
      errorType: 'TypeError',
      stackTrace: expect.arrayContaining([expect.stringContaining(fixture)]),
    });
    await expect.poll(() => lines.join('\n'), PATIENCE).toContain('it was asked to fail');
    expect(JSON.parse((await invoke('fine')).text)).toMatchObject({ visits: 1 });
    expect((await fetch(emulator.url)).status).toBe(200);
  });

  test('initializer and pre-stop hook are functions of the code', async () => {
    const { invoke, emulator, lines } = await start({
      ...base,
      instanceLifecycleConfig: {
        initializer: { handler: initializer, timeout: 3 },
        preStop: { handler: preStop, timeout: 3 },
      },
    });
    await invoke('x');
    await emulator.stop();
    expect(lines).toEqual(expect.arrayContaining(['initialized', 'stopped after 1 visits']));
    const kinds = lines.map((line) => line.split(' RequestId')[0]);
    expect(kinds.indexOf('FC Initialize Start')).toBeLessThan(kinds.indexOf('FC Invoke Start'));
  });

  test('a handler that does not exist: the instance does not start, and the error says where it was looked for', async () => {
    const { emulator } = await start({ ...base, handler: 'lib/shop.handler' });
    const reply = await fetch(emulator.url);
    expect(reply.status).toBe(412);
    expect(((await reply.json()) as ErrorBody).Message).toMatch(
      /handler "lib\/shop\.handler": there is no .*\/lib\/shop\./,
    );
    const other = await start({ ...base, handler: 'index.main' });
    expect(((await (await fetch(other.emulator.url)).json()) as ErrorBody).Message).toContain(
      'no function "main"',
    );
  });

  test('many events one after another on one instance, and one of 2 MB', async () => {
    const { invoke } = await start({ ...base, sessionAffinity: 'NONE', maxInstances: 4 });
    for (let visits = 1; visits <= 20; visits++)
      expect(JSON.parse((await invoke(`${visits}`)).text)).toMatchObject({ visits });
    const big = await invoke(Buffer.alloc(2_000_000, 'x'));
    expect(JSON.parse(big.text)).toMatchObject({ bytes: 2_000_000 });
  });
});

describe('nodejs', () => {
  function codeOf(files: Readonly<Record<string, string>>): string {
    const folder = temporaryFolder();
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(join(folder, name, '..'), { recursive: true });
      writeFileSync(join(folder, name), text);
    }
    return folder;
  }

  test('a callback gives the result, or the error: HandledInvocationError', async () => {
    const codeDirectory = codeOf({
      'index.js': `exports.handler = (event, context, callback) => {
        if (String(event) === 'fail') setImmediate(() => callback(new RangeError('no')));
        else setImmediate(() => callback(null, Buffer.from([1, 2, 255])));
      };`,
    });
    const { invoke } = await start({ runtime: 'nodejs18', codeDirectory });
    expect((await invoke('x')).bytes.equals(Buffer.from([1, 2, 255]))).toBe(true);
    const { reply, text } = await invoke('fail');
    expect(reply.header('x-fc-error-type')).toBe('HandledInvocationError');
    expect(JSON.parse(text)).toMatchObject({ errorMessage: 'no', errorType: 'RangeError' });
  });

  test('ES modules, a path of folders, a promise', async () => {
    const codeDirectory = codeOf({
      'src/app/main.mjs': "export const run = async (event) => 'got ' + event;",
      'package.json': '{}',
    });
    const { invoke } = await start({ runtime: 'nodejs22', codeDirectory, handler: 'src/app/main.run' });
    expect((await invoke('x')).text).toBe('got x');
  });

  test('the whole event and context of an HTTP trigger', async () => {
    const codeDirectory = codeOf({
      'index.js':
        'exports.handler = async (event, context) => ({ isBuffer: Buffer.isBuffer(event), event: JSON.parse(event), context });',
    });
    const { emulator } = await start({ runtime: 'nodejs20', codeDirectory, memorySize: 1024 });
    const reply = await fetch(`${emulator.url}/p`, {
      method: 'PUT',
      headers: { 'X-Custom': 'a', 'user-agent': 'test/1', 'x-fc-status': 'nope' },
      body: new Uint8Array([0xff, 0xfe]),
    });
    expect(reply.headers.get('content-type')).toBe('application/json');
    const requestId = reply.headers.get('x-fc-request-id');
    const body = (await reply.json()) as { readonly event: { readonly headers: object } };
    expect(body).toEqual({
      isBuffer: true,
      event: {
        version: 'v1',
        rawPath: '/p',
        body: '//4=',
        isBase64Encoded: true,
        headers: expect.objectContaining({ 'X-Custom': 'a', 'user-agent': 'test/1' }),
        queryParameters: {},
        requestContext: {
          accountId: expect.stringMatching(/^\d+$/),
          domainName: '127.0.0.1',
          domainPrefix: '127',
          http: {
            method: 'PUT',
            path: '/p',
            protocol: 'HTTP/1.1',
            sourceIp: '127.0.0.1',
            userAgent: 'test/1',
          },
          requestId,
          time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
          timeEpoch: expect.stringMatching(/^\d{13}$/),
        },
      },
      context: {
        requestId,
        credentials: {
          accessKeyId: expect.any(String),
          accessKeySecret: expect.any(String),
          securityToken: expect.any(String),
        },
        function: { name: 'event', handler: 'index.handler', memory: 1024, timeout: 10 },
        service: { name: '', logProject: '', logStore: '', qualifier: 'LATEST', versionId: 'LATEST' },
        region: expect.any(String),
        accountId: expect.any(String),
      },
    });
    expect(Object.keys(body.event.headers).filter((name) => /^x-fc-/i.test(name))).toEqual([]);
  });

  test.each([
    ['{ statusCode: 201, body: "made" }', 201, 'application/json', 'made'],
    [
      '{ statusCode: 200, isBase64Encoded: true, headers: { "content-type": "image/x" }, body: "/w==" }',
      200,
      'image/x',
      '\ufffd',
    ],
    ['JSON.stringify({ statusCode: 404, body: { a: 1 } })', 404, 'application/json', '{"a":1}'],
    ['{ body: "no status" }', 200, 'application/json', '{"body":"no status"}'],
    ['"plain text"', 200, 'text/plain; charset=utf-8', 'plain text'],
    ['undefined', 200, 'application/json', ''],
    ['[1]', 200, 'application/json', '[1]'],
  ])('the result %s on an HTTP trigger', async (result, status, type, text) => {
    const codeDirectory = codeOf({ 'index.js': `exports.handler = async () => (${result});` });
    const { emulator } = await start({ runtime: 'nodejs20', codeDirectory });
    const reply = await fetch(emulator.url);
    expect([reply.status, reply.headers.get('content-type'), await reply.text()]).toEqual([
      status,
      type,
      text,
    ]);
  });

  test.each(['{ statusCode: 9 }', '{ statusCode: "abc" }', '{ statusCode: 200, headers: { "a b": "c" } }'])(
    'a response that is none is a 502, and the instance serves on: %s',
    async (result) => {
      const codeDirectory = codeOf({
        'index.js': `exports.handler = async (event) => JSON.parse(event).rawPath === '/' ? 'fine' : (${result});`,
      });
      const { emulator } = await start({ runtime: 'nodejs20', codeDirectory });
      expect((await fetch(`${emulator.url}/bad`)).status).toBe(502);
      expect(await (await fetch(emulator.url)).text()).toBe('fine');
    },
  );

  test('an initializer that throws: InvokeFunction answers 200 with UnhandledInitializationError', async () => {
    const codeDirectory = codeOf({
      'index.js':
        'exports.handler = async () => 1; exports.init = async () => { throw new Error("no database"); };',
    });
    const { invoke, emulator } = await start({
      runtime: 'nodejs20',
      codeDirectory,
      instanceLifecycleConfig: { initializer: { handler: 'index.init', timeout: 3 } },
    });
    const { reply, text } = await invoke('x');
    expect([reply.status, reply.header('x-fc-error-type')]).toEqual([200, 'UnhandledInitializationError']);
    expect(JSON.parse(text).Message).toContain('no database');
    expect(await emulator.control.requests.list()).toMatchObject([{ status: 200, outcome: 'refused' }]);
  });
});

test.each(['java11', 'php7.2', 'go1', 'dotnetcore3.1'])(
  'a runtime that is not emulated is told at once: %s',
  async (runtime) => {
    await expect(start({ runtime, codeDirectory: FIXTURES })).rejects.toMatchObject({
      code: 'CAFileNotFound',
      message: `The function cannot be started. the runtime ${runtime} is not emulated`,
      fix: expect.stringContaining('give a command'),
    });
  },
);

test('a container without a command is told at once; with one it runs', async () => {
  const image = { image: 'registry.example/shop:1' };
  await expect(
    start({ runtime: 'custom-container', codeDirectory: FIXTURES, customContainerConfig: image }),
  ).rejects.toMatchObject({
    code: 'CAFileNotFound',
    message: expect.stringContaining('its image "registry.example/shop:1" is not pulled'),
    fix: expect.stringContaining('customContainerConfig.command'),
  });
  const { emulator } = await start({
    runtime: 'custom-container',
    codeDirectory: join(FIXTURES, 'hello'),
    customContainerConfig: { ...image, command: ['node', 'app.js'] },
  });
  expect(await (await fetch(emulator.url)).text()).toBe('Hello, World!');
});

test('a command given for a built-in runtime runs in its place', async () => {
  const { emulator } = await start({
    runtime: 'java11',
    command: [process.execPath, 'app.js'],
    codeDirectory: join(FIXTURES, 'hello'),
  });
  expect(await (await fetch(emulator.url)).text()).toBe('Hello, World!');
});
