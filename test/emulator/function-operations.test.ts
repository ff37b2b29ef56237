import { existsSync, readdirSync, realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import { startEmulator } from '../../src/emulator.js';
import type { EmulatorOptions } from '../../src/emulator-options.js';
import {
  CreateAliasInput,
  CreateAliasRequest,
  CreateFunctionInput,
  CreateFunctionRequest,
  CreateSessionInput,
  CreateSessionRequest,
  CreateTriggerInput,
  CreateTriggerRequest,
  DeleteScalingConfigRequest,
  DisableFunctionInvocationRequest,
  type FcSdk,
  fcSdk,
  GetFunctionCodeRequest,
  GetFunctionRequest,
  GetScalingConfigRequest,
  InputCodeLocation,
  InvokeFunctionRequest,
  ListConcurrencyConfigsRequest,
  ListFunctionsRequest,
  ListInstancesRequest,
  ListScalingConfigsRequest,
  ListSessionsRequest,
  PublishFunctionVersionRequest,
  PutConcurrencyConfigRequest,
  PutConcurrencyInput,
  PutScalingConfigInput,
  PutScalingConfigRequest,
  sdkError,
  Tag,
  UpdateFunctionInput,
  UpdateFunctionRequest,
} from '../support/fc-sdk.js';
import { rawRequest } from '../support/raw-request.js';
import { temporaryFolder } from '../support/run-cli.js';
import { executable, zipOf } from '../support/zip.js';

type Fields = Readonly<Record<string, unknown>>;

const COMMAND = [process.execPath, 'app.js'];
const LOCAL = {
  runtime: 'custom.debian12',
  timeout: 30,
  customRuntimeConfig: {
    command: [
      process.execPath,
      join(fileURLToPath(new URL('../../fixtures/hello', import.meta.url)), 'app.js'),
    ],
  },
};
const HEADER = {
  sessionAffinity: 'HEADER_FIELD',
  sessionAffinityConfig: JSON.stringify({ affinityHeaderFieldName: 'x-my-session' }),
};

/** A handler that tells the text of its revision, and which sees the file beside it. */
const appOf = (text: string) => `
  const { createServer } = require('node:http');
  const { readFileSync } = require('node:fs');
  createServer((request, response) => {
    request.resume();
    response.setHeader('X-Instance', process.env.FC_INSTANCE_ID);
    if (request.url === '/hang') return response.write('begun');
    response.end(${JSON.stringify(text)} + readFileSync('data.txt', 'utf8') + (process.env.MORE ?? ''));
  }).listen(process.env.FC_SERVER_PORT);
`;

const codeOf = async (text: string) => {
  const zip = await zipOf({ 'app.js': appOf(text), 'data.txt': '!' });
  return new InputCodeLocation({ zipFile: zip.toString('base64') });
};

async function start(options: Partial<EmulatorOptions> = {}) {
  const notices: string[] = [];
  const emulator = await startEmulator({ functions: [], onNotice: (text) => notices.push(text), ...options });
  onTestFinished(() => emulator.stopNow());
  const apiPort = Number(new URL(emulator.api).port);
  return { emulator, notices, apiPort, ...operationsOf(fcSdk(apiPort)) };
}

function operationsOf(sdk: FcSdk) {
  const get = async (name: string, qualifier?: string) =>
    (await sdk.getFunction(name, new GetFunctionRequest({ qualifier }))).body;
  return {
    sdk,
    get,
    create: async (functionName: string, fields: Fields = LOCAL) => {
      const body = new CreateFunctionInput({ functionName, ...fields });
      return (await sdk.createFunction(new CreateFunctionRequest({ body }))).body;
    },
    update: async (name: string, fields: Fields) => {
      const body = new UpdateFunctionInput(fields);
      return (await sdk.updateFunction(name, new UpdateFunctionRequest({ body }))).body;
    },
    trigger: async (name: string) => {
      const body = new CreateTriggerInput({
        triggerName: 'http',
        triggerType: 'http',
        triggerConfig: JSON.stringify({ authType: 'anonymous', methods: ['GET'] }),
      });
      const made = await sdk.createTrigger(name, new CreateTriggerRequest({ body }));
      return made.body?.httpTrigger?.urlInternet ?? '';
    },
    /** As the vendor's tool waits. */
    settled: async (name: string) => {
      await expect
        .poll(async () => {
          const { state, lastUpdateStatus } = (await get(name)) ?? {};
          return state === 'Pending' || lastUpdateStatus === 'InProgress';
        })
        .toBe(false);
      return get(name);
    },
  };
}

const ask = async (url: string, session?: string) => {
  const reply = await fetch(url, session === undefined ? {} : { headers: { 'x-my-session': session } });
  return { status: reply.status, text: await reply.text(), instance: reply.headers.get('x-instance') };
};

describe('CreateFunction', () => {
  test('a public user: create function and trigger, poll until Active, call the URL with the header', async () => {
    const { create, trigger, settled, emulator } = await start();
    const made = await create('cart', {
      ...HEADER,
      runtime: 'custom.debian12',
      handler: 'index.main',
      cpu: 1,
      memorySize: 1024,
      timeout: 60,
      customRuntimeConfig: { command: COMMAND, port: 8080 },
      instanceIsolationMode: 'SESSION_EXCLUSIVE',
      code: await codeOf('one'),
    });
    expect(made).toMatchObject({ state: 'Pending', instanceConcurrency: 200, codeSize: expect.any(Number) });
    expect(made?.codeChecksum).toMatch(/^\d+$/);
    const url = await trigger('cart');
    expect(await settled('cart')).toMatchObject({ state: 'Active', lastUpdateStatus: 'Successful' });
    const first = await ask(url, 'user-1');
    expect(first).toMatchObject({ status: 200, text: 'one!' });
    expect((await ask(url, 'user-1')).instance).toBe(first.instance);
    expect((await ask(url, 'user-2')).instance).not.toBe(first.instance);
    expect(emulator.function('cart').url).toBe(url);
  });

  test('a request to a Pending function waits for its code', async () => {
    const { create, trigger, sdk } = await start();
    await create('slow', {
      ...HEADER,
      customRuntimeConfig: { command: COMMAND },
      timeout: 60,
      code: await codeOf('one'),
    });
    const body = new CreateSessionInput({ sessionId: 'other' });
    const session = sdk.createSession('slow', new CreateSessionRequest({ body }));
    expect((await ask(await trigger('slow'), 'mine')).text).toBe('one!');
    expect((await session).body?.sessionStatus).toBe('Active');
  });

  test('A26: echoes what Function Compute echoes, in the shape of the reply; the SDK reads it', async () => {
    const { create, get } = await start();
    await create('all', {
      ...LOCAL,
      description: 'text',
      layers: ['acs:fc:cn-hangzhou:1:layers/a/versions/1'],
      tags: [new Tag({ key: 'team', value: 'a' })],
      role: 'acs:ram::1:role/x',
      internetAccess: false,
      idleTimeout: 60,
      logConfig: { project: 'p', logstore: 'l' },
      vpcConfig: { vpcId: 'v', vSwitchIds: ['s'], securityGroupId: 'g' },
      nasConfig: { userId: 1, groupId: 2, mountPoints: [{ serverAddr: 'x', mountDir: '/mnt' }] },
      instanceLifecycleConfig: { preStop: { timeout: 5 } },
      environmentVariables: { A: '1' },
    });
    const { body } = { body: await get('all') };
    expect(JSON.parse(JSON.stringify(body))).toMatchObject({
      description: 'text',
      layers: [{ arn: 'acs:fc:cn-hangzhou:1:layers/a/versions/1', size: 0 }],
      tags: [{ key: 'team', value: 'a' }],
      role: 'acs:ram::1:role/x',
      internetAccess: false,
      idleTimeout: 60,
      logConfig: { project: 'p', logstore: 'l' },
      vpcConfig: { vpcId: 'v', vSwitchIds: ['s'], securityGroupId: 'g' },
      nasConfig: { userId: 1, groupId: 2, mountPoints: [{ serverAddr: 'x', mountDir: '/mnt' }] },
      instanceLifecycleConfig: { preStop: { timeout: 5 } },
      environmentVariables: { A: '1' },
    });
  });

  test('an instance says in its log that storage is not mounted', async () => {
    const { create, trigger, emulator } = await start();
    await create('nas', {
      ...LOCAL,
      ossMountConfig: { mountPoints: [{ bucketName: 'b', mountDir: '/mnt' }] },
    });
    await ask(await trigger('nas'));
    const [instance] = await emulator.control.instances.list();
    const lines = await emulator.control.instances.logs(instance?.instanceId ?? '');
    expect(lines.filter(({ text }) => text.includes('ossMountConfig'))).toHaveLength(1);
  });

  test('unknown fields are tolerated', async () => {
    const { apiPort, get } = await start();
    const reply = await rawRequest(apiPort, {
      method: 'POST',
      path: '/2023-03-30/functions',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ functionName: 'new', ...LOCAL, microSandboxConfig: { image: 'i' }, x: [1] }),
    });
    expect(reply.status).toBe(200);
    expect(JSON.parse(reply.text)).toMatchObject({ microSandboxConfig: { image: 'i' }, x: [1] });
    expect((await get('new'))?.functionName).toBe('new');
  });

  test.each<[string, Fields, string]>([
    [
      'G01',
      { ...HEADER, instanceConcurrency: 30 },
      'ConcurrencyLimit is invalid for session function, allowed: 200',
    ],
    [
      'G07',
      {
        ...HEADER,
        sessionAffinityConfig: '{"affinityHeaderFieldName":"x-my-session","sessionConcurrencyPerInstance":0}',
      },
      'sessionConcurrencyPerInstance must be an integer from 1 to 200, got "0"',
    ],
    [
      'G07',
      {
        ...HEADER,
        sessionAffinityConfig:
          '{"affinityHeaderFieldName":"x-my-session","sessionConcurrencyPerInstance":201}',
      },
      'sessionConcurrencyPerInstance must be an integer from 1 to 200',
    ],
    ['G08', { instanceIsolationMode: 'SESSION_EXCLUSIVE' }, 'needs a sessionAffinity other than NONE'],
    [
      'G08',
      {
        ...HEADER,
        instanceIsolationMode: 'SESSION_EXCLUSIVE',
        sessionAffinityConfig: '{"affinityHeaderFieldName":"x-my-session","sessionConcurrencyPerInstance":2}',
      },
      'must be 1 with SESSION_EXCLUSIVE',
    ],
    [
      'G11',
      {
        runtime: 'nodejs20',
        sessionAffinity: 'GENERATED_COOKIE',
        sessionAffinityConfig: '{"sessionConcurrencyPerInstance":2}',
      },
      'sessionConcurrencyPerInstance must be 1',
    ],
    ['S09', { runtime: 'nodejs20', sessionAffinity: 'MCP_SSE' }, 'MCP_SSE needs a custom runtime'],
    ['G19', { environmentVariables: { FC_X: '1' } }, "The environment variable name 'FC_X' is reserved"],
    [
      'H08',
      { ...HEADER, sessionAffinityConfig: '{"affinityHeaderFieldName":"x-fc-abc12"}' },
      'affinityHeaderFieldName must be',
    ],
    [
      'H09',
      { ...HEADER, sessionAffinityConfig: '{"affinityHeaderFieldName":"abcd"}' },
      'affinityHeaderFieldName must be',
    ],
    [
      'H10',
      { ...HEADER, sessionAffinityConfig: '{"affinityHeaderFieldName":"1abcd"}' },
      'affinityHeaderFieldName must be',
    ],
    ['H11', { sessionAffinity: 'HEADER_FIELD' }, 'affinityHeaderFieldName is required'],
    ['§1.1', { sessionAffinity: 'cookie' }, 'cookie is invalid'],
    ['§1.1', { runtime: 'nodejs' }, 'nodejs is invalid'],
    [
      'A08',
      { sessionAffinity: 'GENERATED_COOKIE', sessionAffinityConfig: '{"sessionTTLInSeconds":21601}' },
      'sessionTTLInSeconds must be an integer from 1 to 21600',
    ],
    [
      '§1.1',
      { ...HEADER, sessionAffinityConfig: 'cookie' },
      'sessionAffinityConfig must be a string of JSON',
    ],
    ['14.4', { code: { ossBucketName: 'b', ossObjectName: 'o' } }, '--code-dir bad=<folder>'],
    ['14.4', { code: { zipFile: 'bm8gYXJjaGl2ZQ==' } }, 'code.zipFile cannot be unpacked'],
  ])('%s: %j is refused, and nothing is made', async (_, fields, message) => {
    const { apiPort } = await start();
    const reply = await rawRequest(apiPort, {
      method: 'POST',
      path: '/2023-03-30/functions',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ functionName: 'bad', ...LOCAL, ...fields }),
    });
    expect(reply.status).toBe(400);
    expect(JSON.parse(reply.text)).toMatchObject({
      Code: 'InvalidArgument',
      Message: expect.stringContaining(message),
    });
    const list = await rawRequest(apiPort, { path: '/2023-03-30/functions' });
    expect(JSON.parse(list.text)).toEqual({ functions: [] });
  });

  test('§1.1: an affinity configuration without an affinity is ignored', async () => {
    const { create } = await start();
    const made = await create('plain', { ...LOCAL, sessionAffinityConfig: '{"sessionTTLInSeconds":60}' });
    expect(made).toMatchObject({ sessionAffinity: 'NONE', instanceConcurrency: 1 });
    expect(made?.sessionAffinityConfig).toBeUndefined();
  });

  test('a name that is taken is 409, a free name is 404', async () => {
    const { create, get } = await start();
    expect(await sdkError(get('cart'))).toMatchObject({
      statusCode: 404,
      code: 'FunctionNotFound',
      message: expect.stringContaining("function 'cart' does not exist"),
    });
    await create('cart');
    expect(await sdkError(create('cart'))).toMatchObject({
      statusCode: 409,
      code: 'FunctionAlreadyExists',
      message: expect.stringContaining("function 'cart' already exists"),
    });
  });

  test('a command that does not exist, and an image, fail with the reason, and so do their requests', async () => {
    const { create, settled, trigger } = await start();
    await create('missing', { customRuntimeConfig: { command: ['no-such-command'] } });
    expect(await settled('missing')).toMatchObject({
      state: 'Failed',
      stateReasonCode: 'CAFileNotFound',
      stateReason: expect.stringContaining('no-such-command'),
    });
    expect(await ask(await trigger('missing'))).toMatchObject({
      status: 412,
      text: expect.stringContaining('no-such-command'),
    });
    const container = { runtime: 'custom-container', customContainerConfig: { image: 'registry/x:1' } };
    await create('image', container);
    expect(await settled('image')).toMatchObject({
      state: 'Failed',
      stateReason: expect.stringContaining('registry/x:1'),
      customContainerConfig: { image: 'registry/x:1' },
    });
  });

  test('a failed function is mended by an update', async () => {
    const { create, settled, trigger, update } = await start();
    await create('mended', { customRuntimeConfig: { command: ['no-such-command'] } });
    await settled('mended');
    expect(await update('mended', LOCAL)).toMatchObject({ state: 'Active', lastUpdateStatus: 'Successful' });
    expect((await ask(await trigger('mended'))).status).toBe(200);
  });

  test('code without a command runs its bootstrap', async () => {
    const { create, trigger } = await start();
    const zip = await zipOf({
      bootstrap: executable(`#!${process.execPath}\n${appOf('bootstrap')}`),
      'data.txt': '!',
    });
    const code = new InputCodeLocation({ zipFile: zip.toString('base64') });
    await create('booted', { ...HEADER, runtime: 'custom', timeout: 60, code });
    expect((await ask(await trigger('booted'))).text).toBe('bootstrap!');
  });

  test('code in OSS is read from the folder of --code-dir', async () => {
    const { create, settled } = await start({
      codeDirectories: { oss: fileURLToPath(new URL('../../fixtures/hello', import.meta.url)) },
    });
    await create('oss', {
      customRuntimeConfig: { command: COMMAND },
      code: new InputCodeLocation({ ossBucketName: 'b', ossObjectName: 'o' }),
    });
    expect(await settled('oss')).toMatchObject({ state: 'Active' });
  });

  test('EntityTooLarge: a body of 40 MiB is read, a longer one is refused', async () => {
    const { apiPort } = await start();
    const send = (length: number) =>
      rawRequest(apiPort, {
        method: 'POST',
        path: '/2023-03-30/functions',
        headers: { 'content-type': 'application/json' },
        body: `{"functionName":"9","description":"${'x'.repeat(length)}"}`,
      });
    const overhead = '{"functionName":"9","description":""}'.length;
    const limit = 40 * 1024 * 1024;
    expect(JSON.parse((await send(limit - overhead)).text).Message).toContain('functionName must be');
    const { status, text } = await send(limit - overhead + 1);
    expect([status, JSON.parse(text).Code]).toEqual([400, 'EntityTooLarge']);
  });
});

