import { execFile } from 'node:child_process';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { listen, startGateway, startUpstream, track } from '../support/gateway-fixture.js';
import { exchangeBytes, parseReply, untilClosed } from '../support/raw-client.js';
import { startHandler } from '../support/start-handler.js';
import { startStrictUpstream } from '../support/strict-upstream.js';

const curl = promisify(execFile);

const EXPECTING = [
  'POST /upload HTTP/1.1',
  'Host: localhost',
  'Content-Length: 5',
  'Expect: 100-continue',
  'Connection: close',
].join('\r\n');

/** A handler that decides itself about an expectation. */
async function startDecider(
  decide: 'continue' | 'refuse',
): Promise<{ host: string; port: number; expectations: string[] }> {
  const expectations: string[] = [];
  const server = createServer();
  server.on('checkContinue', (request, response) => {
    expectations.push(request.headers.expect ?? '');
    if (decide === 'refuse') {
      response.writeHead(401, { 'X-Why': 'no token' }).end('go away');
      return;
    }
    response.writeContinue();
    request.on('data', (chunk) => response.write(chunk)).on('end', () => response.end());
  });
  const sockets = track(server);
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { host: '127.0.0.1', port: await listen(server), expectations };
}

test('D6: the expectation reaches the handler, and its own 100 the client, before a byte of the body', async () => {
  const decider = await startDecider('continue');
  const { port } = await startGateway(decider);
  const socket = connect(port, '127.0.0.1');
  socket.write(`${EXPECTING}\r\n\r\n`);
  const first = await new Promise<Buffer>((resolve) => socket.once('data', resolve));

  expect(first.toString()).toBe('HTTP/1.1 100 Continue\r\n\r\n');
  const rest = untilClosed(socket);
  socket.write('hello');
  expect(parseReply(await rest)?.rest).toContain('hello');
  expect(decider.expectations).toEqual(['100-continue']);
});

test('D6: a refusal by the head reaches the client, which never gets a 100', async () => {
  const decider = await startDecider('refuse');
  const { port } = await startGateway(decider);

  const text = await exchangeBytes(port, `${EXPECTING}\r\n\r\n`);

  expect(parseReply(text)?.status).toBe(401);
  expect(parseReply(text)?.get('X-Why')).toBe('no token');
  expect(text).not.toContain('100 Continue');
});

test('D6: `curl` with an expectation sends no byte of a body that the handler refuses', async () => {
  const { port } = await startGateway(await startDecider('refuse'));

  const { stdout } = await curl('curl', [
    ...['-sS', '-H', 'Expect: 100-continue', '--data-binary', 'x'.repeat(50_000)],
    ...['-o', '/dev/null', '-w', '%{http_code} %{size_upload}', `http://127.0.0.1:${port}/`],
  ]);

  expect(stdout).toBe('401 0');
});

test.each([
  ['refuses', [], '417 0'],
  ['takes', ['-H', 'X-Token: 1'], '200 5'],
])('D6: a Python handler that %s an expectation is asked and heard', async (_, options, said) => {
  const file = join(import.meta.dirname, 'handlers/decides-expectation.py');
  const { url } = await startGateway(await startHandler('python3', file));

  const { stdout } = await curl('curl', [
    ...['-sS', '-H', 'Expect: 100-continue', ...options, '--data-binary', 'hello'],
    ...['--expect100-timeout', '20', '-o', '/dev/null', '-w', '%{http_code} %{size_upload}', url],
  ]);

  expect(stdout).toBe(said);
});

