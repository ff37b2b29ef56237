import type { ServerResponse } from 'node:http';
import { describe, expect, onTestFinished, test } from 'vitest';
import { startEmulator } from '../../src/emulator.js';
import type { EmulatorOptions } from '../../src/emulator-options.js';
import type { EmulatorEvent } from '../../src/model/events.js';
import { completeFunction } from '../../src/model/function-config.js';
import type { FunctionInput } from '../../src/model/function-input.js';
import { answersVariable } from '../support/answers-variable.js';
import {
  CreateAliasInput,
  CreateAliasRequest,
  CreateSessionInput,
  CreateSessionRequest,
  fcSdk,
  GetFunctionRequest,
  GetSessionRequest,
  ListAliasesRequest,
  ListFunctionVersionsRequest,
  ListInstancesRequest,
  ListSessionsRequest,
  PublishFunctionVersionRequest,
  PublishVersionInput,
  sdkError,
  UpdateAliasInput,
  UpdateAliasRequest,
} from '../support/fc-sdk.js';
import { inProcessDriver } from '../support/in-process-driver.js';
import { rawRequest } from '../support/raw-request.js';
import { temporaryFolder } from '../support/run-cli.js';

function configOf(input: Partial<FunctionInput> = {}) {
  return completeFunction({
    functionName: 'hello',
    command: ['in-process'],
    sessionAffinity: 'HEADER_FIELD',
    sessionAffinityConfig: { affinityHeaderFieldName: 'session-name' },
    timeout: 60,
    ...input,
  });
}

/** An emulator with the function `hello`, and the vendor's client. Each instance answers with the variable BUILD of its revision. */
async function start(options: Partial<EmulatorOptions> = {}) {
  const { driver, local } = answersVariable('BUILD');
  const events: EmulatorEvent[] = [];
  const emulator = await startEmulator({
    functions: [
      {
        config: configOf({ environmentVariables: { BUILD: 'a' } }),
        triggers: [{ triggerName: 'latest' }, { triggerName: 'live', qualifier: 'prod' }],
      },
    ],
    driver,
    onEvent: (event) => events.push(event),
    ...options,
  });
  onTestFinished(() => emulator.stopNow());
  const port = Number(new URL(emulator.api).port);
  const sdk = fcSdk(port);
  const update = (build: string) =>
    emulator.deploy({ config: configOf({ environmentVariables: { BUILD: build } }) });
  const publish = async (description?: string) => {
    const body = new PublishVersionInput({ description });
    return (await sdk.publishFunctionVersion('hello', new PublishFunctionVersionRequest({ body }))).body;
  };
  const alias = async (aliasName: string, versionId: string) => {
    const body = new CreateAliasInput({ aliasName, versionId });
    return (await sdk.createAlias('hello', new CreateAliasRequest({ body }))).body;
  };
  const move = async (aliasName: string, versionId: string) => {
    const body = new UpdateAliasInput({ versionId });
    return (await sdk.updateAlias('hello', aliasName, new UpdateAliasRequest({ body }))).body;
  };
  const open = async (qualifier: string | undefined, sessionId?: string) => {
    const body = new CreateSessionInput({ sessionId });
    return (await sdk.createSession('hello', new CreateSessionRequest({ body, qualifier }))).body;
  };
  const sessions = async (qualifier?: string) => {
    const { body } = await sdk.listSessions('hello', new ListSessionsRequest({ qualifier }));
    return body?.sessions?.map(({ sessionId }) => sessionId);
  };
  const instances = async (query: object) =>
    (await sdk.listInstances('hello', new ListInstancesRequest(query))).body?.instances ?? [];
  return {
    emulator,
    driver: local,
    events,
    port,
    sdk,
    update,
    publish,
    alias,
    move,
    open,
    sessions,
    instances,
  };
}