describe('UpdateFunction', () => {
  test('is partial; U24: old sessions stay on the old code, new ones get the new', async () => {
    const { create, trigger, settled, update, get } = await start();
    const common = { ...HEADER, customRuntimeConfig: { command: COMMAND }, timeout: 60 };
    await create('cart', { ...common, environmentVariables: { MORE: '?' }, code: await codeOf('one') });
    const url = await trigger('cart');
    expect((await ask(url, 'old')).text).toBe('one!?');
    const before = await settled('cart');
    expect(await update('cart', { code: await codeOf('two') })).toMatchObject({
      lastUpdateStatus: 'InProgress',
      state: 'Active',
    });
    expect(await sdkError(update('cart', { timeout: 50 }))).toMatchObject({ code: 'ConcurrentUpdateError' });
    const after = await settled('cart');
    expect(after).toMatchObject({ timeout: 60, environmentVariables: { MORE: '?' } });
    expect(after?.codeChecksum).not.toBe(before?.codeChecksum);
    expect((await ask(url, 'old')).text).toBe('one!?');
    expect((await ask(url, 'new')).text).toBe('two!?');
    await update('cart', { environmentVariables: {} });
    expect((await ask(url, 'newest')).text).toBe('two!');
    expect(await get('cart')).toMatchObject({ environmentVariables: {}, timeout: 60 });
  });

  test('U26: another affinity expires the sessions', async () => {
    const { create, trigger, update, sdk } = await start();
    await create('cart', { ...LOCAL, ...HEADER });
    await ask(await trigger('cart'), 'mine');
    await update('cart', { sessionAffinity: 'GENERATED_COOKIE' });
    const { body } = await sdk.listSessions('cart', new ListSessionsRequest({}));
    expect(body?.sessions?.map(({ sessionStatus }) => sessionStatus)).toEqual(['Expired']);
  });

  test('that is refused, or fails, leaves the function as it is', async () => {
    const { create, trigger, settled, update, get } = await start();
    await create('cart', { ...LOCAL, ...HEADER });
    const url = await trigger('cart');
    expect(await sdkError(update('cart', { instanceConcurrency: 30 }))).toMatchObject({ statusCode: 400 });
    await update('cart', { customRuntimeConfig: { command: ['no-such-command'] } });
    expect(await settled('cart')).toMatchObject({
      state: 'Active',
      lastUpdateStatus: 'Failed',
      lastUpdateStatusReason: expect.stringContaining('no-such-command'),
      customRuntimeConfig: LOCAL.customRuntimeConfig,
    });
    expect((await ask(url, 'mine')).status).toBe(200);
    await update('cart', { timeout: 31 });
    expect(await get('cart')).toMatchObject({ lastUpdateStatus: 'Successful', timeout: 31 });
    expect(await sdkError(update('nobody', {}))).toMatchObject({ code: 'FunctionNotFound' });
  });

  test('changes a function that was made from options too', async () => {
    const { emulator, update, get } = await start();
    await emulator.deploy(
      // The options of a single function, as a complete configuration.
      { config: (await declared()).config },
    );
    await update('declared', { timeout: 77, sessionAffinity: 'GENERATED_COOKIE' });
    expect(await get('declared')).toMatchObject({ timeout: 77, instanceConcurrency: 200 });
    expect((await ask(emulator.function('declared').url)).status).toBe(200);
  });
});

