import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { createApiClient } from '../../src/api/create-api-client.js';
import { canonicalRequests } from '../../src/model/acs3-canonical.js';
import { formatAuthorization, sha256, signatureOf } from '../../src/model/acs3-signature.js';
import { hostNow } from '../../src/model/clock.js';
import { FcError } from '../../src/model/errors.js';
import { HeaderLines } from '../../src/model/headers.js';
import {
  CreateSessionInput,
  CreateSessionRequest,
  fcSdk,
  GetSessionRequest,
  ListSessionsRequest,
  sdkError,
  UpdateSessionInput,
  UpdateSessionRequest,
} from '../support/fc-sdk.js';
import { rawBytes, rawRequest } from '../support/raw-request.js';
import { type ServedApi, serveApi } from '../support/serve-api.js';

const KEY = { accessKeyId: 'LTAI5tTest', accessKeySecret: 'a-secret-nobody-may-see' };
const SESSIONS = '/2023-03-30/functions/header/sessions';
const MISMATCH =
  'The request signature we calculated does not match the signature you provided. Check your access key and signing method';

let api: ServedApi;
let now = 0;
beforeEach(async () => {
  now = hostNow();
  api = await serveApi({ accessKey: KEY, realNow: () => now });
});
afterEach(() => api.stop());

interface Signed {
  readonly method?: string;
  readonly path?: string;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string | undefined>>;
  /** Names that the signature leaves out. */
  readonly unsigned?: readonly string[];
  readonly secret?: string;
  readonly accessKeyId?: string;
}

let count = 0;
/** A request with a signature of its own making; a header that is undefined is left out. */
function signed({ method = 'GET', path = SESSIONS, body = '', ...more }: Signed = {}) {
  const { headers = {}, unsigned = [], secret = KEY.accessKeySecret, accessKeyId = KEY.accessKeyId } = more;
  const all = {
    host: api.host,
    'x-acs-date': `${new Date(now).toISOString().slice(0, 19)}Z`,
    'x-acs-signature-nonce': `nonce-${++count}`,
    'x-acs-content-sha256': sha256(body),
    ...headers,
  };
  const given = Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const names = given
    .map(([name]) => name)
    .filter((name) => !unsigned.includes(name))
    .sort();
  const request = { method, target: path, headers: new HeaderLines(given.flat()) };
  const [canonical = ''] = canonicalRequests('api', request, names);
  const signature = signatureOf(secret, canonical);
  const authorization = formatAuthorization({ accessKeyId, signedHeaders: names, signature });
  return { method, path, headers: { ...Object.fromEntries(given), authorization }, ...(body && { body }) };
}

async function answer(request: Parameters<typeof rawRequest>[1]) {
  const { status, text, headers } = await rawRequest(api.port, request);
  const { Code, Message } = JSON.parse(text);
  return { status, code: Code as string | undefined, message: Message as string | undefined, headers };
}

