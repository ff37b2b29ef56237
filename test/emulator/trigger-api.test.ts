import { createServer } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { startEmulator } from '../../src/emulator.js';
import type { EmulatorOptions } from '../../src/emulator-options.js';
import type { EmulatorEvent } from '../../src/model/events.js';
import { completeFunction } from '../../src/model/function-config.js';
import { listen } from '../../src/system/listen.js';
import { consecutivePorts } from '../support/consecutive-ports.js';
import {
  CreateTriggerInput,
  CreateTriggerRequest,
  fcSdk,
  ListTriggersRequest,
  sdkError,
  UpdateTriggerInput,
  UpdateTriggerRequest,
} from '../support/fc-sdk.js';
import { inProcessDriver } from '../support/in-process-driver.js';

const ANONYMOUS = JSON.stringify({ authType: 'anonymous', methods: ['GET', 'POST'] });

const config = completeFunction({
  functionName: 'hello',
  command: ['in-process'],
  sessionAffinity: 'GENERATED_COOKIE',
});

async function start(options: Partial<EmulatorOptions> = {}) {
  const events: EmulatorEvent[] = [];
  const emulator = await startEmulator({
    functions: [{ config, triggers: [] }],
    driver: inProcessDriver(),
    onEvent: (event) => events.push(event),
    ...options,
  });
  onTestFinished(() => emulator.stopNow());
  const sdk = fcSdk(portOf(emulator.api));
  const create = async (triggerName: string, input: Record<string, unknown> = {}) => {
    const body = new CreateTriggerInput({
      triggerName,
      triggerType: 'http',
      triggerConfig: ANONYMOUS,
      ...input,
    });
    return bodyOf(await sdk.createTrigger('hello', new CreateTriggerRequest({ body })));
  };
  const update = async (triggerName: string, input: Record<string, unknown>) => {
    const request = new UpdateTriggerRequest({ body: new UpdateTriggerInput(input) });
    return bodyOf(await sdk.updateTrigger('hello', triggerName, request));
  };
  return { emulator, sdk, create, update, events };
}

function bodyOf<T>({ body }: { readonly body?: T | undefined }): T {
  if (body === undefined) throw new Error('the reply has no body');
  return body;
}

const portOf = (url: string): number => Number(new URL(url).port);

