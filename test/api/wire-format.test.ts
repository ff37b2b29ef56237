import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { FcError } from '../../src/model/errors.js';
import { rawBytes, rawLines, rawRequest } from '../support/raw-request.js';
import { type ServedApi, serveApi } from '../support/serve-api.js';

const SESSIONS = '/2023-03-30/functions/header/sessions';
let api: ServedApi;

beforeAll(async () => {
  api = await serveApi();
});
afterAll(() => api.stop());
beforeEach(() => {
  api.control.changes.length = 0;
});

const post = (body: string | Buffer, headers: Record<string, string> = {}, path = SESSIONS) =>
  rawRequest(api.port, {
    method: 'POST',
    path,
    body,
    headers: { 'content-type': 'application/json', ...headers },
  });

describe('every reply', () => {
  test('U32: bears one request ID under both names, a JSON type and a length', async () => {
    const { status, headers, text } = await post('{}');
    expect(status).toBe(200);
    expect(headers['x-fc-request-id']).toMatch(/^1-[0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{12}$/);
    expect(headers['x-acs-request-id']).toBe(headers['x-fc-request-id']);
    expect(headers['content-type']).toBe('application/json; charset=utf-8');
    expect(headers['content-length']).toBe(String(Buffer.byteLength(text)));
  });

  test('is dated by the clock of the sessions, as all times in its body are, an error too', async () => {
    const before = api.control.clockMoved.wallTime();
    await api.control.clockMoved.advance(6 * 3600 * 1000);
    const later = new Date(before.getTime() + 6 * 3600 * 1000).toUTCString();
    expect((await rawRequest(api.port, { path: SESSIONS })).headers.date).toBe(later);
    expect((await rawRequest(api.port, { path: `${SESSIONS}/nobody` })).headers.date).toBe(later);
    expect((await rawRequest(api.port, { path: '/%' })).headers.date).toBe(later);
  });

  test('U30: DeleteSession answers 204 with no body and no type', async () => {
    await post('{"sessionId":"gone"}');
    const reply = await rawRequest(api.port, { method: 'DELETE', path: `${SESSIONS}/gone` });
    expect(reply).toMatchObject({ status: 204, text: '' });
    expect(reply.headers['content-type']).toBeUndefined();
    expect(reply.headers['x-fc-request-id']).toBeDefined();
  });

  test('A23, A24: an error repeats the header’s ID and has just three keys', async () => {
    const { headers, text, status } = await rawRequest(api.port, { path: `${SESSIONS}/nobody` });
    expect(status).toBe(404);
    expect(JSON.parse(text)).toEqual({
      RequestId: headers['x-fc-request-id'],
      Code: 'SessionNotFound',
      Message: "session 'nobody' does not exist",
    });
  });

  test('Retry-After is sent where it is known', async () => {
    api.control.failure = new FcError('ServiceUnavailable', 'it keeps crashing', { retryAfterInSeconds: 7 });
    const reply = await post('{}');
    expect([reply.status, reply.headers['retry-after']]).toEqual([503, '7']);
  });

  test('T28: a defect reaches the client as InternalServerError and nothing more, and is reported', async () => {
    api.control.failure = new Error('ENOENT /home/me/secret at 10.0.0.1');
    const reply = await post('{}');
    expect(reply.status).toBe(500);
    expect(JSON.parse(reply.text)).toEqual({
      RequestId: reply.headers['x-fc-request-id'],
      Code: 'InternalServerError',
      Message: 'an internal error has occurred. Please retry.',
    });
    expect(api.defects.at(-1)).toMatchObject({ message: 'ENOENT /home/me/secret at 10.0.0.1' });
  });
});

describe('paths and methods', () => {
  test.each([
    '/x',
    '/2023-03-30',
    '/2023-03-30/',
    '/2022-01-01/functions',
    `${SESSIONS}/`,
    `${SESSIONS}/s/other`,
    '/2023-03-30/functions//sessions',
    '/__proto__',
    '/constructor',
    '//2023-03-30/functions',
    '/2023-03-30/../2023-03-30/functions',
    'http://127.0.0.1/2023-03-30/functions',
  ])('GET %s is 400 PathNotSupported', async (path) => {
    const reply = await rawRequest(api.port, { path });
    expect(reply.status).toBe(400);
    expect(JSON.parse(reply.text)).toMatchObject({
      Code: 'PathNotSupported',
      Message: `'${path}' against 'GET' is not supported`,
    });
  });

  test.each([
    ['PATCH', SESSIONS, 'GET, POST'],
    ['DELETE', SESSIONS, 'GET, POST'],
    ['POST', `${SESSIONS}/s`, 'GET, PUT, DELETE'],
    ['GET', `${SESSIONS}/s/pause`, 'PUT'],
    ['GET', '/_emulator/v1/clock/freeze', 'POST'],
    ['PROPFIND', SESSIONS, 'GET, POST'],
    ['OPTIONS', SESSIONS, 'GET, POST'],
    ['TRACE', SESSIONS, undefined],
  ])('%s %s is 405 MethodNotAllowed', async (method, path, allow) => {
    const reply = await rawRequest(api.port, { method, path });
    expect([reply.status, JSON.parse(reply.text).Code]).toEqual([405, 'MethodNotAllowed']);
    expect(reply.headers.allow).toBe(allow);
    expect(api.control.changes).toEqual([]);
  });

  test('HEAD says what GET would, without the body', async () => {
    const reply = await rawRequest(api.port, { method: 'HEAD', path: '/_emulator/v1/health' });
    expect(reply).toMatchObject({ status: 200, text: '' });
    expect(Number(reply.headers['content-length'])).toBeGreaterThan(0);
  });

  test.each(['%', '%zz', '%c3', 'a%2'])('A27: the malformed ID %s is 400', async (id) => {
    const reply = await rawRequest(api.port, { path: `${SESSIONS}/${id}` });
    expect(reply.status).toBe(400);
    expect(JSON.parse(reply.text).Message).toBe(
      `sessionId is not percent-encoded correctly, got ${JSON.stringify(id)}`,
    );
  });
});

describe('bodies', () => {
  test.each([
    [
      '{"sessionTTLInSeconds":60',
      /^the body must be JSON in UTF-8: .*(position 25|end of JSON|Expected ',' or '}')/,
    ],
    ['{"a":x}', /x/],
    ['{}}', /position 2/],
    [' ', /end of JSON/],
    [Buffer.from([0x22, 0xff, 0x22]), /not UTF-8/],
  ])('malformed JSON is refused and told where: %s', async (body, where) => {
    const reply = await post(body);
    expect([reply.status, JSON.parse(reply.text).Code]).toEqual([400, 'InvalidArgument']);
    expect(JSON.parse(reply.text).Message).toMatch(where);
  });

  test.each([
    ['[]', 'the body must be a JSON object, got an array'],
    ['null', 200],
    ['1', 'the body must be a JSON object, got "1"'],
    [
      '{"sessionTTLInSeconds":"60"}',
      'sessionTTLInSeconds must be an integer from 1 to 21600, got the string "60"',
    ],
    ['{"sessionTTLInSeconds":1.5}', 'sessionTTLInSeconds must be an integer from 1 to 21600, got "1.5"'],
    [
      '{"sessionTTLInSeconds":1e999}',
      'sessionTTLInSeconds must be an integer from 1 to 21600, got "Infinity"',
    ],
    ['{"sessionTTLInSeconds":true}', 'sessionTTLInSeconds must be an integer from 1 to 21600, got true'],
    ['{"sessionTTLInSeconds":[60]}', 'sessionTTLInSeconds must be an integer from 1 to 21600, got an array'],
    [
      '{"sessionIdleTimeoutInSeconds":"0"}',
      'sessionIdleTimeoutInSeconds must be an integer from 0 to 21600, got the string "0"',
    ],
    [
      '{"disableSessionIdReuse":"false"}',
      'disableSessionIdReuse must be true or false, got the string "false"',
    ],
    ['{"sessionId":7}', 'sessionId must be a string, got "7"'],
    ['{"nasConfig":[]}', 'nasConfig must be a JSON object, got an array'],
    [
      '{"nasConfig":{"userId":2147483648}}',
      'nasConfig.userId must be an integer from -2147483648 to 2147483647, got "2147483648"',
    ],
    ['{"nasConfig":{"mountPoints":{}}}', 'nasConfig.mountPoints must be a list of objects, got an object'],
    [
      '{"nasConfig":{"mountPoints":[{},{"enableTLS":1}]}}',
      'nasConfig.mountPoints[1].enableTLS must be true or false, got "1"',
    ],
    ['{"juiceFsConfig":{"envs":{"A":1}}}', 'juiceFsConfig.envs.A must be a string, got "1"'],
    [
      '{"juiceFsConfig":{"mountPoints":[{"args":[null]}]}}',
      'juiceFsConfig.mountPoints[0].args[0] must be a string, got null',
    ],
    ['{"sessionTTLInSeconds":null,"nasConfig":null,"sessionId":null}', 200],
    ['{"sessionTTLInSeconds":6e1}', 200],
  ])('%s', async (body, expected) => {
    const reply = await post(body);
    if (expected === 200) expect(reply.status).toBe(200);
    else expect([reply.status, JSON.parse(reply.text).Message]).toEqual([400, expected]);
  });

  test('keys of newer SDKs and unknown keys are passed over and do not come back', async () => {
    const reply = await post(
      '{"allowInternetAccess":false,"enableAutoPause":true,"network":{"allowOut":["x"]},"snapshotId":"s","sessionTTL":1,"nasConfig":{"userId":1,"other":2}}',
    );
    const session = JSON.parse(reply.text);
    expect(reply.status).toBe(200);
    expect(session.nasConfig).toEqual({ userId: 1 });
    expect(session.sessionTTLInSeconds).toBe(3600);
    expect(Object.keys(session)).not.toContain('allowInternetAccess');
  });

  test('what an update leaves out stays as it is', async () => {
    await post('{"sessionId":"kept","sessionTTLInSeconds":600,"nasConfig":{"userId":1}}');
    const path = `${SESSIONS}/kept`;
    const headers = { 'content-type': 'application/json' };
    const put = (body: string) => rawRequest(api.port, { method: 'PUT', path, headers, body });
    const reply = await put('{"sessionIdleTimeoutInSeconds":10}');
    expect(JSON.parse(reply.text)).toMatchObject({
      sessionTTLInSeconds: 600,
      sessionIdleTimeoutInSeconds: 10,
      nasConfig: { userId: 1 },
    });
    const nothing = await put('{"sessionTTLInSeconds":null,"nasConfig":null}');
    expect(JSON.parse(nothing.text)).toEqual(JSON.parse(reply.text));
    expect((await rawRequest(api.port, { method: 'PUT', path })).status).toBe(200);
  });

  test.each([
    ['application/json', 200],
    ['application/json; charset=utf-8', 200],
    ['Application/JSON;x=y', 200],
    ['text/plain', 400],
    ['application/x-www-form-urlencoded', 400],
    ['multipart/form-data; boundary=x', 400],
    ['application/jsonp', 400],
    ['', 400],
  ])('T4: a body of type "%s" is %i', async (type, status) => {
    const reply = await post('{}', { 'content-type': type });
    expect(reply.status).toBe(status);
    expect(api.control.changes).toHaveLength(status === 200 ? 1 : 0);
  });

  test('T4: a body that says no type is refused, also where none is read', async () => {
    const send = (path: string, method: string) => rawRequest(api.port, { method, path, body: '{}' });
    for (const [path, method] of [
      [SESSIONS, 'POST'],
      ['/_emulator/v1/clock/freeze', 'POST'],
      [`${SESSIONS}/s`, 'DELETE'],
    ] as const)
      expect((await send(path, method)).status).toBe(400);
    expect(api.control.changes).toEqual([]);
  });

  test('no body needs no type', async () => {
    expect((await rawRequest(api.port, { method: 'POST', path: SESSIONS })).status).toBe(200);
  });

  describe.each(['Content-Length', 'chunked'])('T16: sent with %s', (framing) => {
    test.each([
      [262_143, 200],
      [262_144, 200],
      [262_145, 400],
    ])('%i bytes are %i', async (size, status) => {
      const body = `{"x":"${'a'.repeat(size - 8)}"}`;
      const headers: Record<string, string> =
        framing === 'chunked' ? { 'transfer-encoding': 'chunked' } : { 'content-length': String(size) };
      const reply = await post(body, headers);
      expect(reply.status).toBe(status);
      if (status === 400)
        expect(JSON.parse(reply.text)).toMatchObject({
          Code: 'EntityTooLarge',
          Message: 'payload size exceeds maximum allowed size (262144 bytes)',
        });
      expect(api.control.changes).toHaveLength(status === 200 ? 1 : 0);
    });
  });

  test('T16: an announced length over the limit is answered before the body comes', async () => {
    const reply = await rawLines(api.port, `POST ${SESSIONS}`, [
      'Host: localhost',
      'Content-Type: application/json',
      'Content-Length: 99999999',
    ]);
    expect(reply).toMatch(/^HTTP\/1\.1 400 [\s\S]*EntityTooLarge/);
  });
});

describe('T16: heads', () => {
  const head = (lines: string[]) =>
    rawLines(api.port, 'GET /_emulator/v1/health', ['Host: localhost', ...lines]);
  // "Host: localhost" is 15 bytes and its end 2; "Connection: close" 17 and 2; "A: " with its end 5.
  test.each([
    [8191, '200'],
    [8192, '200'],
    [8193, '400'],
  ])('%i bytes of header lines are %s', async (size, status) => {
    const reply = await head([`A: ${'x'.repeat(size - 36 - 5)}`]);
    expect(reply.slice(9, 12)).toBe(status);
  });

  test.each([
    [199, '200'],
    [200, '200'],
    [201, '431'],
  ])('%i header lines are %s', async (lines, status) => {
    const reply = await head(Array.from({ length: lines - 2 }, (_, i) => `a${i}: b`));
    expect(reply.slice(9, 12)).toBe(status);
  });

  test('what the parser itself refuses is answered in JSON too', async () => {
    const json = (reply: string) => JSON.parse(reply.slice(reply.indexOf('\r\n\r\n') + 4));
    const large = await head([`A: ${'x'.repeat(20_000)}`]);
    expect([large.slice(9, 12), json(large).Code]).toEqual(['431', 'RequestHeaderFieldsTooLarge']);
    const garbage = await rawBytes(api.port, 'GARBAGE\r\n\r\n');
    expect([garbage.slice(9, 12), json(garbage).Code]).toEqual(['400', 'InvalidArgument']);
    expect(garbage).toContain(`X-Fc-Request-Id: ${json(garbage).RequestId}`);
    const connect = await rawLines(api.port, 'CONNECT example.org:80', ['Host: localhost']);
    expect([connect.slice(9, 12), json(connect).Code]).toEqual(['405', 'MethodNotAllowed']);
  });

  test('an expectation that is not known does not stand in the way', async () => {
    expect((await head(['Expect: wonders'])).slice(9, 12)).toBe('200');
  });

  test('garbage behind a request does not corrupt its answer', async () => {
    const reply = await rawBytes(
      api.port,
      `GET /_emulator/v1/health HTTP/1.1\r\nHost: localhost\r\n\r\n\x00\x01GARBAGE\r\n\r\n`,
    );
    expect(reply.match(/HTTP\/1\.1/g)?.length ?? 0).toBeLessThanOrEqual(2);
    expect(reply.startsWith('HTTP/1.1 200') || reply === '').toBe(true);
  });
});