async function declared() {
  const { completeFunction } = await import('../../src/model/function-config.js');
  const { command } = LOCAL.customRuntimeConfig;
  return { config: completeFunction({ functionName: 'declared', command, codeDirectory: tmpdir() }) };
}

describe('DeleteFunction', () => {
  test('answers at once; a request in flight ends by itself; the name is free again', async () => {
    const { create, trigger, sdk, get, emulator } = await start();
    await create('cart', {
      ...HEADER,
      customRuntimeConfig: { command: COMMAND },
      timeout: 60,
      code: await codeOf('one'),
    });
    const url = await trigger('cart');
    const hanging = await fetch(`${url}/hang`, { headers: { 'x-my-session': 'mine' } });
    const { statusCode } = await sdk.deleteFunction('cart');
    expect(statusCode).toBe(204);
    expect(await sdkError(get('cart'))).toMatchObject({ code: 'FunctionNotFound' });
    await create('cart', { ...LOCAL, ...HEADER });
    const again = await trigger('cart');
    expect((await ask(again, 'mine')).text).toContain('Hello');
    const { body } = await sdk.listSessions('cart', new ListSessionsRequest({}));
    expect(body?.sessions).toHaveLength(1);
    expect(hanging.status).toBe(200);
    await hanging.body?.cancel();
    await expect.poll(async () => (await emulator.control.instances.list()).length).toBe(1);
    expect(await sdkError(sdk.deleteFunction('nobody'))).toMatchObject({ code: 'FunctionNotFound' });
  });
});