describe('with a pair of keys', () => {
  test('a request that the SDK signs is served, with and without a body, and with an STS token', async () => {
    for (const keys of [KEY, { ...KEY, securityToken: 'CAISabc/+==' }]) {
      const sdk = fcSdk(api.port, keys);
      const input = new CreateSessionInput({ sessionTTLInSeconds: 600, sessionIdleTimeoutInSeconds: 60 });
      const { body } = await sdk.createSession('header', new CreateSessionRequest({ body: input }));
      const { sessionId = '' } = body ?? {};
      expect((await sdk.getSession('header', sessionId, new GetSessionRequest({}))).body?.sessionId).toBe(
        sessionId,
      );
      const listed = await sdk.listSessions(
        'header',
        new ListSessionsRequest({ limit: 5, sessionStatus: 'Active' }),
      );
      expect(listed.body?.sessions?.map((each) => each.sessionId)).toContain(sessionId);
    }
  });

  test('our own client signs: sessions, instances, functions, the clock, the followed log', async () => {
    const client = createApiClient({ endpoint: api.host, ...KEY });
    await client.sessions.create({ functionName: 'header' }, { sessionId: 'mine' });
    expect((await client.sessions.list({ functionName: 'header', limit: 5 })).sessions).toHaveLength(1);
    // It exists not; what counts is that the signature over such a name is right.
    const odd = client.sessions.list({ functionName: "a b*+~(c)'", qualifier: 'é&=+ %' });
    await expect(odd).rejects.toMatchObject({ code: expect.stringMatching(/NotFound|InvalidArgument/) });
    expect(await client.functions.list()).not.toEqual([]);
    expect(await client.instances.list()).toBeDefined();
    await client.clock.advance(6 * 3600 * 1000);
    expect((await client.clock.show()).offsetMs).toBe(6 * 3600 * 1000);
    const token = createApiClient({ endpoint: api.host, ...KEY, securityToken: 'sts/+=' });
    expect((await token.health()).status).toBe('ok');
    expect(await token.functions.list()).not.toEqual([]);
  });

  test('half a pair of keys is refused before anything is sent', () => {
    for (const half of [
      { accessKeyId: 'a' },
      { accessKeySecret: 's' },
      { accessKeyId: 'a', accessKeySecret: '' },
    ])
      expect(() => createApiClient({ endpoint: api.host, ...half })).toThrow(
        new FcError(
          'InvalidArgument',
          'accessKeyId and accessKeySecret belong together: one is missing or empty',
        ),
      );
  });

  test("the SDK without the right secret is refused with FC's code and text", async () => {
    const sdk = fcSdk(api.port, { ...KEY, accessKeySecret: 'another' });
    const error = await sdkError(sdk.listSessions('header', new ListSessionsRequest({})));
    expect([error.statusCode, error.code, error.data.Message]).toEqual([403, 'SignatureNotMatch', MISMATCH]);
  });

  test("an access key ID that nobody has is refused with FC's code and text", async () => {
    const sdk = fcSdk(api.port, { ...KEY, accessKeyId: 'nobody' });
    const error = await sdkError(sdk.listSessions('header', new ListSessionsRequest({})));
    expect([error.statusCode, error.code, error.data.Message]).toEqual([
      403,
      'InvalidAccessKeyID',
      "invalid access key ID 'nobody'",
    ]);
  });

  test('nothing but health is told without a signature: not functions, paths, methods, events, the page', async () => {
    const paths = [
      ['GET', '/'],
      ['GET', '/nowhere'],
      ['PATCH', SESSIONS],
      ['TRACE', '/'],
      ['OPTIONS', SESSIONS],
      ['GET', '/2023-03-30/functions/nobody/sessions'],
      ['POST', '/2023-03-30/functions/nobody/sessions'],
      ['GET', '/_emulator/v1/functions'],
      ['GET', '/_emulator/v1/events'],
      ['GET', '/_emulator/v1/openapi.json'],
      ['GET', '/_emulator/v1/health/'],
      ['GET', '/_emulator/v1/healthy'],
      ['POST', '/_emulator/v1/health'],
      ['HEAD', '/_emulator/v1/health'],
    ] as const;
    for (const [method, path] of paths) {
      const reply = await rawRequest(api.port, { method, path });
      expect([path, reply.status]).toEqual([path, 400]);
      expect(reply.headers.allow).toBeUndefined();
      if (method !== 'HEAD')
        expect(JSON.parse(reply.text)).toMatchObject({
          Code: 'MissingRequiredHeader',
          Message: 'required HTTP header Authorization was not specified',
        });
    }
    expect((await rawRequest(api.port, { path: '/_emulator/v1/health' })).status).toBe(200);
    expect((await rawRequest(api.port, { path: '/_emulator/v1/health?x=1' })).status).toBe(200);
    expect(api.control.changes).toEqual([]);
  });

  test('a signed request learns what there is: a function that does not exist, a path, a method', async () => {
    const unknown = await answer(signed({ path: '/2023-03-30/functions/nobody/sessions' }));
    expect(unknown).toMatchObject({ status: 404, code: 'FunctionNotFound' });
    expect(await answer(signed({ path: '/nowhere' }))).toMatchObject({
      status: 400,
      code: 'PathNotSupported',
    });
    expect(await answer(signed({ method: 'DELETE' }))).toMatchObject({ status: 405 });
  });

  test.each(['host', 'x-acs-date', 'x-acs-content-sha256', 'x-acs-signature-nonce'])(
    'a signature that does not cover %s is refused',
    async (name) => {
      expect(await answer(signed({ unsigned: [name] }))).toMatchObject({
        status: 403,
        code: 'SignatureNotMatch',
        message: `the header ${name} must be signed: SignedHeaders does not name it`,
      });
    },
  );

  test.each(['x-acs-date', 'x-acs-content-sha256', 'x-acs-signature-nonce'])(
    'a request without %s is refused',
    async (name) => {
      expect(await answer(signed({ headers: { [name]: undefined } }))).toMatchObject({
        status: 400,
        code: 'MissingRequiredHeader',
        message: `required HTTP header ${name} was not specified`,
      });
    },
  );

  test('an empty nonce, and one that is too long, are refused', async () => {
    expect(await answer(signed({ headers: { 'x-acs-signature-nonce': '' } }))).toMatchObject({
      code: 'MissingRequiredHeader',
    });
    expect(await answer(signed({ headers: { 'x-acs-signature-nonce': 'n'.repeat(129) } }))).toMatchObject({
      code: 'SignatureNotMatch',
    });
  });

  test('a request that is sent a second time is refused', async () => {
    const request = signed();
    expect(await answer(request)).toMatchObject({ status: 200 });
    expect(await answer(request)).toMatchObject({
      status: 403,
      code: 'SignatureNotMatch',
      message: expect.stringContaining('was used before'),
    });
    expect(await answer(signed())).toMatchObject({ status: 200 });
  });

  test('a date fifteen minutes off is accepted, one second more is refused with both times', async () => {
    const at = (offset: number) =>
      signed({ headers: { 'x-acs-date': `${new Date(now + offset).toISOString().slice(0, 19)}Z` } });
    now = Math.floor(now / 1000) * 1000;
    expect(await answer(at(-900_000))).toMatchObject({ status: 200 });
    expect(await answer(at(900_000))).toMatchObject({ status: 200 });
    for (const offset of [-901_000, 901_000]) {
      const [asked, current] = [now + offset, now].map((each) => new Date(each).toUTCString());
      expect(await answer(at(offset))).toMatchObject({
        status: 403,
        code: 'SignatureNotMatch',
        message: `the difference between the request time '${asked}' and the current time '${current}' is too large`,
      });
    }
  });

  test('the session clock has no part in it: after six hours of it a request is still served', async () => {
    await api.control.clockMoved.advance(6 * 3600 * 1000);
    expect(await answer(signed())).toMatchObject({ status: 200 });
  });

  test('a body that was not signed is refused, and nothing is done', async () => {
    const request = signed({
      method: 'POST',
      body: '{"sessionId":"mine"}',
      headers: { 'content-type': 'application/json' },
    });
    expect(await answer({ ...request, body: '{"sessionId":"mind"}' })).toMatchObject({
      status: 403,
      code: 'SignatureNotMatch',
    });
    expect(
      await answer({ ...signed(), body: 'more', headers: { ...signed().headers, 'content-length': '4' } }),
    ).toMatchObject({
      code: 'SignatureNotMatch',
    });
    expect(api.control.changes).toEqual([]);
  });

  test('a signed body is read up to its limit and no further', async () => {
    const body = JSON.stringify({ sessionId: 'a'.repeat(256 * 1024) });
    const request = signed({ method: 'POST', body, headers: { 'content-type': 'application/json' } });
    expect(await answer(request)).toMatchObject({ status: 400, code: 'EntityTooLarge' });
  });

  test('the Host and Origin rules come first, and name --allowed-host', async () => {
    const foreign = await answer(signed({ headers: { host: 'emulator.internal:9001' } }));
    expect(foreign).toMatchObject({ status: 403, code: 'AccessDenied' });
    expect(foreign.message).toContain('--allowed-host emulator.internal');
    const page = signed();
    expect(
      await answer({ ...page, headers: { ...page.headers, origin: 'http://evil.example' } }),
    ).toMatchObject({
      code: 'AccessDenied',
    });
  });

  test('no refusal shows a secret, nor what stood in Authorization', async () => {
    const request = signed();
    for (const authorization of [
      'Basic aGVsbG86d29ybGQ=',
      `Bearer ${KEY.accessKeySecret}`,
      `${request.headers.authorization} x`,
    ]) {
      const { text } = await rawRequest(api.port, {
        ...request,
        headers: { ...request.headers, authorization },
      });
      expect(text).toContain('invalid authorization');
      expect(text).not.toMatch(/aGVsbG|nobody-may-see|Signature=[0-9a-f]/);
    }
    const { text } = await rawRequest(api.port, signed({ secret: 'wrong' }));
    expect(text).not.toMatch(/nobody-may-see|[0-9a-f]{64}/);
    expect(api.defects).toEqual([]);
  });
});

