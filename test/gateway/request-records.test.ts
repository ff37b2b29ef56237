import { connect, createServer } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { FcError } from '../../src/model/errors.js';
import { listen, startGateway, startUpstream, track } from '../support/gateway-fixture.js';
import { exchangeBytes, request } from '../support/raw-client.js';

const PAGE = [
  'Origin: http://shop.example',
  'User-Agent: Mozilla/5.0',
  'SEC-FETCH-SITE: same-site',
  'Sec-Fetch-Mode: cors',
  'Sec-Fetch-Dest: empty',
].join('\n');

async function startHello(): Promise<Awaited<ReturnType<typeof startGateway>>> {
  return startGateway(await startUpstream((_, response) => response.end('hello')));
}

describe('the evidence in the record of a request', () => {
  test('holds who asked, by the headers of the browser', async () => {
    const { port, recorded } = await startHello();

    await request(port, `GET / HTTP/1.1\nHost: localhost\n${PAGE}`);

    expect((await recorded(1))[0]?.evidence).toEqual({
      cookie: 'none',
      origin: 'http://shop.example',
      userAgent: 'Mozilla/5.0',
      secFetchSite: 'same-site',
      secFetchMode: 'cors',
      secFetchDest: 'empty',
    });
  });

  test('is bounded, and takes the first of several', async () => {
    const { port, recorded } = await startHello();

    await request(
      port,
      `GET / HTTP/1.1\nHost: localhost\nUser-Agent: ${'x'.repeat(5000)}\nUser-Agent: other`,
    );

    expect((await recorded(1))[0]?.evidence).toEqual({ cookie: 'none', userAgent: 'x'.repeat(256) });
  });

  test('says what the session cookie was: none, malformed, unknown, known', async () => {
    const { port, recorded } = await startHello();
    const [planted = ''] = (await request(port, 'GET / HTTP/1.1\nHost: localhost')).all('Set-Cookie');
    const [pair = ''] = planted.split(';');
    for (const cookie of [
      'x-fc-cookie-session-id=a b',
      'x-fc-cookie-session-id=never-given',
      pair,
      'other=1',
    ])
      await request(port, `GET / HTTP/1.1\nHost: localhost\nCookie: ${cookie}`);

    const cookies = (await recorded(5)).map(({ evidence }) => evidence.cookie);

    expect(cookies).toEqual(['none', 'malformed', 'unknown', 'known', 'none']);
  });

  test.each([
    ['SessionExpired', 'expired'],
    ['InvalidSessionStatus', 'known'],
    ['ResourceExhausted', undefined],
  ] as const)('of a request refused with %s says that its cookie was %s', async (code, cookie) => {
    const upstream = await startUpstream((_, response) => response.end());
    const admit = () => Promise.reject(new FcError(code, 'no'));
    const { port, recorded } = await startGateway(upstream, { admission: () => ({ admit }) });

    await request(port, 'GET / HTTP/1.1\nHost: localhost\nCookie: x-fc-cookie-session-id=some-session');

    expect((await recorded(1))[0]?.evidence.cookie).toBe(cookie);
  });

  test('counts the session cookies where there are several, and names the one that was not used', async () => {
    const { port, recorded } = await startHello();
    const of = (cookie: string) => request(port, `GET / HTTP/1.1\nHost: localhost\nCookie: ${cookie}`);
    await of('a=1; x-fc-cookie-session-id=one; x-fc-cookie-session-id=two');
    await of('x-fc-cookie-session-id=one; xx-fc-cookie-session-id=two');

    const [several, one] = (await recorded(2)).map(({ evidence }) => evidence);

    expect(several).toEqual({ cookie: 'unknown', cookies: 2, presented: 'one' });
    expect(one).toEqual({ cookie: 'unknown', presented: 'one' });
  });

  test.each([
    'MCP-Protocol-Version: 2025-06-18',
    'Mcp-Session-Id: a',
    'Accept: application/json, text/event-stream',
  ])('knows a client of MCP by %s', async (line) => {
    const { port, recorded } = await startHello();
    await request(port, `GET / HTTP/1.1\nHost: localhost\n${line}`);
    expect((await recorded(1))[0]?.evidence).toEqual({ cookie: 'none', mcp: true });
  });

  test('of a function without a session cookie says nothing of one', async () => {
    const upstream = await startUpstream((_, response) => response.end());
    const { port, recorded } = await startGateway(upstream, { sessionAffinity: 'NONE' });

    await request(port, 'GET / HTTP/1.1\nHost: localhost\nCookie: x-fc-cookie-session-id=some-session');

    expect((await recorded(1))[0]?.evidence).toEqual({});
  });

  test('is there of a request that fails the checks', async () => {
    const { port, recorded } = await startHello();

    await request(port, 'GET / HTTP/1.1\nHost: evil.example\nOrigin: http://evil.example');

    expect((await recorded(1))[0]).toMatchObject({
      status: 403,
      attempts: [],
      evidence: { origin: 'http://evil.example' },
    });
  });
});

