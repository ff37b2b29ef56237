import { beforeEach, describe, expect, test } from 'vitest';
import { createApiClient } from '../../src/api/create-api-client.js';
import { startEmulator } from '../../src/emulator.js';
import type { Emulator } from '../../src/emulator-options.js';
import { MovableClock } from '../../src/model/clock.js';
import { completeFunction } from '../../src/model/function-config.js';
import type { FunctionInput } from '../../src/model/function-input.js';
import type { ControlPlane } from '../../src/model/services.js';
import {
  CreateSessionInput,
  CreateSessionRequest,
  DeleteSessionRequest,
  type FcSdk,
  fcSdk,
  GetFunctionRequest,
  GetSessionRequest,
  ListInstancesRequest,
  ListSessionsRequest,
  PauseSessionRequest,
  ResumeSessionRequest,
  sdkError,
  UpdateSessionInput,
  UpdateSessionRequest,
} from '../support/fc-sdk.js';
import { type InProcessDriver, inProcessDriver } from '../support/in-process-driver.js';
import { rawRequest } from '../support/raw-request.js';
import { createStrictly } from '../support/strict-consumer.js';

const START = Date.UTC(2025, 3, 1, 8, 15, 27);
let emulator: Emulator;
let driver: InProcessDriver;
let sdk: FcSdk;
let client: ControlPlane;

const served = (functionName: string, input: Partial<FunctionInput> = {}) => ({
  config: completeFunction({ functionName, command: ['node', 'app.js'], ...input }),
});
const named = {
  sessionAffinity: 'HEADER_FIELD',
  sessionAffinityConfig: { affinityHeaderFieldName: 'x-my-session' },
} as const;
const port = () => Number(new URL(emulator.api).port);

beforeEach(async () => {
  driver = inProcessDriver();
  emulator = await startEmulator({
    driver,
    clock: new MovableClock({ frozen: true, startAt: START }),
    functions: [
      served('header', named),
      served('cookie', { sessionAffinity: 'GENERATED_COOKIE' }),
      served('isolated', { ...named, instanceIsolationMode: 'SESSION_EXCLUSIVE' }),
      served('none'),
    ],
  });
  sdk = fcSdk(port());
  client = createApiClient({ endpoint: emulator.api });
  return () => emulator.stopNow();
});

const create = async (functionName: string, input: object = {}) =>
  (await sdk.createSession(functionName, new CreateSessionRequest({ body: new CreateSessionInput(input) })))
    .body;
const get = async (functionName: string, sessionId: string) =>
  (await sdk.getSession(functionName, sessionId, new GetSessionRequest({}))).body;
const update = async (functionName: string, sessionId: string, input: object) =>
  (
    await sdk.updateSession(
      functionName,
      sessionId,
      new UpdateSessionRequest({ body: new UpdateSessionInput(input) }),
    )
  ).body;
const remove = (functionName: string, sessionId: string) =>
  sdk.deleteSession(functionName, sessionId, new DeleteSessionRequest({}));
const sessions = async (query: object) =>
  (await sdk.listSessions('header', new ListSessionsRequest(query))).body;
const instances = async (functionName: string) =>
  (await sdk.listInstances(functionName, new ListInstancesRequest({}))).body?.instances ?? [];
const visit = (functionName: string, sessionId: string) => {
  const url = emulator.functions.find((one) => one.functionName === functionName)?.url ?? '';
  return rawRequest(Number(new URL(url).port), { headers: { 'x-my-session': sessionId } });
};