describe('versions', () => {
  test('are published under numbers that count up, and keep the configuration of their time', async () => {
    const { sdk, update, publish } = await start();
    expect(await publish('first')).toMatchObject({
      versionId: '1',
      description: 'first',
      createdTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
      lastModifiedTime: expect.any(String),
    });
    await update('b');
    expect((await publish())?.versionId).toBe('2');
    const build = async (qualifier?: string) =>
      (await sdk.getFunction('hello', new GetFunctionRequest({ qualifier }))).body?.environmentVariables
        ?.BUILD;
    expect([await build('1'), await build('2'), await build()]).toEqual(['a', 'b', 'b']);
  });

  test('a published version runs nothing until it is used', async () => {
    const { publish, instances } = await start();
    await publish();
    expect(await instances({ withAllActive: true })).toEqual([]);
  });

  test('PublishFunctionVersion takes no body at all', async () => {
    const { sdk } = await start();
    const { body } = await sdk.publishFunctionVersion('hello', new PublishFunctionVersionRequest({}));
    expect(body?.versionId).toBe('1');
  });

  test('are listed newest first, or FORWARD, in pages', async () => {
    const { sdk, publish } = await start();
    for (let count = 0; count < 12; count++) await publish();
    const list = async (query: object) => {
      const { body } = await sdk.listFunctionVersions('hello', new ListFunctionVersionsRequest(query));
      const { versions, nextToken, direction } = body ?? {};
      return { ids: versions?.map(({ versionId }) => versionId), nextToken, direction };
    };
    const numbers = Array.from({ length: 12 }, (_, index) => String(index + 1));
    expect(await list({})).toEqual({
      ids: numbers.toReversed(),
      nextToken: undefined,
      direction: 'BACKWARD',
    });
    const first = await list({ limit: 5 });
    expect(first.ids).toEqual(['12', '11', '10', '9', '8']);
    const second = await list({ limit: 5, nextToken: first.nextToken });
    expect(second.ids).toEqual(['7', '6', '5', '4', '3']);
    expect(await list({ limit: 5, nextToken: second.nextToken })).toMatchObject({
      ids: ['2', '1'],
      nextToken: undefined,
    });
    const forward = await list({ limit: 11, direction: 'FORWARD' });
    expect(forward).toMatchObject({ ids: numbers.slice(0, 11), direction: 'FORWARD' });
    expect((await list({ direction: 'FORWARD', nextToken: forward.nextToken })).ids).toEqual(['12']);
    expect(await sdkError(list({ direction: 'UP' }))).toMatchObject({
      statusCode: 400,
      code: 'InvalidArgument',
    });
    expect(await sdkError(list({ limit: 101 }))).toMatchObject({ statusCode: 400 });
  });

  test('a deleted version is gone with its sessions and instances, and its number is not given again', async () => {
    const { sdk, driver, publish, open } = await start();
    await publish();
    await publish();
    await open('2');
    await sdk.deleteFunctionVersion('hello', '2');
    await expect.poll(() => driver.running.length).toBe(0);
    expect(await sdkError(open('2'))).toMatchObject({
      statusCode: 404,
      code: 'VersionNotFound',
      data: expect.objectContaining({ Message: "version '2' does not exist" }),
    });
    expect(await sdkError(sdk.deleteFunctionVersion('hello', '2'))).toMatchObject({
      code: 'VersionNotFound',
    });
    expect((await publish())?.versionId).toBe('3');
  });

  test('a version that an alias names is not deleted', async () => {
    const { sdk, publish, alias } = await start();
    await publish();
    await alias('prod', '1');
    expect(await sdkError(sdk.deleteFunctionVersion('hello', '1'))).toMatchObject({
      statusCode: 412,
      code: 'PreconditionFailed',
      message: expect.stringContaining("alias 'prod' names it"),
    });
    await sdk.deleteAlias('hello', 'prod');
    await sdk.deleteFunctionVersion('hello', '1');
  });

  test('A23: an unknown function has none', async () => {
    const { sdk } = await start();
    const calls = [
      sdk.publishFunctionVersion('nobody', new PublishFunctionVersionRequest({})),
      sdk.listFunctionVersions('nobody', new ListFunctionVersionsRequest({})),
      sdk.deleteFunctionVersion('nobody', '1'),
      sdk.listAliases('nobody', new ListAliasesRequest({})),
      sdk.getAlias('nobody', 'prod'),
    ];
    for (const call of calls)
      expect(await sdkError(call)).toMatchObject({ statusCode: 404, code: 'FunctionNotFound' });
  });
});

