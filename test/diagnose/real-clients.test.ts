import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { io } from 'socket.io-client';
import { CookieJar } from 'tough-cookie';
import { describe, expect, test } from 'vitest';
import WebSocket from 'ws';
import { curl } from '../support/curl.js';
import { fcSdk, InvokeFunctionRequest } from '../support/fc-sdk.js';
import { connectMcp } from '../support/mcp-client.js';
import { FIXTURES, temporaryFolder } from '../support/run-cli.js';
import { startTraffic } from './traffic.js';

const SHOP = { functionName: 'shop', command: ['in-process'] } as const;
const HEADER = { ...SHOP, affinity: 'header', headerName: 'x-session-id' } as const;

/** A client that keeps cookies, as tests and scrapers do. */
function jarClient(jar = new CookieJar()): (url: string) => Promise<Response> {
  return async (url) => {
    const cookie = await jar.getCookieString(url);
    const reply = await fetch(url, { headers: { 'user-agent': 'jar', ...(cookie && { cookie }) } });
    for (const line of reply.headers.getSetCookie()) await jar.setCookie(line, url);
    await reply.text();
    return reply;
  };
}

async function fetched(url: string, headers: Record<string, string> = {}): Promise<number> {
  const reply = await fetch(url, { headers });
  await reply.text();
  return reply.status;
}

