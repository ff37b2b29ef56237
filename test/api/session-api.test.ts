import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { FcError } from '../../src/model/errors.js';
import {
  CreateSessionInput,
  CreateSessionRequest,
  DeleteSessionRequest,
  type FcSdk,
  fcSdk,
  GetSessionRequest,
  ListInstancesRequest,
  ListSessionsRequest,
  PauseSessionRequest,
  ResumeSessionRequest,
  sdkError,
  UpdateSessionInput,
  UpdateSessionRequest,
} from '../support/fc-sdk.js';
import { type ServedApi, serveApi } from '../support/serve-api.js';

let api: ServedApi;
let sdk: FcSdk;

beforeEach(async () => {
  api = await serveApi();
  sdk = fcSdk(api.port);
  return () => api.stop();
});

const create = (functionName: string, input?: object, qualifier?: string) =>
  sdk.createSession(
    functionName,
    new CreateSessionRequest({
      ...(input === undefined ? {} : { body: new CreateSessionInput(input) }),
      ...(qualifier === undefined ? {} : { qualifier }),
    }),
  );
const get = (functionName: string, sessionId: string, qualifier?: string) =>
  sdk.getSession(functionName, sessionId, new GetSessionRequest({ qualifier }));
const update = (functionName: string, sessionId: string, input: object) =>
  sdk.updateSession(
    functionName,
    sessionId,
    new UpdateSessionRequest({ body: new UpdateSessionInput(input) }),
  );
const list = (functionName: string, query: object = {}) =>
  sdk.listSessions(functionName, new ListSessionsRequest(query));
const remove = (functionName: string, sessionId: string) =>
  sdk.deleteSession(functionName, sessionId, new DeleteSessionRequest({}));