/** A wire client that sends what the SDK cannot. */
async function post(api: string, body: unknown): Promise<{ status: number; body: Record<string, unknown> }> {
  const reply = await fetch(`${api}/2023-03-30/functions/hello/triggers`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return { status: reply.status, body: (await reply.json()) as Record<string, unknown> };
}

describe('CreateTrigger', () => {
  test('the reply has every field of the API, and the address, which answers at once', async () => {
    const { create, events } = await start();
    const created = await create('web', { description: 'the web', invocationRole: 'r', sourceArn: 's' });
    expect(created).toMatchObject({
      triggerName: 'web',
      triggerId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      triggerType: 'http',
      triggerConfig: ANONYMOUS,
      qualifier: 'LATEST',
      description: 'the web',
      invocationRole: 'r',
      sourceArn: 's',
      targetArn: expect.stringMatching(/^acs:fc:[^:]+:\d+:functions\/hello$/),
      status: 'OK',
      createdTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
      lastModifiedTime: created.createdTime,
    });
    const { urlInternet = '', urlIntranet } = created.httpTrigger ?? {};
    expect(urlIntranet).toBe(urlInternet);
    const reply = await fetch(urlInternet);
    expect(reply.status).toBe(200);
    expect(reply.headers.get('set-cookie')).toContain('x-fc-cookie-session-id=');
    expect(events.map(({ type }) => type)).toContain('trigger.added');
  });

  test('the address is the function’s own from then on, until the trigger is deleted', async () => {
    const { emulator, sdk, create } = await start();
    const { httpTrigger } = await create('web');
    const url = async () => (await emulator.control.functions.get({ functionName: 'hello' })).url;
    expect(await url()).toBe(httpTrigger?.urlInternet);
    expect(emulator.url).toBe(httpTrigger?.urlInternet);
    await sdk.deleteTrigger('hello', 'web');
    expect(await url()).toBeUndefined();
  });

  test('takes the next free port above --port, passes over the control plane’s, and a deleted trigger’s is free again', async () => {
    const first = await consecutivePorts(5);
    const { create, sdk } = await start({ port: first, apiPort: first + 1, functions: [{ config }] });
    const publish = async (triggerName: string) =>
      portOf((await create(triggerName, { qualifier: 'LATEST' })).httpTrigger?.urlInternet ?? '');
    await sdk.deleteTrigger('hello', 'defaultTrigger');
    expect(await publish('a')).toBe(first);
    await sdk.deleteTrigger('hello', 'a');
    const other = createServer();
    await listen(other, '127.0.0.1', first);
    onTestFinished(() => void other.close());
    expect(await publish('b')).toBe(first + 2);
  });

  test.each<[string, Record<string, unknown>, string, string]>([
    ['jwt', { triggerConfig: '{"authType":"jwt"}' }, 'InvalidArgument', 'authType "jwt" is not emulated'],
    ['bearer', { triggerConfig: '{"authType":"bearer"}' }, 'InvalidArgument', 'authType "bearer" is not emu'],
    ['an unknown authType', { triggerConfig: '{"authType":"Basic"}' }, 'InvalidArgument', 'got "Basic"'],
    ['an unknown method', { triggerConfig: '{"methods":["TRACE"]}' }, 'InvalidArgument', 'got ["TRACE"]'],
    [
      'methods that are no list',
      { triggerConfig: '{"methods":"GET"}' },
      'InvalidArgument',
      'methods must be',
    ],
    ['a configuration that is no JSON', { triggerConfig: 'cookie' }, 'InvalidArgument', 'must be JSON text'],
    ['a configuration that is a list', { triggerConfig: '[]' }, 'InvalidArgument', 'must be a JSON object'],
    ['another type of trigger', { triggerType: 'timer' }, 'InvalidArgument', '"timer" is not emulated'],
    ['a name with a blank', { triggerName: 'a b' }, 'InvalidArgument', 'triggerName must be 1 to 128'],
    ['an unknown version', { qualifier: '7' }, 'VersionNotFound', "version '7' does not exist"],
    ['an unknown alias', { qualifier: 'prod' }, 'AliasNotFound', "alias 'prod' does not exist"],
  ])('refuses %s', async (_, input, code, message) => {
    const { create } = await start();
    const error = await sdkError(create('web', input));
    expect(error).toMatchObject({ code });
    expect(error.message).toContain(message);
  });

  test('refuses a configuration that is an object and not text', async () => {
    const { emulator } = await start();
    const body = { triggerName: 'web', triggerType: 'http', triggerConfig: { authType: 'anonymous' } };
    expect(await post(emulator.api, body)).toMatchObject({
      status: 400,
      body: { Code: 'InvalidArgument', Message: expect.stringContaining('triggerConfig must be a string') },
    });
  });

  test('refuses a name that is taken, and a second trigger of one qualifier', async () => {
    const { create } = await start();
    await create('web');
    expect(await sdkError(create('web'))).toMatchObject({ code: 'TriggerAlreadyExists', statusCode: 409 });
    expect(await sdkError(create('other'))).toMatchObject({ code: 'TriggerAlreadyExists', statusCode: 409 });
  });

  test('of ten that are created at once under one name, one is', async () => {
    const { create, sdk } = await start();
    const outcomes = await Promise.allSettled(Array.from({ length: 10 }, () => create('web')));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const { triggers } = (await sdk.listTriggers('hello', new ListTriggersRequest({}))).body ?? {};
    expect(triggers).toHaveLength(1);
  });

  test('refuses an unknown function', async () => {
    const { sdk } = await start();
    const body = new CreateTriggerInput({ triggerName: 'web', triggerType: 'http' });
    expect(await sdkError(sdk.createTrigger('nobody', new CreateTriggerRequest({ body })))).toMatchObject({
      code: 'FunctionNotFound',
      statusCode: 404,
    });
  });
});

describe('GetTrigger, ListTriggers, UpdateTrigger, DeleteTrigger', () => {
  test('a trigger that the emulator was started with is read like one that was created', async () => {
    const { sdk, emulator } = await start({ functions: [{ config }] });
    const { body } = await sdk.getTrigger('hello', 'defaultTrigger');
    expect(body?.httpTrigger?.urlInternet).toBe(emulator.url);
    expect(JSON.parse(body?.triggerConfig ?? '')).toMatchObject({ authType: 'anonymous' });
  });

  test('an unknown trigger is TriggerNotFound for each operation', async () => {
    const { sdk, update } = await start();
    const missing = { code: 'TriggerNotFound', statusCode: 404 };
    expect(await sdkError(sdk.getTrigger('hello', 'none'))).toMatchObject(missing);
    expect(await sdkError(update('none', { description: 'x' }))).toMatchObject(missing);
    expect(await sdkError(sdk.deleteTrigger('hello', 'none'))).toMatchObject(missing);
  });

  test('an update changes what it names, keeps the address, and holds from the next request on', async () => {
    const { create, update } = await start();
    const { httpTrigger, triggerId } = await create('web', { description: 'one' });
    const url = httpTrigger?.urlInternet ?? '';
    const changed = await update('web', {
      triggerConfig: JSON.stringify({ authType: 'anonymous', methods: ['POST'] }),
    });
    expect(changed).toMatchObject({ triggerId, description: 'one', httpTrigger });
    expect((await fetch(url)).status).toBe(405);
    expect((await fetch(url, { method: 'POST' })).status).toBe(200);
    const internal = JSON.stringify({ authType: 'anonymous', disableURLInternet: true });
    await update('web', { triggerConfig: internal, description: 'two' });
    const refused = await fetch(url, { method: 'POST' });
    expect(refused.status).toBe(403);
    expect(await refused.json()).toMatchObject({
      Code: 'AccessDenied',
      Message: 'access denied due to function internet URL is disable',
    });
  });

  test('an update that is refused changes nothing', async () => {
    const { create, update, sdk } = await start();
    await create('web');
    const before = (await sdk.getTrigger('hello', 'web')).body;
    await sdkError(update('web', { description: 'new', triggerConfig: '{"authType":"jwt"}' }));
    await sdkError(update('web', { description: 'new', qualifier: 'nobody' }));
    expect((await sdk.getTrigger('hello', 'web')).body).toEqual(before);
  });

  test('a deleted trigger closes its port, and a request in flight still gets its reply', async () => {
    let finish = (): void => {};
    const begun = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const replies: (() => void)[] = [];
    const { create, sdk, events } = await start({
      driver: inProcessDriver((_, response) => {
        replies.push(() => response.end('late'));
        finish();
      }),
    });
    const { httpTrigger } = await create('web');
    const url = httpTrigger?.urlInternet ?? '';
    const slow = fetch(url);
    await begun;
    await sdk.deleteTrigger('hello', 'web');
    await expect(fetch(url)).rejects.toThrow();
    for (const reply of replies) reply();
    expect(await (await slow).text()).toBe('late');
    expect(events.map(({ type }) => type)).toContain('trigger.removed');
  });

  test('a list is sorted by name, filtered by prefix, and read page by page', async () => {
    const { emulator, sdk } = await start({
      functions: [
        {
          config,
          triggers: ['b2', 'a', 'b1'].map((triggerName, at) => ({ triggerName, qualifier: String(at) })),
        },
      ],
    });
    const names: (string | undefined)[] = [];
    let nextToken: string | undefined;
    do {
      const query = new ListTriggersRequest({ prefix: 'b', limit: 1, nextToken });
      const { body } = await sdk.listTriggers('hello', query);
      names.push(...(body?.triggers ?? []).map(({ triggerName }) => triggerName));
      nextToken = body?.nextToken;
    } while (nextToken);
    expect(names).toEqual(['b1', 'b2']);
    expect((await emulator.control.triggers.list({ functionName: 'hello' })).triggers).toHaveLength(3);
  });

  test('a trigger of a version that is not there yet answers with its code', async () => {
    const { emulator } = await start({
      functions: [{ config, triggers: [{ triggerName: 'stage', qualifier: 'prod' }] }],
    });
    const reply = await fetch(emulator.url);
    expect(reply.status).toBe(404);
    expect(await reply.json()).toMatchObject({ Code: 'AliasNotFound' });
  });
});