describe('the doctor finds the mistake of a real client, and no other mistake', () => {
  test('cookie-not-returned: fetch of Node.js keeps no cookies', async () => {
    const { url, findings } = await startTraffic([SHOP]);
    for (const page of ['/', '/cart', '/api/pay']) await fetched(url + page);

    expect(await findings(3)).toEqual([
      {
        rule: 'cookie-not-returned',
        functionName: 'shop',
        message: 'the client "node" opened 3 sessions and used each once: it never sent the session cookie',
        evidence: [
          '3 requests without a session cookie, each with a new session',
          expect.stringMatching(/^the first: GET \/ \(1-/),
          expect.stringMatching(/^the last: GET \/api\/pay \(1-/),
        ],
        fix: expect.stringContaining('fetch of Node.js keeps no cookies'),
      },
    ]);
  });

  test('cookie-not-returned: curl without a jar', async () => {
    const { url, findings } = await startTraffic([SHOP]);
    for (let n = 0; n < 3; n += 1) await curl(url);
    expect(await findings(3)).toMatchObject([
      { rule: 'cookie-not-returned', fix: expect.stringContaining('-c jar -b jar') },
    ]);
  });

  test('cookie-not-returned: curl without a jar, while other people use curl too', async () => {
    const { url, clock, findings } = await startTraffic([SHOP]);
    await curl(url);
    clock.advance(60_000);
    for (let n = 0; n < 3; n += 1) {
      await curl(url);
      clock.advance(20_000);
    }
    clock.advance(60_000);
    await curl(url);
    expect(await findings(5)).toMatchObject([
      { message: expect.stringContaining('opened 3 sessions'), rule: 'cookie-not-returned' },
    ]);
  });

  test('cookie-not-returned: the official MCP client under cookie affinity', async () => {
    const { url, findings } = await startTraffic(
      [{ functionName: 'mcp', command: ['node', join(FIXTURES, 'mcp-server.js')], sessionsPerInstance: 5 }],
      {},
    );
    const client = await connectMcp(`${url}/mcp`);
    await client.call('whoami');
    await client.close();
    const found = await findings(3);
    expect(found).toMatchObject([
      { rule: 'cookie-not-returned', fix: expect.stringContaining('--affinity mcp-streamable') },
    ]);
  });

  test('cookie-not-returned: InvokeFunction of the SDK without the session ID', async () => {
    const { emulator, findings } = await startTraffic([SHOP]);
    const sdk = fcSdk(Number(new URL(emulator.api).port));
    for (let n = 0; n < 3; n += 1) await sdk.invokeFunction('shop', new InvokeFunctionRequest({}));
    expect(await findings(3)).toMatchObject([
      { rule: 'cookie-not-returned', fix: expect.stringContaining('commonHeaders') },
    ]);
  });

  test('cookie-for-folder: a tough-cookie jar whose first page is in a folder', async () => {
    const { url, findings } = await startTraffic([SHOP]);
    const get = jarClient();
    for (const page of ['/api/login', '/api/me', '/']) await get(url + page);
    expect(await findings(3)).toMatchObject([
      {
        rule: 'cookie-for-folder',
        message:
          'the client "jar" got the session cookie at /api/login, so it sends the cookie only below /api/, and opened another session elsewhere',
        evidence: [
          expect.stringContaining('GET /api/login'),
          expect.stringMatching(/^without a cookie: GET \/ /),
        ],
      },
    ]);
  });

  test("two-session-cookies: curl's jar with a cookie for a folder and one for /", async () => {
    const { url, findings } = await startTraffic([SHOP]);
    const jar = join(temporaryFolder(), 'jar');
    for (const page of ['/api/login', '/', '/api/me']) await curl('-b', jar, '-c', jar, url + page);
    expect(await findings(3)).toMatchObject([
      { rule: 'two-session-cookies', message: expect.stringContaining('sends 2 session cookies') },
    ]);
  });

  test('jar-shared-by-ports: one tough-cookie jar for two functions of one address', async () => {
    const { emulator, findings } = await startTraffic([SHOP, { ...SHOP, functionName: 'cart' }]);
    const get = jarClient();
    const [shop = '', cart = ''] = emulator.functions.map(({ url }) => url);
    for (const url of [shop, cart, shop, cart]) await get(url);
    const found = await findings(4);
    expect(found.map(({ rule, functionName }) => [rule, functionName])).toEqual([
      ['jar-shared-by-ports', 'cart'],
    ]);
    expect(found[0]?.fix).toContain('http://cart.localhost');
  });

  test('one-id-for-all: curl and Node.js send one constant header', async () => {
    const { url, findings } = await startTraffic([HEADER]);
    const headers = { 'x-session-id': 'build-42' };
    for (let n = 0; n < 3; n += 1) await fetched(url, headers);
    for (let n = 0; n < 2; n += 1) await curl('-H', 'x-session-id: build-42', url);
    expect(await findings(5)).toMatchObject([
      {
        rule: 'one-id-for-all',
        message: expect.stringContaining('"build-42" in x-session-id'),
        evidence: expect.arrayContaining([expect.stringMatching(/^User-Agents: node, curl\//)]),
      },
    ]);
  });

  test('one-id-for-all: a client that writes "undefined"', async () => {
    const { url, findings } = await startTraffic([HEADER]);
    for (let n = 0; n < 5; n += 1) await fetched(url, { 'x-session-id': `${undefined}` });
    expect(await findings(5)).toMatchObject([{ rule: 'one-id-for-all' }]);
  });

  test('malformed-id: an e-mail address as the session ID', async () => {
    const { url, findings } = await startTraffic([HEADER]);
    await curl('-H', 'x-session-id: ann@example.com', url);
    expect(await findings(1)).toMatchObject([
      {
        rule: 'malformed-id',
        evidence: [
          '1 request with such an ID',
          expect.anything(),
          expect.stringContaining('ann@example.com'),
        ],
      },
    ]);
  });

  test('malformed-id: a cookie that a client has encoded', async () => {
    const { url, findings } = await startTraffic([SHOP]);
    await curl('-b', 'x-fc-cookie-session-id=%22a%22', url);
    expect(await findings(1)).toMatchObject([
      { rule: 'malformed-id', fix: expect.stringContaining('unchanged') },
    ]);
  });

  test('sessions-pile-up: each client has its own ID, and no client ends its session', async () => {
    const { url, findings } = await startTraffic([{ ...HEADER, maxInstances: 1, sessionsPerInstance: 3 }]);
    const statuses: number[] = [];
    for (let n = 0; n < 5; n += 1) statuses.push(await fetched(url, { 'x-session-id': randomUUID() }));
    expect(statuses).toEqual([200, 200, 200, 429, 429]);
    expect(await findings(5)).toMatchObject([
      {
        rule: 'sessions-pile-up',
        message: 'all instances are full of sessions: 2 requests got 429',
        evidence: ['3 sessions opened; an unused session keeps its slot for 30m', expect.anything()],
      },
    ]);
  });

  test('many sessions of a client that returns no cookie are one mistake', async () => {
    const { url, findings } = await startTraffic([{ ...SHOP, maxInstances: 1, sessionsPerInstance: 3 }]);
    for (let n = 0; n < 5; n += 1) await fetched(url);
    expect(await findings(5)).toMatchObject([{ rule: 'cookie-not-returned' }]);
  });

  test('upgrade-without-id: socket.io whose only transport is websocket', async () => {
    const { url, findings } = await startTraffic(
      [{ functionName: 'chat', command: ['node', join(import.meta.dirname, 'handlers/socket-io.js')] }],
      {},
    );
    const socket = io(url, { transports: ['websocket'], reconnection: false });
    await new Promise((resolve, reject) => socket.on('hello', resolve).on('connect_error', reject));
    socket.close();
    expect(await findings(1)).toMatchObject([
      {
        rule: 'upgrade-without-id',
        message: expect.stringContaining('opened 1 session by a WebSocket'),
        fix: expect.stringContaining('polling'),
      },
    ]);
  });

  test('idle-before-use: the client comes back after the idle time', async () => {
    const { url, clock, findings } = await startTraffic([{ ...SHOP, idle: '60s' }]);
    const get = jarClient();
    await get(url);
    await clock.advance(70_000);
    await get(url);
    expect(await findings(2)).toMatchObject([
      {
        rule: 'idle-before-use',
        evidence: ['unused for 70 s, the idle time is 60 s', expect.anything()],
        fix: expect.stringContaining('raise --idle'),
      },
    ]);
  });

  test('mcp-without-id: an MCP server without sessions', async () => {
    const { url, findings } = await startTraffic(
      [
        {
          functionName: 'mcp',
          command: ['node', join(FIXTURES, 'hello/app.js')],
          affinity: 'mcp-streamable',
        },
      ],
      {},
    );
    const reply = await fetch(`${url}/mcp`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params: {} }),
    });
    await reply.text();
    expect(await findings(1)).toMatchObject([
      { rule: 'mcp-without-id', fix: expect.stringContaining('sessionIdGenerator') },
    ]);
  });
});

describe('clients without a mistake', () => {
  test('a jar whose first page is /, clients with an ID each, a WebSocket after a page: nothing is found', async () => {
    const { emulator, url, findings } = await startTraffic(
      [
        { functionName: 'chat', command: ['node', join(import.meta.dirname, 'handlers/socket-io.js')] },
        {
          functionName: 'cart',
          command: ['node', join(FIXTURES, 'hello/app.js')],
          affinity: 'header',
          headerName: 'x-session-id',
        },
      ],
      {},
    );
    const jar = new CookieJar();
    const get = jarClient(jar);
    for (const page of ['/', '/api/me', '/api/login']) await get(url + page);
    const cookie = await jar.getCookieString(url);
    const socket = new WebSocket(`${url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`, {
      headers: { cookie },
    });
    await new Promise((resolve, reject) => socket.on('message', resolve).on('error', reject));
    socket.close();
    for (let n = 0; n < 3; n += 1)
      await fetched(emulator.function('cart').url, { 'x-session-id': randomUUID() });
    expect(await findings(7)).toEqual([]);
  });

  test('three requests of curl with long pauses may come from three people', async () => {
    const { url, clock, findings } = await startTraffic([SHOP]);
    for (let n = 0; n < 3; n += 1) {
      await curl(url);
      clock.advance(31_000);
    }
    expect(await findings(3)).toEqual([]);
  });

  test('two requests without a cookie may be two clients', async () => {
    const { url, findings } = await startTraffic([SHOP]);
    for (let n = 0; n < 2; n += 1) await fetched(url);
    expect(await findings(2)).toEqual([]);
  });
});