describe('without keys', () => {
  test('no signature is asked for, any well-formed one passes, and a malformed one is refused', async () => {
    const open = await serveApi();
    onTestFinished(() => open.stop());
    const get = async (headers: Record<string, string> = {}) =>
      JSON.parse((await rawRequest(open.port, { path: SESSIONS, headers })).text).Code;
    expect(await get()).toBeUndefined();
    expect(
      await get({ authorization: signed({ secret: 'whatever' }).headers.authorization }),
    ).toBeUndefined();
    expect(await get({ authorization: 'ACS3-HMAC-SHA256 Credential=a,SignedHeaders=host' })).toBe(
      'InvalidArgument',
    );
    expect(await get({ authorization: 'Bearer x' })).toBe('InvalidArgument');
  });
});

describe("one byte changed in the SDK's own requests", () => {
  test('anywhere that is signed is SignatureNotMatch, and changes nothing', async () => {
    const captured = await captureSdk();
    expect(captured).toHaveLength(4);
    await fc.assert(
      fc.asyncProperty(
        fc.nat(captured.length - 1),
        fc.nat(),
        fc.constantFrom(...ALPHABET),
        async (which, at, to) => {
          const bytes = captured[which] ?? '';
          const places = signedPlaces(bytes);
          const place = places[at % places.length] ?? 0;
          const changed = bytes.slice(0, place) + to + bytes.slice(place + 1);
          fc.pre(!isSame(bytes, changed));
          const reply = await rawBytes(api.port, changed);
          expect(reply).toContain('"Code":"SignatureNotMatch"');
          expect(api.control.changes).toEqual([]);
        },
      ),
      { numRuns: 200 },
    );
    const genuine = await serveApi({ accessKey: KEY });
    onTestFinished(() => genuine.stop());
    for (const bytes of captured)
      expect(await rawBytes(genuine.port, bytes)).not.toContain('SignatureNotMatch');
    expect(genuine.control.changes).toHaveLength(2);
  });

  test('in Authorization, it is refused', async () => {
    const captured = await captureSdk();
    await fc.assert(
      fc.asyncProperty(
        fc.nat(captured.length - 1),
        fc.nat(),
        fc.constantFrom(...ALPHABET),
        async (which, at, to) => {
          const bytes = captured[which] ?? '';
          const [line] = /\r\nauthorization: /i.exec(bytes) ?? [];
          if (line === undefined) throw new Error(`no Authorization in ${bytes}`);
          const start = bytes.indexOf(line) + line.length;
          const end = bytes.indexOf('\r\n', start);
          const place = start + (at % (end - start));
          fc.pre(bytes[place] !== to);
          const reply = await rawBytes(api.port, bytes.slice(0, place) + to + bytes.slice(place + 1));
          expect(reply).toMatch(
            /"Code":"(SignatureNotMatch|InvalidAccessKeyID|InvalidArgument|MissingRequiredHeader)"/,
          );
          expect(api.control.changes).toEqual([]);
        },
      ),
      { numRuns: 100 },
    );
  });
});