test.each([
  ['102', 'HTTP/1.1 102 Processing\r\n\r\n'],
  ['103', 'HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\nlink: </\xe9.js>; rel=preload\r\n\r\n'],
  ['199 of no name', 'HTTP/1.1 199 \r\nX-Progress: 50%\r\n\r\n'],
])(
  'D6: an interim reply %s passes to a client of HTTP/1.1 as it is, and none to one of HTTP/1.0',
  async (_, interim) => {
    const upstream = await startStrictUpstream(
      () => `${interim}HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok`,
    );
    const { port } = await startGateway(upstream);
    const ask = (version: string): Promise<string> =>
      exchangeBytes(port, `GET / HTTP/${version}\r\nHost: localhost\r\nConnection: close\r\n\r\n`);

    const [newer, older] = [await ask('1.1'), await ask('1.0')];

    expect(newer.startsWith(interim)).toBe(true);
    expect(parseReply(newer.slice(interim.length))).toMatchObject({ status: 200, rest: 'ok' });
    expect(parseReply(older)).toMatchObject({ status: 200, rest: 'ok' });
  },
);

test('D6: what belongs to one connection, or only the gateway may say, is taken out of an interim reply', async () => {
  const upstream = await startStrictUpstream(
    () =>
      'HTTP/1.1 103 Early Hints\r\nConnection: X-Hop\r\nX-Hop: 1\r\nX-Fc-Request-Id: forged\r\nContent-Length: 9\r\nX-Kept: 1\r\n\r\n' +
      'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok',
  );
  const { port } = await startGateway(upstream);

  const text = await exchangeBytes(port, 'GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');

  expect(text.startsWith('HTTP/1.1 103 Early Hints\r\nX-Kept: 1\r\n\r\nHTTP/1.1 200 OK\r\n')).toBe(true);
});

test('D6: an interim reply comes after the replies to earlier requests of its connection', async () => {
  const upstream = await startUpstream((request, response) => {
    if (request.url === '/slow') {
      setTimeout(() => response.end('slow'), 30);
      return;
    }
    response.writeEarlyHints({ link: '</a>; rel=preload' });
    setTimeout(() => response.end('fast'), 5);
  });
  const { port } = await startGateway(upstream);

  const text = await exchangeBytes(
    port,
    'GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\nGET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n',
  );

  expect(text.indexOf('slow')).toBeLessThan(text.indexOf('103 Early Hints'));
  expect(text.indexOf('103 Early Hints')).toBeLessThan(text.indexOf('fast'));
});

test('D6: a client of HTTP/1.0 that expects 100 gets none, and its body is not waited for by the handler', async () => {
  const upstream = await startStrictUpstream();
  const { port } = await startGateway(upstream);

  const text = await exchangeBytes(port, `${EXPECTING.replace('1.1', '1.0')}\r\n\r\nhello`);

  expect(parseReply(text)?.status).toBe(200);
  expect(text).not.toContain('100 Continue');
  expect(upstream.requests[0]?.body).toBe('hello');
  expect(upstream.requests[0]?.headers.map(([name]) => name.toLowerCase())).not.toContain('expect');
});

test('D6: a handler that floods interim replies costs a client that does not read no memory', async () => {
  const hint = `HTTP/1.1 103 Early Hints\r\nX: ${'x'.repeat(4000)}\r\n\r\n`;
  const upstream = await startStrictUpstream(() => hint.repeat(10_000));
  const { port, gateway } = await startGateway(upstream);
  let server: { writableLength: number } | undefined;
  gateway.server.on('connection', (socket) => {
    server = socket;
  });
  const socket = connect(port, '127.0.0.1').pause();
  onTestFinished(() => void socket.destroy());
  socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
  let most = 0;
  for (let n = 0; n < 200; n++) {
    await new Promise((resolve) => setTimeout(resolve, 2));
    most = Math.max(most, server?.writableLength ?? 0);
  }

  expect(most).toBeLessThan(512 * 1024);
});

test('D9: a head with a byte over 0x7f reaches the handler as it is beside an expectation', async () => {
  const upstream = await startStrictUpstream();
  const { port } = await startGateway(upstream);

  await exchangeBytes(port, `${EXPECTING}\r\nX-Name: caf\xe9\r\n\r\nhello`);

  expect(upstream.requests[0]?.headers).toContainEqual(['X-Name', 'caf\xe9']);
});