describe('aliases', () => {
  test('are created, read, moved, listed and deleted', async () => {
    const { sdk, publish, alias, move } = await start();
    await publish();
    await publish();
    const created = await alias('prod', '1');
    expect(created).toMatchObject({ aliasName: 'prod', versionId: '1', description: '' });
    expect((await sdk.getAlias('hello', 'prod')).body).toEqual(created);
    expect(await move('prod', '2')).toMatchObject({ aliasName: 'prod', versionId: '2' });
    const described = new UpdateAliasInput({ description: 'live' });
    const { body } = await sdk.updateAlias('hello', 'prod', new UpdateAliasRequest({ body: described }));
    expect(body).toMatchObject({ versionId: '2', description: 'live' });
    await alias('beta', '1');
    await alias('preview', '1');
    const list = async (query: object) => {
      const page = (await sdk.listAliases('hello', new ListAliasesRequest(query))).body;
      return { names: page?.aliases?.map(({ aliasName }) => aliasName), nextToken: page?.nextToken };
    };
    expect(await list({})).toEqual({ names: ['beta', 'preview', 'prod'], nextToken: undefined });
    expect((await list({ prefix: 'pr' })).names).toEqual(['preview', 'prod']);
    const first = await list({ limit: 2 });
    expect((await list({ nextToken: first.nextToken })).names).toEqual(['prod']);
    await sdk.deleteAlias('hello', 'beta');
    expect(await sdkError(sdk.getAlias('hello', 'beta'))).toMatchObject({
      statusCode: 404,
      code: 'AliasNotFound',
      data: expect.objectContaining({ Message: "alias 'beta' does not exist" }),
    });
  });

  test('a second one of a name is refused, as are an unknown version and an unknown alias', async () => {
    const { sdk, publish, alias, move } = await start();
    await publish();
    await alias('prod', '1');
    expect(await sdkError(alias('prod', '1'))).toMatchObject({ statusCode: 409, code: 'AliasAlreadyExists' });
    expect(await sdkError(alias('beta', '7'))).toMatchObject({ statusCode: 404, code: 'VersionNotFound' });
    expect(await sdkError(move('prod', '7'))).toMatchObject({ statusCode: 404, code: 'VersionNotFound' });
    expect(await sdkError(move('beta', '1'))).toMatchObject({ statusCode: 404, code: 'AliasNotFound' });
    expect(await sdkError(sdk.deleteAlias('hello', 'beta'))).toMatchObject({ code: 'AliasNotFound' });
  });

  test.each(['LATEST', '1', '-a', 'a b', 'a'.repeat(129)])('the name %j is refused', async (aliasName) => {
    const { publish, alias } = await start();
    await publish();
    expect(await sdkError(alias(aliasName, '1'))).toMatchObject({ statusCode: 400, code: 'InvalidArgument' });
  });

  test('weights are refused with the reason, also when an alias is updated', async () => {
    const { sdk, publish, alias } = await start();
    await publish();
    await publish();
    await alias('prod', '1');
    const additionalVersionWeight = { 2: 0.1 };
    const body = new CreateAliasInput({ aliasName: 'mixed', versionId: '1', additionalVersionWeight });
    const refusal = {
      statusCode: 400,
      code: 'InvalidArgument',
      message: expect.stringContaining('additionalVersionWeight is not emulated'),
    };
    expect(await sdkError(sdk.createAlias('hello', new CreateAliasRequest({ body })))).toMatchObject(refusal);
    const update = new UpdateAliasInput({ additionalVersionWeight });
    expect(
      await sdkError(sdk.updateAlias('hello', 'prod', new UpdateAliasRequest({ body: update }))),
    ).toMatchObject(refusal);
    const none = new UpdateAliasInput({ versionId: '2', additionalVersionWeight: {} });
    await sdk.updateAlias('hello', 'prod', new UpdateAliasRequest({ body: none }));
  });
});