describe('code folders', () => {
  test('are removed with the last revision and instance that uses them, and all at the end', async () => {
    const { create, trigger, settled, update, emulator, get } = await start();
    const before = codeRoots();
    const common = { ...HEADER, customRuntimeConfig: { command: COMMAND }, timeout: 60 };
    await create('cart', { ...common, code: await codeOf('one') });
    const url = await trigger('cart');
    await ask(url, 'old');
    await settled('cart');
    const [root = ''] = codeRoots().filter((name) => !before.includes(name));
    const folders = () => readdirSync(join(tmpdir(), root));
    await update('cart', { code: await codeOf('two') });
    await settled('cart');
    expect(folders()).toHaveLength(2);
    await emulator.sessions.delete('old', { functionName: 'cart' });
    await expect.poll(folders).toHaveLength(1);
    const { url: archive } =
      (
        await operationsOf(fcSdk(Number(new URL(emulator.api).port))).sdk.getFunctionCode(
          'cart',
          new GetFunctionCodeRequest({}),
        )
      ).body ?? {};
    expect(existsSync(realpathSync(fileURLToPath(archive ?? '')))).toBe(true);
    expect((await get('cart'))?.codeSize).toBeGreaterThan(0);
    await emulator.control.functions.delete('cart');
    await expect.poll(folders).toHaveLength(0);
    await emulator.stop();
    expect(existsSync(join(tmpdir(), root))).toBe(false);
  });
});