const ALPHABET = [...'abcXYZ019-._~'];

/** The bytes of four requests as the SDK sends them, each with `Connection: close`. */
async function captureSdk(): Promise<string[]> {
  const requests: string[] = [];
  const server = createServer((socket) => {
    let bytes = '';
    socket.on('error', () => {});
    socket.setEncoding('latin1').on('data', (chunk) => {
      bytes += chunk;
      const [head = '', body = ''] = bytes.split('\r\n\r\n', 2);
      if (!bytes.includes('\r\n\r\n')) return;
      if (/transfer-encoding: chunked/i.test(head) && !bytes.endsWith('0\r\n\r\n')) return;
      requests.push(bytes.replace(/connection: keep-alive/i, 'Connection: close'));
      bytes = '';
      void body;
      socket.end(
        'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n{}',
      );
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const sdk = fcSdk(port, KEY);
  const input = new CreateSessionInput({ sessionId: 'mine', sessionTTLInSeconds: 600 });
  await sdk.createSession('header', new CreateSessionRequest({ qualifier: '中 文+*', body: input }));
  await sdk.getSession('header', 'mine', new GetSessionRequest({ qualifier: 'LATEST' }));
  await sdk.listSessions(
    'header',
    new ListSessionsRequest({ limit: 5, sessionStatus: 'Active', qualifier: "(x)!'~" }),
  );
  const update = new UpdateSessionInput({ sessionTTLInSeconds: 700 });
  await sdk.updateSession('header', 'mine', new UpdateSessionRequest({ body: update }));
  server.close();
  await once(server, 'close');
  return requests;
}

/** The places of the signed bytes: the target, the values of signed headers (of Host the port), the text of the body. */
function signedPlaces(bytes: string): number[] {
  const places: number[] = [];
  const add = (from: number, to: number) => {
    for (let at = from; at < to; at += 1) places.push(at);
  };
  const target = /^[A-Z]+ (\S+) HTTP/.exec(bytes);
  // The first byte makes it a path.
  add(bytes.indexOf(' ') + 2, bytes.indexOf(' ') + 1 + (target?.[1]?.length ?? 0));
  const headEnd = bytes.indexOf('\r\n\r\n');
  const names = /SignedHeaders=([^,]+)/.exec(bytes)?.[1]?.split(';') ?? [];
  for (const name of names) {
    const line = new RegExp(`\\r\\n${name}: ([^\\r]*)`, 'i').exec(bytes);
    if (line === null || line.index > headEnd) throw new Error(`${name} is not there`);
    const [whole, value = ''] = line;
    const start = line.index + whole.length - value.length;
    if (name !== 'host') add(start, start + value.length);
  }
  const json = bytes.indexOf('{', headEnd);
  if (json >= 0) add(json, bytes.lastIndexOf('}') + 1);
  return places;
}

/** Whether two requests say the same: a query may be encoded in more than one way. */
function isSame(bytes: string, changed: string): boolean {
  const of = (text: string): string => {
    const [first = '', ...rest] = text.split('\r\n');
    const [path = '', query = ''] = first.split('?', 2);
    return [path, String(new URLSearchParams(query.replace(' HTTP/1.1', ''))), ...rest].join('\n');
  };
  return of(bytes) === of(changed);
}