describe('qualifiers', () => {
  test('Session.qualifier echoes what was asked; LATEST by default', async () => {
    const { sdk, publish, alias, open } = await start();
    await publish();
    await alias('prod', '1');
    expect((await open(undefined))?.qualifier).toBe('LATEST');
    expect((await open('1'))?.qualifier).toBe('1');
    const session = await open('prod', 'mine');
    expect(session?.qualifier).toBe('prod');
    const got = await sdk.getSession('hello', 'mine', new GetSessionRequest({ qualifier: 'prod' }));
    expect(got.body?.qualifier).toBe('prod');
  });

  test('G20, U25: one ID under LATEST, a version and its alias is three sessions, in three lists', async () => {
    const { sdk, publish, alias, open, sessions } = await start();
    await publish();
    await alias('prod', '1');
    const containers = new Set<string | undefined>();
    for (const qualifier of [undefined, '1', 'prod'])
      containers.add((await open(qualifier, 'same'))?.containerId);
    expect(containers.size).toBe(3);
    await open('prod', 'other');
    expect(await sessions()).toEqual(['same']);
    expect(await sessions('1')).toEqual(['same']);
    expect(await sessions('prod')).toEqual(['same', 'other']);
    await sdk.deleteAlias('hello', 'prod');
    expect(await sessions('1')).toEqual(['same']);
  });

  test('instances are listed for one qualifier, and with withAllActive for all', async () => {
    const { publish, alias, open, instances } = await start();
    await publish();
    await alias('prod', '1');
    await open(undefined);
    await open('prod');
    const shown = async (query: object) =>
      (await instances(query)).map(({ versionId, qualifier }) => [versionId, qualifier]);
    expect(await shown({})).toEqual([['0', 'LATEST']]);
    expect(await shown({ qualifier: 'prod' })).toEqual([['1', 'prod']]);
    expect(await shown({ qualifier: '1' })).toEqual([]);
    expect(await shown({ withAllActive: true })).toEqual([
      ['0', 'LATEST'],
      ['1', 'prod'],
    ]);
  });

  test('an alias that moves: old sessions keep their instance and its code, new ones get the new version', async () => {
    const { emulator, driver, update, publish, alias, move, open, instances } = await start();
    await publish();
    await update('b');
    await publish();
    await alias('prod', '1');
    const old = await open('prod', 'old');
    await move('prod', '2');
    const young = await open('prod', 'young');
    expect(young?.containerId).not.toBe(old?.containerId);
    const shown = await instances({ qualifier: 'prod' });
    expect(shown.map(({ instanceId, versionId }) => [instanceId, versionId])).toEqual([
      [old?.containerId, '1'],
      [young?.containerId, '2'],
    ]);
    await emulator.control.sessions.delete({ functionName: 'hello', qualifier: 'prod', sessionId: 'old' });
    await expect.poll(() => driver.running.length).toBe(1);
  });

  test('a trigger of an alias serves the version that the alias names, from the next request on', async () => {
    const { emulator, update, publish, alias, move, sdk } = await start();
    const [, { url } = { url: '' }] = emulator.function('hello').triggers;
    const ask = async (sessionId: string) => {
      const reply = await fetch(url, { headers: { 'session-name': sessionId } });
      return { status: reply.status, text: await reply.text() };
    };
    expect(await ask('x')).toMatchObject({ status: 404, text: expect.stringContaining('AliasNotFound') });
    await publish();
    await update('b');
    await publish();
    await alias('prod', '1');
    expect(await ask('x')).toEqual({ status: 200, text: 'a' });
    await move('prod', '2');
    expect(await ask('x')).toEqual({ status: 200, text: 'a' });
    expect(await ask('y')).toEqual({ status: 200, text: 'b' });
    await sdk.deleteAlias('hello', 'prod');
    expect(await ask('y')).toMatchObject({ status: 404, text: expect.stringContaining('AliasNotFound') });
  });

  test('an alias that is deleted and made again begins without sessions', async () => {
    const { sdk, publish, alias, open, sessions } = await start();
    await publish();
    await alias('prod', '1');
    await open('prod', 'mine');
    await sdk.deleteAlias('hello', 'prod');
    await alias('prod', '1');
    expect(await sessions('prod')).toEqual([]);
  });

  test('a request in flight ends by itself when its alias is deleted, and its instance then', async () => {
    const waiting: ServerResponse[] = [];
    const driver = inProcessDriver((request, response) => {
      request.resume();
      waiting.push(response);
    });
    const { emulator, sdk, publish, alias } = await start({ driver });
    await publish();
    await alias('prod', '1');
    const [, { url } = { url: '' }] = emulator.function('hello').triggers;
    const inFlight = fetch(url, { headers: { 'session-name': 'mine' } });
    await expect.poll(() => waiting.length, { timeout: 15_000 }).toBe(1);
    await sdk.deleteAlias('hello', 'prod');
    expect(driver.running).toHaveLength(1);
    waiting[0]?.end('in the end');
    expect(await (await inFlight).text()).toBe('in the end');
    await expect.poll(() => driver.running.length, { timeout: 15_000 }).toBe(0);
  });

  test('sessions of a version and of an alias survive a restart, each under its own qualifier', async () => {
    const stateDirectory = temporaryFolder();
    const first = await start({ stateDirectory });
    await first.publish();
    await first.alias('prod', '1');
    for (const qualifier of [undefined, '1', 'prod']) await first.open(qualifier, 'same');
    await first.open('prod', 'other');
    await first.emulator.stop();
    const { sdk, sessions, publish, alias, open } = await start({ stateDirectory });
    expect([await sessions(), await sessions('1'), await sessions('prod')]).toEqual([
      ['same'],
      ['same'],
      ['same', 'other'],
    ]);
    expect((await publish())?.versionId).toBe('2');
    // Without a first use, too, the sessions end with their alias.
    await sdk.deleteAlias('hello', 'prod');
    await alias('prod', '1');
    expect(await sessions('prod')).toEqual([]);
    expect((await open('prod', 'same'))?.sessionStatus).toBe('Active');
  });

  test('each change is told as an event', async () => {
    const { sdk, events, publish, alias, move } = await start();
    await publish();
    await publish();
    await alias('prod', '1');
    await move('prod', '2');
    await sdk.deleteAlias('hello', 'prod');
    await sdk.deleteFunctionVersion('hello', '1');
    expect(events.map(({ type }) => type).filter((type) => /^(version|alias)\./.test(type))).toEqual([
      'version.published',
      'version.published',
      'alias.created',
      'alias.updated',
      'alias.deleted',
      'version.deleted',
    ]);
  });

  test('A24: a version or an alias with a body that is not of its form is refused in the API’s form', async () => {
    const { port } = await start();
    for (const [path, body] of [
      ['versions', '{"description":7}'],
      ['aliases', '{}'],
      ['aliases', '{"aliasName":"prod"}'],
      ['aliases', '{"aliasName":"prod","versionId":1}'],
    ] as const) {
      const reply = await rawRequest(port, {
        method: 'POST',
        path: `/2023-03-30/functions/hello/${path}`,
        headers: { 'content-type': 'application/json' },
        body,
      });
      expect([reply.status, JSON.parse(reply.text).Code]).toEqual([400, 'InvalidArgument']);
    }
  });
});