describe('the whole emulator through the vendor’s SDK', () => {
  test('A02, A03: a created session has a running instance before any request, and requests go there', async () => {
    const session = await create('header', { sessionId: 'mine' });
    expect((await instances('header')).map((i) => [i.instanceId, i.status])).toEqual([
      [session?.containerId, 'Running'],
    ]);
    expect(driver.running).toHaveLength(1);
    expect((await visit('header', 'mine')).headers['x-instance']).toBe(session?.containerId);
  });

  test('A09, A11, A12: an Expired session is not found and cannot be updated; a TTL below its age ends it', async () => {
    await create('header', { sessionId: 's' });
    await emulator.clock.advance(60_000);
    await update('header', 's', { sessionTTLInSeconds: 60, sessionIdleTimeoutInSeconds: 60 });
    expect(await sdkError(get('header', 's'))).toMatchObject({ statusCode: 404, code: 'SessionNotFound' });
    const error = await sdkError(update('header', 's', { sessionTTLInSeconds: 600 }));
    expect(error).toMatchObject({ statusCode: 409, code: 'InvalidSessionStatus' });
  });

  test('A10: an update moves lastModifiedTime and leaves createdTime and containerId', async () => {
    const before = await create('header', { sessionId: 's' });
    await emulator.clock.advance(3000);
    const after = await update('header', 's', { sessionTTLInSeconds: 7200 });
    expect(after).toMatchObject({
      createdTime: '2025-04-01T08:15:27Z',
      lastModifiedTime: '2025-04-01T08:15:30Z',
      containerId: before?.containerId,
      sessionTTLInSeconds: 7200,
    });
  });

  test('U2: an idle time greater than the TTL in force is refused, a default is cut', async () => {
    const cut = await create('header', { sessionId: 's', sessionTTLInSeconds: 60 });
    expect(cut?.sessionIdleTimeoutInSeconds).toBe(60);
    const error = await sdkError(update('header', 's', { sessionIdleTimeoutInSeconds: 61 }));
    expect(error).toMatchObject({ statusCode: 400, code: 'InvalidArgument' });
  });

  test('A13: 45 sessions come in pages of 20 and each once', async () => {
    for (let i = 0; i < 45; i++) await create('header', { sessionId: `s${i}` });
    const seen: (string | undefined)[] = [];
    let page = await sessions({});
    seen.push(...(page?.sessions ?? []).map((s) => s.sessionId));
    while (page?.nextToken) {
      page = await sessions({ nextToken: page.nextToken });
      seen.push(...(page?.sessions ?? []).map((s) => s.sessionId));
    }
    expect(seen).toHaveLength(45);
    expect(new Set(seen).size).toBe(45);
    expect(await sdkError(sessions({ nextToken: 'nonsense' }))).toMatchObject({ statusCode: 400 });
  });

  test('A14, A15, A16: filters by status and ID, every generation, no deleted ones', async () => {
    await create('header', { sessionId: 'again', sessionTTLInSeconds: 5 });
    await emulator.clock.advance(5000);
    await create('header', { sessionId: 'again' });
    await create('header', { sessionId: 'gone' });
    await remove('header', 'gone');
    const statuses = async (query: object) =>
      (await sessions(query))?.sessions?.map((s) => `${s.sessionId} ${s.sessionStatus}`).sort();
    expect(await statuses({})).toEqual(['again Active', 'again Expired']);
    expect(await statuses({ sessionStatus: 'Active' })).toEqual(['again Active']);
    expect(await statuses({ sessionStatus: 'Expired', sessionId: 'again' })).toEqual(['again Expired']);
    expect(await statuses({ sessionId: 'gone' })).toEqual([]);
  });

  test('A19, U28, U29: what cannot be created is 4xx', async () => {
    expect(await sdkError(create('none'))).toMatchObject({ statusCode: 400, code: 'InvalidArgument' });
    expect(await sdkError(create('cookie', { sessionId: 'mine' }))).toMatchObject({ statusCode: 400 });
    await create('header', { sessionId: 's' });
    expect(await sdkError(create('header', { sessionId: 's' }))).toMatchObject({
      statusCode: 409,
      code: 'SessionAlreadyExists',
    });
  });

  test('A20, A21, A22: pause takes the instance away, resume brings another and the TTL is not reset', async () => {
    const before = await create('isolated', { sessionId: 's' });
    await sdk.pauseSession('isolated', 's', new PauseSessionRequest({}));
    expect((await get('isolated', 's'))?.sessionStatus).toBe('Paused');
    expect(await instances('isolated')).toEqual([]);
    expect(await sdkError(update('isolated', 's', { sessionTTLInSeconds: 9 }))).toMatchObject({
      statusCode: 409,
    });
    expect((await visit('isolated', 's')).status).toBeGreaterThanOrEqual(400);
    const again = sdk.pauseSession('isolated', 's', new PauseSessionRequest({}));
    expect(await sdkError(again)).toMatchObject({ statusCode: 409, code: 'InvalidSessionStatus' });
    const after = (await sdk.resumeSession('isolated', 's', new ResumeSessionRequest({}))).body;
    expect(after).toMatchObject({ sessionStatus: 'Active', createdTime: before?.createdTime });
    expect(after?.containerId).not.toBe(before?.containerId);
    await sdk.pauseSession('isolated', 's', new PauseSessionRequest({}));
    expect((await remove('isolated', 's')).statusCode).toBe(204);
  });

  test('A26: mounts come back', async () => {
    const nasConfig = {
      userId: 100,
      groupId: 100,
      mountPoints: [{ serverAddr: 'x:/', mountDir: '/home/test' }],
    };
    await create('header', { sessionId: 's', nasConfig });
    const echoed = await get('header', 's');
    expect(JSON.parse(JSON.stringify(echoed?.nasConfig))).toEqual(nasConfig);
  });

  test('G02, G03: GetFunction', async () => {
    const { body } = await sdk.getFunction('header', new GetFunctionRequest({}));
    expect(body?.instanceConcurrency).toBe(200);
    expect(JSON.parse(body?.sessionAffinityConfig ?? '')).toMatchObject({
      affinityHeaderFieldName: 'x-my-session',
    });
  });

  test('A02, A05: a consumer that believes nothing is content', async () => {
    const containerId = await createStrictly({
      port: port(),
      functionName: 'header',
      qualifier: 'LATEST',
      sessionAffinityType: 'HEADER_FIELD',
      sessionId: '_tenant-1',
      sessionTTLInSeconds: 7200,
      sessionIdleTimeoutInSeconds: 0,
      disableSessionIdReuse: true,
    });
    expect(containerId).toBe(driver.started[0]?.instanceId);
  });
});

describe('the client and the services in the process say the same', () => {
  test('of sessions, instances, functions, requests, the clock and health', async () => {
    const { containerId } = await client.sessions.create({ functionName: 'header' }, { sessionId: 's' });
    const reply = await visit('header', 's');
    const requestId = String(reply.headers['x-fc-request-id']);
    const ref = { functionName: 'header', sessionId: 's' };
    const { control } = emulator;

    expect(await client.sessions.get(ref)).toEqual(await control.sessions.get(ref));
    expect(await client.sessions.list(ref)).toEqual(await control.sessions.list(ref));
    expect(await client.instances.list()).toEqual(await control.instances.list());
    expect(await client.instances.logs(containerId)).toEqual(await control.instances.logs(containerId));
    expect(await client.functions.list()).toEqual(await control.functions.list());
    await expect.poll(() => client.requests.list()).toHaveLength(1);
    expect(await client.requests.get(requestId)).toEqual(await control.requests.get(requestId));
    expect((await client.clock.advance(1000)).now).toBe((await control.clock.show()).now);
    expect(await client.health()).toEqual(await control.health());
    await client.instances.kill(containerId);
    expect(driver.running).toHaveLength(0);
    await client.sessions.delete(ref);
    expect((await client.sessions.list(ref)).sessions).toEqual([]);
  });
});
