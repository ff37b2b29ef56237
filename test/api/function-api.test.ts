import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  CreateSessionInput,
  CreateSessionRequest,
  type FcSdk,
  fcSdk,
  GetFunctionRequest,
  ListFunctionsRequest,
  ListInstancesRequest,
  sdkError,
} from '../support/fc-sdk.js';
import { rawRequest } from '../support/raw-request.js';
import { type ServedApi, serveApi } from '../support/serve-api.js';

let api: ServedApi;
let sdk: FcSdk;

beforeAll(async () => {
  api = await serveApi();
  sdk = fcSdk(api.port);
});
afterAll(() => api.stop());

const getFunction = async (name: string, qualifier?: string) =>
  (await sdk.getFunction(name, new GetFunctionRequest({ qualifier }))).body;

describe('GetFunction', () => {
  test('G02, G03: the whole function, its affinity configuration as a string of JSON, concurrency 200', async () => {
    const { body, statusCode } = await sdk.getFunction('header', new GetFunctionRequest({}));
    expect(statusCode).toBe(200);
    expect(JSON.parse(JSON.stringify(body))).toEqual({
      functionName: 'header',
      functionId: 'id-header',
      functionArn: expect.stringMatching(/^acs:fc:[a-z0-9-]+:\d+:functions\/header$/),
      description: '',
      runtime: 'custom.debian12',
      handler: 'index.handler',
      customRuntimeConfig: { command: ['node', 'app.js'], args: [], port: 9000 },
      sessionAffinity: 'HEADER_FIELD',
      sessionAffinityConfig:
        '{"affinityHeaderFieldName":"x-my-session","sessionConcurrencyPerInstance":20,"sessionTTLInSeconds":3600,"sessionIdleTimeoutInSeconds":1800,"disableSessionIdReuse":false}',
      instanceIsolationMode: 'SHARE',
      instanceConcurrency: 200,
      timeout: 3,
      environmentVariables: { GREETING: 'hi' },
      cpu: expect.any(Number),
      memorySize: expect.any(Number),
      diskSize: expect.any(Number),
      createdTime: '2025-04-01T08:15:27Z',
      lastModifiedTime: '2025-04-01T08:15:28Z',
      role: '',
      internetAccess: true,
      codeChecksum: '0',
      codeSize: 0,
      state: 'Active',
      stateReason: '',
      stateReasonCode: '',
      lastUpdateStatus: 'Successful',
      lastUpdateStatusReason: '',
      lastUpdateStatusReasonCode: '',
    });
  });

  test('G03: each kind of affinity shows its own keys, and none has no configuration', async () => {
    const config = async (name: string) => (await getFunction(name))?.sessionAffinityConfig;
    expect(await config('cookie')).toBe(
      '{"sessionConcurrencyPerInstance":20,"sessionTTLInSeconds":21600,"sessionIdleTimeoutInSeconds":1800,"disableSessionIdReuse":false}',
    );
    expect(await config('sse')).toBe('{"sseEndpointPath":"/sse","sessionConcurrencyPerInstance":20}');
    expect(await config('streamable')).toBe(
      '{"sessionConcurrencyPerInstance":20,"sessionTTLInSeconds":21600,"sessionIdleTimeoutInSeconds":1800}',
    );
    expect(await config('none')).toBeUndefined();
    expect((await getFunction('none'))?.sessionAffinity).toBe('NONE');
  });

  test('A23: unknown functions and aliases are 404 in their own words', async () => {
    expect(await sdkError(getFunction('nobody'))).toMatchObject({
      statusCode: 404,
      code: 'FunctionNotFound',
    });
    expect(await sdkError(getFunction('header', 'v9'))).toMatchObject({
      statusCode: 404,
      code: 'AliasNotFound',
    });
  });
});

describe('ListFunctions', () => {
  const list = async (query: object) => {
    const { body } = await sdk.listFunctions(new ListFunctionsRequest(query));
    return { names: body?.functions?.map((f) => f.functionName), nextToken: body?.nextToken };
  };

  test('lists all by name, pages them, filters by prefix', async () => {
    const all = ['cookie', 'header', 'isolated', 'none', 'sse', 'streamable'];
    expect(await list({})).toEqual({ names: all, nextToken: undefined });
    const first = await list({ limit: 4 });
    expect(first.names).toEqual(all.slice(0, 4));
    expect(await list({ limit: 4, nextToken: first.nextToken })).toEqual({
      names: all.slice(4),
      nextToken: undefined,
    });
    expect((await list({ prefix: 's' })).names).toEqual(['sse', 'streamable']);
    expect(await list({ limit: 6 })).toEqual({ names: all, nextToken: undefined });
  });

  test.each([0, 101])('limit %i is refused', async (limit) => {
    expect(await sdkError(list({ limit }))).toMatchObject({ statusCode: 400, code: 'InvalidArgument' });
  });
});

describe('ListInstances', () => {
  test('shows only the fields of the API, filters by ID, status and qualifier, carries the request ID', async () => {
    const containerId = async (qualifier: string) => {
      const body = new CreateSessionInput({});
      const reply = await sdk.createSession('header', new CreateSessionRequest({ body, qualifier }));
      return reply.body?.containerId ?? '';
    };
    const one = await containerId('LATEST');
    const two = await containerId('prod');
    const list = async (query: object) =>
      (await sdk.listInstances('header', new ListInstancesRequest(query))).body;
    const ids = async (query: object) => (await list(query))?.instances?.map((i) => i.instanceId);

    expect(await ids({})).toEqual([one]);
    expect(await ids({ qualifier: 'prod' })).toEqual([two]);
    expect(await ids({ withAllActive: true })).toEqual([one, two]);
    expect(await ids({ withAllActive: true, instanceIds: [two, 'c-x'] })).toEqual([two]);
    expect(await ids({ withAllActive: true, instanceStatus: ['Running'] })).toEqual([one, two]);
    expect(await ids({ instanceStatus: ['Destroying'] })).toEqual([]);
    expect(await ids({ limit: '1', withAllActive: true, startTimeMs: 1 })).toEqual([one]);

    const reply = await rawRequest(api.port, { path: '/2023-03-30/functions/header/instances' });
    const body = JSON.parse(reply.text);
    expect(body.requestId).toBe(reply.headers['x-fc-request-id']);
    expect(body.instances[0]).toEqual({
      instanceId: one,
      versionId: '0',
      qualifier: 'LATEST',
      status: 'Running',
      createdTimeMs: expect.any(Number),
      resourceType: 'FC',
    });
  });

  test.each([
    'instanceIds=a',
    'instanceIds={}',
    'instanceStatus=[1]',
    'limit=0',
    'limit=x',
    'limit=1&limit=2',
  ])('?%s is refused', async (query) => {
    const reply = await rawRequest(api.port, { path: `/2023-03-30/functions/header/instances?${query}` });
    expect([reply.status, JSON.parse(reply.text).Code]).toEqual([400, 'InvalidArgument']);
  });

  test('A23: of an unknown function it is 404', async () => {
    const error = await sdkError(sdk.listInstances('nobody', new ListInstancesRequest({})));
    expect(error).toMatchObject({ statusCode: 404, code: 'FunctionNotFound' });
  });
});
