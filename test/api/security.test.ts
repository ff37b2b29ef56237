import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import WebSocket from 'ws';
import { rawLines, rawRequest } from '../support/raw-request.js';
import { type ServedApi, serveApi } from '../support/serve-api.js';

const SESSIONS = '/2023-03-30/functions/header/sessions';
let api: ServedApi;

beforeAll(async () => {
  api = await serveApi({ names: ['header.localhost', 'Box.Internal'] });
});
afterAll(() => api.stop());
beforeEach(() => {
  api.control.changes.length = 0;
});

const createBy = (headers: Record<string, string | string[]>) =>
  rawRequest(api.port, { method: 'POST', path: SESSIONS, headers });
const statusOf = (reply: string) => Number(reply.slice(9, 12));
const parts = (reply: string) => JSON.parse(reply.slice(reply.indexOf('\r\n\r\n') + 4));

describe('T2: the Host rule', () => {
  const FOREIGN = [
    'evil.example',
    'evil.example:9001',
    'localhost.evil.example',
    'evil-localhost',
    'localhost-evil',
    'sub.localhost',
    'x.header.localhost',
    '127.0.0.1.nip.io',
    '127.0.0.2',
    '0.0.0.0',
    'localhost.',
    'LOCALHOST.EVIL',
    '2130706433',
    '127.1',
    'xn--lcalhost-n3a',
  ];
  const MALFORMED = [
    '',
    'a@localhost',
    'user:pw@localhost',
    'localhost:',
    'localhost:x',
    'localhost:99999',
    '[::1',
    '::1',
    'localhost/evil',
    'localhost,evil.example',
    'localhost evil.example',
    'localhost#',
    'local\\host',
  ];
  const ALLOWED = [
    'localhost',
    'LOCALHOST',
    'localhost:1',
    'localhost:65535',
    '127.0.0.1',
    '127.0.0.1:9001',
    '[::1]',
    '[::1]:9001',
    'header.localhost',
    'box.internal',
    'BOX.internal:80',
  ];

  test.each([
    ...FOREIGN.map((host) => [host, 403, 'AccessDenied'] as const),
    ['[::ffff:127.0.0.1]', 403, 'AccessDenied'] as const,
    ...MALFORMED.map((host) => [host, 400, 'InvalidArgument'] as const),
    ...ALLOWED.map((host) => [host, 200, undefined] as const),
  ])('Host: %s is %i', async (host, status, code) => {
    const reply = await rawLines(api.port, `POST ${SESSIONS}`, [`Host: ${host}`, 'Content-Length: 0']);
    expect([statusOf(reply), parts(reply).Code]).toEqual([status, code]);
    expect(api.control.changes).toHaveLength(status === 200 ? 1 : 0);
  });

  test('a missing Host and a second one are 400, with HTTP/1.0 too', async () => {
    const two = ['Host: localhost', 'hOST: localhost'];
    const missing = await rawLines(api.port, `GET ${SESSIONS}`);
    expect([statusOf(missing), parts(missing).Message]).toEqual([400, 'the Host header is missing']);
    expect(statusOf(await rawLines(api.port, `GET ${SESSIONS}`, two))).toBe(400);
    expect(statusOf(await rawLines(api.port, `GET ${SESSIONS} HTTP/1.0\r\nX:`, []))).toBe(400);
    const hidden = Array.from({ length: 150 }, (_, i) => `x${i}: y`);
    expect(statusOf(await rawLines(api.port, `GET ${SESSIONS}`, [...hidden, ...two]))).toBe(400);
  });

  test('it comes before everything else: unknown paths, methods, upgrades, CONNECT', async () => {
    for (const first of ['GET /x', 'PATCH /', `OPTIONS ${SESSIONS}`, 'CONNECT localhost:80', 'TRACE /']) {
      const reply = await rawLines(api.port, first, ['Host: evil.example', 'Upgrade: websocket']);
      expect([first, statusOf(reply)]).toEqual([first, 403]);
    }
  });
});