test('an emulator that stops while it unpacks leaves nothing', async () => {
  const before = codeRoots();
  const { create, emulator } = await start();
  const files = Object.fromEntries(Array.from({ length: 2_000 }, (_, at) => [`folder-${at}/file`, 'x']));
  const zip = await zipOf(files);
  await create('cart', { code: new InputCodeLocation({ zipFile: zip.toString('base64') }) });
  await emulator.stop();
  expect(codeRoots()).toEqual(before);
});

function codeRoots(): string[] {
  return readdirSync(tmpdir()).filter((name) => name.startsWith('fc-affinity-code-'));
}

describe('what is set beside a function', () => {
  test('reservedConcurrency is the ceiling of instances', async () => {
    const { create, trigger, sdk } = await start();
    await create('cart', { ...LOCAL, ...HEADER, instanceIsolationMode: 'SESSION_EXCLUSIVE' });
    const url = await trigger('cart');
    const body = new PutConcurrencyInput({ reservedConcurrency: 1 });
    const put = await sdk.putConcurrencyConfig('cart', new PutConcurrencyConfigRequest({ body }));
    expect(put.body).toMatchObject({
      reservedConcurrency: 1,
      functionArn: expect.stringMatching(/:functions\/cart$/),
    });
    expect((await ask(url, 'one')).status).toBe(200);
    expect((await ask(url, 'two')).status).toBe(429);
    expect((await sdk.getConcurrencyConfig('cart')).body?.reservedConcurrency).toBe(1);
    const list = await sdk.listConcurrencyConfigs(new ListConcurrencyConfigsRequest({}));
    expect(list.body?.configs).toHaveLength(1);
    await sdk.deleteConcurrencyConfig('cart');
    expect((await ask(url, 'two')).status).toBe(200);
    expect((await sdk.getConcurrencyConfig('cart')).body?.reservedConcurrency).toBeUndefined();
  });

  test('minInstances are kept ready', async () => {
    const { create, settled, sdk, emulator } = await start();
    await create('cart', { ...LOCAL, ...HEADER });
    await settled('cart');
    const put = (minInstances: number) =>
      sdk.putScalingConfig(
        'cart',
        new PutScalingConfigRequest({
          body: new PutScalingConfigInput({ minInstances }),
          qualifier: 'LATEST',
        }),
      );
    expect((await put(2)).body).toMatchObject({ minInstances: 2, targetInstances: 2 });
    await expect.poll(async () => (await emulator.control.instances.list()).length).toBe(2);
    const got = await sdk.getScalingConfig('cart', new GetScalingConfigRequest({ qualifier: 'LATEST' }));
    expect(got.body).toMatchObject({ minInstances: 2, currentInstances: 2 });
    expect(
      (await sdk.listScalingConfigs(new ListScalingConfigsRequest({}))).body?.scalingConfigs,
    ).toHaveLength(1);
    expect(await sdkError(put(21))).toMatchObject({ statusCode: 400 });
    await sdk.deleteScalingConfig('cart', new DeleteScalingConfigRequest({ qualifier: 'LATEST' }));
    const none = await sdk.getScalingConfig('cart', new GetScalingConfigRequest({}));
    expect(none.body).toMatchObject({ minInstances: 0 });
  });

  test('a function whose invocation is disabled refuses requests, and cuts off those in flight if asked to', async () => {
    const { create, trigger, get, sdk } = await start();
    await create('cart', {
      ...HEADER,
      customRuntimeConfig: { command: COMMAND },
      timeout: 60,
      code: await codeOf('one'),
    });
    const url = await trigger('cart');
    const hanging = await fetch(`${url}/hang`, { headers: { 'x-my-session': 'mine' } });
    const disabled = await sdk.disableFunctionInvocation(
      'cart',
      new DisableFunctionInvocationRequest({ reason: 'maintenance', abortOngoingRequest: true }),
    );
    expect(disabled.body?.success).toBe(true);
    await expect(hanging.text()).rejects.toThrow();
    expect(await ask(url, 'mine')).toMatchObject({
      status: 403,
      text: expect.stringContaining('maintenance'),
    });
    const invoke = sdk.invokeFunction('cart', new InvokeFunctionRequest({}));
    expect(await sdkError(invoke)).toMatchObject({ statusCode: 403, code: 'AccessDenied' });
    expect((await get('cart'))?.invocationRestriction).toMatchObject({
      disable: true,
      reason: 'maintenance',
    });
    expect((await sdk.enableFunctionInvocation('cart')).body?.success).toBe(true);
    expect((await ask(url, 'mine')).text).toBe('one!');
    expect((await get('cart'))?.invocationRestriction).toBeUndefined();
  });
});