describe('the seven operations through the vendor’s SDK', () => {
  test('A01, A25: each works and each JSON operation answers 200', async () => {
    const created = await create('isolated', { sessionId: 's1' });
    const all = [
      created,
      await get('isolated', 's1'),
      await list('isolated'),
      await update('isolated', 's1', { sessionTTLInSeconds: 7200 }),
      await sdk.pauseSession('isolated', 's1', new PauseSessionRequest({})),
      await sdk.resumeSession('isolated', 's1', new ResumeSessionRequest({ fileSystemOnly: true })),
    ];
    expect(all.map(({ statusCode }) => statusCode)).toEqual([200, 200, 200, 200, 200, 200]);
    expect(all.map(({ body }) => body !== undefined)).toEqual([true, true, true, true, true, true]);
    expect((await remove('isolated', 's1')).statusCode).toBe(204);
    expect(api.control.changes).toEqual(['create', 'update', 'pause', 'resume true', 'delete']);
  });

  test('A02: the Session has every key of the documented sample, and its containerId is an instance', async () => {
    const { body } = await create('header', {
      sessionId: 'mine',
      sessionTTLInSeconds: 600,
      sessionIdleTimeoutInSeconds: 60,
      disableSessionIdReuse: true,
    });
    expect({ ...body }).toEqual({
      sessionId: 'mine',
      functionName: 'header',
      qualifier: 'LATEST',
      sessionAffinityType: 'HEADER_FIELD',
      sessionTTLInSeconds: 600,
      sessionIdleTimeoutInSeconds: 60,
      disableSessionIdReuse: true,
      createdTime: '2025-04-01T08:15:27Z',
      lastModifiedTime: '2025-04-01T08:15:27Z',
      sessionStatus: 'Active',
      containerId: expect.stringMatching(/^c-[0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{12}$/),
    });
    const instances = await sdk.listInstances('header', new ListInstancesRequest({}));
    expect(instances.body?.instances?.map(({ instanceId }) => instanceId)).toEqual([body?.containerId]);
  });

  test('A04, A05, A06: omitted terms are the function’s, given ones are echoed, the qualifier is LATEST', async () => {
    const byDefault = (await create('header', {})).body;
    expect([byDefault?.sessionTTLInSeconds, byDefault?.sessionIdleTimeoutInSeconds]).toEqual([3600, 1800]);
    expect(byDefault?.qualifier).toBe('LATEST');
    const given = (await create('header', { sessionTTLInSeconds: 21600, sessionIdleTimeoutInSeconds: 0 }))
      .body;
    expect([given?.sessionTTLInSeconds, given?.sessionIdleTimeoutInSeconds]).toEqual([21600, 0]);
    expect((await create('header', {}, 'prod')).body?.qualifier).toBe('prod');
  });

  test('A07: an empty body is accepted', async () => {
    const { statusCode, body } = await create('cookie');
    expect(statusCode).toBe(200);
    expect(body?.sessionTTLInSeconds).toBe(21600);
  });

  test.each([
    ['sessionTTLInSeconds', 0],
    ['sessionTTLInSeconds', 21601],
    ['sessionIdleTimeoutInSeconds', -1],
    ['sessionIdleTimeoutInSeconds', 21601],
  ])('A08: %s %i is refused with 400', async (name, value) => {
    await create('header', { sessionId: 's' });
    const least = name === 'sessionTTLInSeconds' ? 1 : 0;
    const input = { [name]: value };
    for (const call of [() => create('header', input), () => update('header', 's', input)]) {
      const error = await sdkError(call());
      expect(error).toMatchObject({ statusCode: 400, code: 'InvalidArgument' });
      expect(error.data.Message).toBe(`${name} must be an integer from ${least} to 21600, got "${value}"`);
    }
  });

  test('A08: the ends of both ranges are accepted', async () => {
    for (const input of [
      { sessionTTLInSeconds: 1, sessionIdleTimeoutInSeconds: 0 },
      { sessionTTLInSeconds: 21600, sessionIdleTimeoutInSeconds: 21600 },
    ])
      expect((await create('header', input)).body).toMatchObject(input);
  });

  test('U2: an idle time greater than the TTL of the same body is refused', async () => {
    await create('header', { sessionId: 's' });
    const input = { sessionTTLInSeconds: 60, sessionIdleTimeoutInSeconds: 61 };
    for (const call of [() => create('header', input), () => update('header', 's', input)]) {
      expect(await sdkError(call())).toMatchObject({ statusCode: 400, code: 'InvalidArgument' });
    }
  });

  test('A09: an Active session is found, an Expired one is not', async () => {
    await create('header', { sessionId: 's', sessionTTLInSeconds: 5 });
    expect((await get('header', 's')).body?.sessionStatus).toBe('Active');
    await api.control.clockMoved.advance(5000);
    expect(await sdkError(get('header', 's'))).toMatchObject({ statusCode: 404, code: 'SessionNotFound' });
  });

  test('A10: a longer TTL moves lastModifiedTime and nothing else', async () => {
    const before = (await create('header', { sessionId: 's' })).body;
    await api.control.clockMoved.advance(2000);
    const after = (await update('header', 's', { sessionTTLInSeconds: 7200 })).body;
    expect({ ...after }).toEqual({
      ...before,
      sessionTTLInSeconds: 7200,
      lastModifiedTime: '2025-04-01T08:15:29Z',
    });
  });

  test('A12: an Expired session cannot be updated', async () => {
    await create('header', { sessionId: 's', sessionTTLInSeconds: 5 });
    await api.control.clockMoved.advance(5000);
    const error = await sdkError(update('header', 's', { sessionTTLInSeconds: 10 }));
    expect(error).toMatchObject({ statusCode: 409, code: 'InvalidSessionStatus' });
  });

  test('A13: a page has 20 by default, the token continues, nothing comes twice', async () => {
    for (let i = 0; i < 45; i++) await create('header', { sessionId: `s${i}` });
    const seen: string[] = [];
    const sizes: number[] = [];
    let nextToken: string | undefined;
    do {
      const { body } = await list('header', { nextToken });
      sizes.push(body?.sessions?.length ?? 0);
      seen.push(...(body?.sessions ?? []).map(({ sessionId }) => sessionId ?? ''));
      nextToken = body?.nextToken;
    } while (nextToken);
    expect(sizes).toEqual([20, 20, 5]);
    expect(new Set(seen).size).toBe(45);
    expect((await list('header', { limit: 100 })).body?.sessions).toHaveLength(45);
    expect((await list('header', { limit: 1 })).body?.sessions).toHaveLength(1);
  });

  test.each([0, 101, 1.5])('U27: limit %d is refused', async (limit) => {
    expect(await sdkError(list('header', { limit }))).toMatchObject({
      statusCode: 400,
      code: 'InvalidArgument',
    });
  });

  test('A14, A15, A16: the filters choose by status and ID; absent, both statuses; deleted ones are gone', async () => {
    await create('header', { sessionId: 'again', sessionTTLInSeconds: 5 });
    await create('header', { sessionId: 'old', sessionTTLInSeconds: 5 });
    await api.control.clockMoved.advance(5000);
    await create('header', { sessionId: 'again' });
    await create('header', { sessionId: 'gone' });
    await remove('header', 'gone');
    const names = async (query: object) =>
      (await list('header', query)).body?.sessions?.map((s) => `${s.sessionId} ${s.sessionStatus}`);
    expect(await names({ sessionStatus: 'Active' })).toEqual(['again Active']);
    expect(await names({ sessionStatus: 'Expired' })).toEqual(['again Expired', 'old Expired']);
    expect(await names({})).toEqual(['again Expired', 'old Expired', 'again Active']);
    expect(await names({ sessionId: 'again' })).toEqual(['again Expired', 'again Active']);
    expect(await names({ qualifier: 'prod' })).toEqual([]);
  });

  test.each(['active', 'EXPIRED', 'Paused', 'x'])(
    'A14: sessionStatus %s is refused: case counts',
    async (status) => {
      const error = await sdkError(list('header', { sessionStatus: status }));
      expect(error.data.Message).toBe(`sessionStatus must be "Active" or "Expired", got "${status}"`);
      expect(error.statusCode).toBe(400);
    },
  );

  test.each(['none', 'sse', 'streamable'])(
    'A19: a session of function %s is refused with 4xx',
    async (name) => {
      expect(await sdkError(create(name))).toMatchObject({ statusCode: 400, code: 'InvalidArgument' });
    },
  );

  test('U28: a chosen ID with cookies is refused', async () => {
    expect(await sdkError(create('cookie', { sessionId: 'mine' }))).toMatchObject({ statusCode: 400 });
  });

  test('U29: an ID that is Active is refused with 409', async () => {
    await create('header', { sessionId: 's' });
    const error = await sdkError(create('header', { sessionId: 's' }));
    expect(error).toMatchObject({ statusCode: 409, code: 'SessionAlreadyExists', name: 'ClientError' });
  });

  test.each(['-a', 'a b', 'a'.repeat(65), 'ä', 'a.b'])(
    'an ID that breaks the grammar is refused: %s',
    async (id) => {
      expect(await sdkError(create('header', { sessionId: id }))).toMatchObject({ statusCode: 400 });
    },
  );

  test('an empty sessionId is one that was not given', async () => {
    expect((await create('cookie', { sessionId: '' })).body?.sessionId).toMatch(/^[0-9a-f-]{36}$/);
  });

  test('A23: an unknown function is 404 FunctionNotFound, with the ID of the header in the body', async () => {
    const error = await sdkError(get('nobody', 's'));
    expect(error).toMatchObject({ statusCode: 404, code: 'FunctionNotFound', name: 'ClientError' });
    expect(error.data).toMatchObject({
      RequestId: error.requestId,
      Code: 'FunctionNotFound',
      Message: "function 'nobody' does not exist",
    });
    expect(error.requestId).toMatch(/^1-[0-9a-f]{8}-/);
  });

  test('A24: every error has a code, a status and a request ID for the SDK', async () => {
    for (const [failure, statusCode, code, name] of [
      [new FcError('ResourceExhausted', 'full'), 429, 'ResourceExhausted', 'ClientError'],
      [new FcError('CAExited', 'exited'), 412, 'CAExited', 'ClientError'],
      [new FcError('ServiceUnavailable', 'ending'), 503, 'ServiceUnavailable', 'ServerError'],
      [new Error('secret /home/me'), 500, 'InternalServerError', 'ServerError'],
    ] as const) {
      api.control.failure = failure;
      const error = await sdkError(create('header'));
      expect(error).toMatchObject({ statusCode, code, name });
      expect(error.requestId).toMatch(/^1-/);
      expect(JSON.stringify(error.data)).not.toContain('secret');
    }
    expect(api.defects).toHaveLength(1);
  });

  test('A26: the four mounts come back as they were given, known keys only', async () => {
    const mounts = {
      nasConfig: {
        userId: 100,
        groupId: -1,
        mountPoints: [
          { serverAddr: 'x-uni85.cn-hangzhou.nas.com:/', mountDir: '/home/test', enableTLS: true },
        ],
      },
      ossMountConfig: {
        mountPoints: [
          {
            bucketName: 'b',
            bucketPath: '/p',
            endpoint: 'http://oss',
            mountDir: '/mnt/dir',
            readOnly: false,
          },
        ],
      },
      polarFsConfig: {
        userId: 1,
        groupId: 2,
        mountPoints: [{ instanceId: 'p', mountDir: '/m', remoteDir: '/r', readOnly: true }],
      },
      juiceFsConfig: {
        envs: { A: 'b' },
        mountPoints: [{ volumeName: 'v', token: 't', remoteDir: '/r', mountDir: '/m', args: ['--a', '--b'] }],
      },
    };
    const { body } = await create('header', { sessionId: 's', ...mounts });
    expect(JSON.parse(JSON.stringify(body))).toMatchObject(mounts);
    const again = (await get('header', 's')).body;
    expect(JSON.parse(JSON.stringify(again))).toEqual(JSON.parse(JSON.stringify(body)));
    const updated = (await update('header', 's', { nasConfig: { userId: 7 } })).body;
    expect(JSON.parse(JSON.stringify(updated))).toMatchObject({ ...mounts, nasConfig: { userId: 7 } });
  });

  test('A27: IDs and names in the path are percent-decoded', async () => {
    await create('header', { sessionId: 'plain' });
    expect(await sdkError(get('header', 'a b/ü%'))).toMatchObject({
      statusCode: 404,
      data: { Message: "session 'a b/ü%' does not exist" },
    });
    expect(await sdkError(get('my func', 's'))).toMatchObject({
      data: { Message: "function 'my func' does not exist" },
    });
  });

  test('T8: an ID of one function or qualifier is unknown at another', async () => {
    await create('header', { sessionId: 's' });
    expect(await sdkError(get('isolated', 's'))).toMatchObject({ code: 'SessionNotFound' });
    expect(await sdkError(get('header', 's', 'prod'))).toMatchObject({ code: 'SessionNotFound' });
    expect(await sdkError(get('header', 's', 'v9'))).toMatchObject({ code: 'AliasNotFound' });
  });

  test('T16: a chunked body over 256 KiB is a typed EntityTooLarge', async () => {
    const error = await sdkError(create('header', { juiceFsConfig: { envs: { a: 'x'.repeat(262_144) } } }));
    expect(error).toMatchObject({ statusCode: 400, code: 'EntityTooLarge' });
    expect(api.control.changes).toEqual([]);
  });
});

describe('a lifted limit', () => {
  let lifted: ServedApi;
  beforeAll(async () => {
    lifted = await serveApi({ maxSessionTTLInSeconds: 86_400 });
  });
  afterAll(() => lifted.stop());

  test('U3: with --max-session-ttl a TTL of a day is taken, and not a second more', async () => {
    const day = fcSdk(lifted.port);
    const make = (sessionTTLInSeconds: number) =>
      day.createSession(
        'header',
        new CreateSessionRequest({ body: new CreateSessionInput({ sessionTTLInSeconds }) }),
      );
    expect((await make(86_400)).body?.sessionTTLInSeconds).toBe(86_400);
    expect((await sdkError(make(86_401))).data.Message).toContain('from 1 to 86400');
  });
});