describe('T3: no other origin is let in', () => {
  const origins = fc.oneof(
    fc.constantFrom(
      'null',
      'http://localhost',
      'https://127.0.0.1',
      'file://',
      'http://evil.example',
      '*',
      '',
    ),
    fc.webUrl({ validSchemes: ['http', 'https'] }).map((url) => new URL(url).origin),
  );
  const requested = fc.constantFrom(undefined, 'GET', 'POST', 'PUT', 'DELETE', 'PATCH');
  const paths = fc.constantFrom(
    '/',
    '/x',
    SESSIONS,
    `${SESSIONS}/s`,
    '/_emulator/v1/health',
    '/_emulator/v1/events',
  );

  test('OPTIONS × Origin: always 403, never an access-control header', async () => {
    await fc.assert(
      fc.asyncProperty(origins, requested, paths, async (origin, method, path) => {
        const headers: Record<string, string> = { origin };
        if (method !== undefined) headers['access-control-request-method'] = method;
        const reply = await rawRequest(api.port, { method: 'OPTIONS', path, headers });
        expect(reply.status).toBe(403);
        expectNoCors(reply.headers);
      }),
      { numRuns: 150 },
    );
  });

  test('no reply of any method has one either, allowed origins included', async () => {
    const methods = fc.constantFrom('GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'HEAD');
    const own = fc.constant(`http://127.0.0.1:${api.port}`);
    await fc.assert(
      fc.asyncProperty(methods, fc.oneof(origins, own), async (method, origin) => {
        expectNoCors((await rawRequest(api.port, { method, path: SESSIONS, headers: { origin } })).headers);
      }),
      { numRuns: 150 },
    );
  });

  test('a pre-flight of the same origin is 403 too', async () => {
    const headers = { origin: `http://${api.host}`, 'access-control-request-method': 'POST' };
    expect((await rawRequest(api.port, { method: 'OPTIONS', path: SESSIONS, headers })).status).toBe(403);
    const bare = { 'access-control-request-method': 'POST' };
    expect((await rawRequest(api.port, { method: 'OPTIONS', path: SESSIONS, headers: bare })).status).toBe(
      403,
    );
  });

  function expectNoCors(headers: object): void {
    expect(Object.keys(headers).filter((name) => name.startsWith('access-control-'))).toEqual([]);
  }
});

describe('T4: a page of another origin changes nothing', () => {
  const cases: readonly [string, (host: string) => Record<string, string | string[]>, number][] = [
    ['nothing said: curl, the SDK', () => ({}), 200],
    ['its own origin', (host) => ({ origin: `http://${host}` }), 200],
    ['its own origin, upper case', (host) => ({ origin: `HTTP://${host.toUpperCase()}` }), 200],
    [
      'its own origin and site',
      (host) => ({ origin: `http://${host}`, 'sec-fetch-site': 'same-origin' }),
      200,
    ],
    ['typed by the user', () => ({ 'sec-fetch-site': 'none' }), 200],
    ['default port left out', () => ({ host: 'localhost:80', origin: 'http://localhost' }), 200],
    ['default port written', () => ({ host: 'localhost', origin: 'http://localhost:80' }), 200],
    ['another host', () => ({ origin: 'http://evil.example' }), 403],
    ['another port', () => ({ origin: 'http://127.0.0.1:1' }), 403],
    ['no port', () => ({ origin: 'http://127.0.0.1' }), 403],
    ['another name of this machine', (host) => ({ origin: `http://localhost:${host.split(':')[1]}` }), 403],
    ['another scheme', (host) => ({ origin: `https://${host}` }), 403],
    ['a null origin: sandboxed frames, data URLs', () => ({ origin: 'null' }), 403],
    ['an empty origin', () => ({ origin: '' }), 403],
    ['a file', () => ({ origin: 'file://' }), 403],
    ['an extension', () => ({ origin: 'chrome-extension://abcdef' }), 403],
    ['no scheme', (host) => ({ origin: host }), 403],
    ['a path behind', (host) => ({ origin: `http://${host}/` }), 403],
    ['a name in front', (host) => ({ origin: `http://evil@${host}` }), 403],
    ['a suffix', (host) => ({ origin: `http://${host}.evil.example` }), 403],
    ['two origins, one its own', (host) => ({ origin: [`http://${host}`, 'http://evil.example'] }), 403],
    ['two origins in one line', (host) => ({ origin: `http://${host}, http://evil.example` }), 403],
    ['cross-site', () => ({ 'sec-fetch-site': 'cross-site' }), 403],
    ['same-site: another port', () => ({ 'sec-fetch-site': 'same-site' }), 403],
    [
      'own origin but cross-site',
      (host) => ({ origin: `http://${host}`, 'sec-fetch-site': 'cross-site' }),
      403,
    ],
    ['a site never heard of', () => ({ 'sec-fetch-site': 'next-door' }), 403],
    ['two sites', () => ({ 'sec-fetch-site': ['same-origin', 'cross-site'] }), 403],
  ];

  test.each(cases)('%s', async (_, headersFor, status) => {
    const reply = await createBy({ host: api.host, ...headersFor(api.host) });
    expect(reply.status).toBe(status);
    expect(api.control.changes).toHaveLength(status === 200 ? 1 : 0);
    if (status === 403) expect(JSON.parse(reply.text).Code).toBe('AccessDenied');
  });

  test('nor may it read or destroy', async () => {
    const headers = { origin: 'http://evil.example' };
    const attempts = [
      ['GET', SESSIONS],
      ['GET', '/_emulator/v1/requests'],
      ['GET', '/_emulator/v1/events'],
      ['PUT', `${SESSIONS}/s/pause`],
      ['DELETE', `${SESSIONS}/s`],
      ['DELETE', '/_emulator/v1/instances/c'],
      ['POST', '/_emulator/v1/clock/freeze'],
    ] as const;
    for (const [method, path] of attempts) {
      const reply = await rawRequest(api.port, { method, path, headers });
      expect([path, reply.status]).toEqual([path, 403]);
    }
    expect(api.control.changes).toEqual([]);
  });

  test('no GET changes anything', async () => {
    for (const path of [
      SESSIONS,
      `${SESSIONS}/s`,
      `${SESSIONS}/s/pause`,
      `${SESSIONS}/s/resume`,
      '/_emulator/v1/instances/c',
      '/_emulator/v1/clock',
      '/_emulator/v1/clock/freeze',
      '/_emulator/v1/clock/advance?milliseconds=1',
      '/_emulator/v1/clock/resume',
    ])
      await rawRequest(api.port, { path });
    expect(api.control.changes).toEqual([]);
  });
});

describe('T5: upgrades are refused', () => {
  const upgrade = (headers: Record<string, string>) =>
    new Promise<number | undefined>((resolve, reject) => {
      const socket = new WebSocket(`ws://${api.host}/_emulator/v1/events`, { headers });
      socket.once('unexpected-response', (request, response) => {
        resolve(response.statusCode);
        request.destroy();
      });
      socket.once('open', () => reject(new Error('it was upgraded')));
      socket.once('error', reject);
    });

  test('of a foreign page with 403, of a foreign name with 403, else with 400', async () => {
    expect(await upgrade({ origin: 'http://evil.example' })).toBe(403);
    expect(await upgrade({ host: 'evil.example' })).toBe(403);
    expect(await upgrade({})).toBe(400);
  });

  test('an offer of HTTP/2 is passed over', async () => {
    const headers = { connection: 'Upgrade, HTTP2-Settings', upgrade: 'h2c', 'http2-settings': 'AAMAAABk' };
    expect((await rawRequest(api.port, { path: SESSIONS, headers })).status).toBe(200);
  });
});

describe('T14: prototypes stay clean', () => {
  const poison = fc.constantFrom('__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty');
  const known = fc.constantFrom('nasConfig', 'juiceFsConfig', 'envs', 'mountPoints', 'sessionId', 'userId');
  const { body } = fc.letrec((tie) => ({
    leaf: fc.oneof(fc.constant(true), fc.integer(), fc.string(), fc.constant({ polluted: 'yes' })),
    object: fc
      .array(fc.tuple(fc.oneof(poison, known), tie('value')), { maxLength: 4 })
      // Written by hand: a literal with __proto__ would not have it as a key.
      .map((pairs) => `{${pairs.map(([key, value]) => `${JSON.stringify(key)}:${value}`).join(',')}}`),
    array: fc.array(tie('value'), { maxLength: 3 }).map((items) => `[${items.join(',')}]`),
    value: fc.oneof(
      { depthSize: 'small' },
      fc.oneof(fc.integer(), fc.constant(true)).map((leaf) => JSON.stringify(leaf)),
      fc.constant('{"polluted":"yes"}'),
      tie('object'),
      tie('array'),
    ),
    body: tie('object'),
  }));

  test('whatever keys a body has', async () => {
    await fc.assert(
      fc.asyncProperty(body, async (text) => {
        const headers = { 'content-type': 'application/json' };
        const reply = await rawRequest(api.port, {
          method: 'POST',
          path: SESSIONS,
          headers,
          body: String(text),
        });
        expect([200, 400]).toContain(reply.status);
        expect(({} as { polluted?: string }).polluted).toBeUndefined();
        if (reply.status !== 200) return;
        const unasked =
          /^(?!nasConfig|ossMount|polarFs|juiceFs|session|functionName|qualifier|disable|created|last|container)/;
        expect(Object.keys(JSON.parse(reply.text)).filter((key) => unasked.test(key))).toEqual([]);
        expect(Object.getPrototypeOf(JSON.parse(reply.text).juiceFsConfig?.envs ?? {})).toBe(
          Object.prototype,
        );
      }),
      { numRuns: 500 },
    );
  });

  test('whatever names stand in the path and query', async () => {
    for (const name of ['__proto__', 'constructor', 'toString']) {
      const one = await rawRequest(api.port, { path: `/2023-03-30/functions/${name}` });
      expect([one.status, JSON.parse(one.text).Code]).toEqual([404, 'FunctionNotFound']);
      const two = await rawRequest(api.port, { path: `${SESSIONS}?${name}=1&sessionStatus=${name}` });
      expect(two.status).toBe(400);
      const three = await rawRequest(api.port, { path: `${SESSIONS}/${name}` });
      expect(three.status).toBe(404);
    }
  });

  test('nesting deeper than the stack is only malformed', async () => {
    const deep = `{"nasConfig":${'['.repeat(100_000)}${']'.repeat(100_000)}}`;
    const headers = { 'content-type': 'application/json' };
    const reply = await rawRequest(api.port, { method: 'POST', path: SESSIONS, headers, body: deep });
    expect(reply.status).toBe(400);
  });
});