describe('lists', () => {
  test('ListFunctions filters', async () => {
    const { create, sdk } = await start();
    await create('cart', { ...LOCAL, description: 'a shop', tags: [new Tag({ key: 'team', value: 'a' })] });
    await create('bill', { ...LOCAL, runtime: 'custom' });
    const names = async (query: object) =>
      (await sdk.listFunctions(new ListFunctionsRequest(query))).body?.functions?.map((f) => f.functionName);
    expect(await names({})).toEqual(['bill', 'cart']);
    expect(await names({ description: 'shop' })).toEqual(['cart']);
    expect(await names({ runtime: 'custom' })).toEqual(['bill']);
    expect(await names({ functionName: 'ill' })).toEqual(['bill']);
    expect(await names({ tags: [new Tag({ key: 'team', value: 'a' })] })).toEqual(['cart']);
  });

  test('ListInstances tells ended ones where a time or their status is asked for', async () => {
    const { create, trigger, sdk, emulator } = await start();
    await create('cart', { ...LOCAL, ...HEADER });
    const { instance } = await ask(await trigger('cart'), 'mine');
    const list = async (query: object) =>
      (await sdk.listInstances('cart', new ListInstancesRequest(query))).body?.instances ?? [];
    expect(await list({ startKey: instance ?? '' })).toEqual([]);
    await emulator.control.instances.kill(instance ?? '');
    expect(await list({})).toEqual([]);
    const [ended] = await list({ instanceStatus: ['Destroyed'] });
    expect(ended).toMatchObject({ instanceId: instance, status: 'Destroyed' });
    const at = ended?.createdTimeMs ?? 0;
    expect(await list({ startTimeMs: at, endTimeMs: at })).toHaveLength(1);
    expect(await list({ endTimeMs: at - 1 })).toEqual([]);
    expect(await list({ startTimeMs: (ended?.destroyedTimeMs ?? 0) + 1 })).toEqual([]);
  });
});