describe('the attempts in the record of a request', () => {
  test('are none for a request that was refused before', async () => {
    const { port, recorded } = await startHello();

    await exchangeBytes(port, 'BREW / HTTP/1.1\r\nHost: localhost\r\n\r\n');

    expect((await recorded(1))[0]?.attempts).toEqual([]);
  });

  test('tell each instance, why it was chosen, how the try ended, and when', async () => {
    let count = 0;
    const server = createServer((socket) => {
      socket.on('error', () => {});
      socket.once('data', () => {
        count += 1;
        if (count === 1) socket.resetAndDestroy();
        else socket.end('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
      });
    });
    const sockets = track(server);
    onTestFinished(() => {
      for (const socket of sockets) socket.destroy();
      server.close();
    });
    const { port, recorded } = await startGateway({ host: '127.0.0.1', port: await listen(server) });

    await request(port, 'GET / HTTP/1.1\nHost: localhost');

    const [record] = await recorded(1);
    const decision = { placement: expect.any(String), instanceId: expect.any(String) };
    expect(record?.attempts).toMatchObject([
      { decision, outcome: 'failed', failure: { code: 'ProcessExited' }, retry: 'reset' },
      { decision, outcome: 'answered' },
    ]);
    const [first, second] = record?.attempts ?? [];
    const times = [
      first?.admittedMs,
      first?.endedMs,
      second?.admittedMs,
      second?.firstByteMs,
      second?.endedMs,
    ];
    expect(times).toEqual([...times].sort((one = -1, other = -1) => one - other));
    expect(first?.firstByteMs).toBeUndefined();
    expect(second?.endedMs).toBeLessThanOrEqual(record?.durationMs ?? -1);
  });

  test('of a reply that could not be finished say that it was broken', async () => {
    const upstream = await startUpstream((incoming, response) => {
      response.writeHead(200, { 'Content-Length': '100' });
      response.write('half');
      setImmediate(() => incoming.socket.resetAndDestroy());
    });
    const { port, recorded } = await startGateway(upstream);

    await exchangeBytes(port, 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');

    expect((await recorded(1))[0]).toMatchObject({ outcome: 'broken', attempts: [{ outcome: 'broken' }] });
  });

  test('of a client that left before the answer say that the try was abandoned', async () => {
    const upstream = await startUpstream(() => {});
    const { port, recorded } = await startGateway(upstream);
    const socket = connect(port, '127.0.0.1');
    socket.write('POST / HTTP/1.1\r\nHost: localhost\r\n\r\n');
    upstream.server.once('request', () => socket.resetAndDestroy());

    expect((await recorded(1))[0]).toMatchObject({
      outcome: 'client-closed',
      attempts: [{ outcome: 'abandoned' }],
    });
  });
});