test('every other path of the API is not supported', async () => {
  const { apiPort } = await start();
  for (const path of [
    'snapshots',
    'layers',
    'functions/f/async-tasks',
    'functions/f/provision-config',
    'regions',
  ]) {
    const { status, text } = await rawRequest(apiPort, { path: `/2023-03-30/${path}` });
    expect([path, status, JSON.parse(text).Code]).toEqual([path, 400, 'PathNotSupported']);
  }
});

test('functions survive a restart in a state directory, with their code, and deleted ones do not', async () => {
  const stateDirectory = temporaryFolder();
  const { create, settled, emulator, sdk, update, trigger } = await start({ stateDirectory });
  await create('kept', {
    ...HEADER,
    customRuntimeConfig: { command: COMMAND },
    timeout: 60,
    memorySize: 1024,
    layers: ['arn'],
    code: await codeOf('one'),
  });
  await settled('kept');
  // Times are told in whole seconds.
  await emulator.control.clock.advance(2000);
  await update('kept', { description: 'second' });
  await sdk.putConcurrencyConfig(
    'kept',
    new PutConcurrencyConfigRequest({ body: new PutConcurrencyInput({ reservedConcurrency: 3 }) }),
  );
  await create('gone');
  await settled('gone');
  await emulator.control.functions.delete('gone');
  await sdk.createSession(
    'kept',
    new CreateSessionRequest({ body: new CreateSessionInput({ sessionId: 'mine' }) }),
  );
  const url = await trigger('kept');
  await sdk.publishFunctionVersion('kept', new PublishFunctionVersionRequest({}));
  const alias = new CreateAliasInput({ aliasName: 'prod', versionId: '1' });
  await sdk.createAlias('kept', new CreateAliasRequest({ body: alias }));
  const before = await settled('kept');
  await emulator.stop();

  const again = await start({ stateDirectory });
  const { functions } = (await again.sdk.listFunctions(new ListFunctionsRequest({}))).body ?? {};
  expect(functions?.map(({ functionName }) => functionName)).toEqual(['kept']);
  expect(await again.settled('kept')).toEqual(before);
  expect(again.emulator.function('kept').url).toBe(url);
  expect((await ask(url, 'mine')).text).toBe('one!');
  expect((await again.get('kept', 'prod'))?.codeChecksum).toBe(before?.codeChecksum);
  const published = await again.sdk.publishFunctionVersion('kept', new PublishFunctionVersionRequest({}));
  expect(published.body?.versionId).toBe('2');
  expect((await again.sdk.getConcurrencyConfig('kept')).body?.reservedConcurrency).toBe(3);
  const { body } = await again.sdk.listSessions('kept', new ListSessionsRequest({}));
  expect(body?.sessions).toHaveLength(1);
  expect(readdirSync(join(stateDirectory, 'code'))).toHaveLength(1);
});

test('versions, aliases and triggers of a declared function survive a restart, its configuration is said again', async () => {
  const stateDirectory = temporaryFolder();
  const functions = [await declared()];
  const first = await start({ stateDirectory, functions });
  await first.sdk.publishFunctionVersion('declared', new PublishFunctionVersionRequest({}));
  const body = new CreateTriggerInput({
    triggerName: 'versioned',
    triggerType: 'http',
    qualifier: '1',
    triggerConfig: '{"authType":"anonymous"}',
  });
  await first.sdk.createTrigger('declared', new CreateTriggerRequest({ body }));
  const { functionId } = (await first.get('declared')) ?? {};
  await first.update('declared', { timeout: 77 });
  await first.emulator.stop();

  const again = await start({ stateDirectory, functions });
  expect(await again.get('declared')).toMatchObject({ functionId, timeout: 3 });
  const { triggers } = again.emulator.function('declared');
  expect(triggers.map(({ triggerName }) => triggerName)).toEqual(['defaultTrigger', 'versioned']);
  expect((await ask(triggers[1]?.url ?? '')).status).toBe(200);
  await again.emulator.stop();

  const without = await start({ stateDirectory });
  expect(without.emulator.functions).toEqual([]);
});
