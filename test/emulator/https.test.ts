import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { Agent, request as httpsRequest } from 'node:https';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { expect, onTestFinished, test } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { startEmulator } from '../../src/emulator.js';
import type { EmulatorOptions } from '../../src/emulator-options.js';
import { MovableClock } from '../../src/model/clock.js';
import { completeFunction } from '../../src/model/function-config.js';
import { answerTls } from '../../src/system/answer-tls.js';
import { createServer } from '../../src/system/create-server.js';
import { listen } from '../../src/system/listen.js';
import { selfSignedCertificate } from '../../src/system/self-signed-certificate.js';
import { inProcessDriver } from '../support/in-process-driver.js';

const config = completeFunction({
  functionName: 'Shop',
  command: ['in-process'],
  sessionAffinity: 'GENERATED_COOKIE',
});

async function start(options: Partial<EmulatorOptions> = {}) {
  const driver = inProcessDriver((request, response) => {
    response.setHeader('x-method', request.method ?? '');
    request.pipe(response);
  });
  const emulator = await startEmulator({ functions: [{ config }], driver, https: true, ...options });
  onTestFinished(() => emulator.stopNow());
  return { emulator, driver, port: Number(new URL(emulator.url).port), ca: emulator.certificate };
}

interface Said {
  readonly status: number | undefined;
  readonly body: string;
  readonly cookies: readonly string[];
}

async function ask(
  send: (options: RequestOptions) => ReturnType<typeof httpRequest>,
  body?: string | Buffer,
): Promise<Said> {
  const request = send({ method: body === undefined ? 'GET' : 'POST' });
  request.end(body);
  const [response]: IncomingMessage[] = (await once(request, 'response')) as [IncomingMessage];
  if (response === undefined) throw new Error('no response');
  const cookies = response.headers['set-cookie'] ?? [];
  return { status: response.statusCode, body: await text(response), cookies };
}

test('one port answers HTTP and TLS, for every name by which it can be called', async () => {
  const { port, ca } = await start();
  for (const host of ['127.0.0.1', 'localhost', 'shop.localhost']) {
    const servername = host === '127.0.0.1' ? {} : { servername: host };
    const said = await ask((options) =>
      httpsRequest({
        ...options,
        ...servername,
        port,
        ca,
        headers: { host },
        lookup: (_, { all }, done) =>
          all ? done(null, [{ address: '127.0.0.1', family: 4 }]) : done(null, '127.0.0.1', 4),
        host,
      }),
    );
    expect(said).toMatchObject({
      status: 200,
      cookies: [expect.stringContaining('x-fc-cookie-session-id=')],
    });
  }
  expect(await ask((options) => httpRequest({ ...options, port }))).toMatchObject({ status: 200 });
});

test('a client that does not trust the certificate refuses it', async () => {
  const { port } = await start();
  await expect(ask((options) => httpsRequest({ ...options, port }))).rejects.toThrow('self-signed');
});

test('another Host is refused over TLS too', async () => {
  const { port, ca } = await start();
  const headers = { host: 'evil.example' };
  const servername = 'localhost';
  expect(await ask((options) => httpsRequest({ ...options, port, ca, headers, servername }))).toMatchObject({
    status: 403,
  });
});

test.each([0, 1, 100_000, 5_000_000])(
  '%i bytes pass both ways unchanged, over one kept connection',
  async (size) => {
    const { port, ca } = await start();
    const body = Buffer.alloc(size, 'abcdefg').toString();
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    onTestFinished(() => agent.destroy());
    for (let count = 0; count < 3; count++) {
      const said = await ask((options) => httpsRequest({ ...options, port, ca, agent }), body);
      expect(said.status).toBe(200);
      expect(said.body === body).toBe(true);
      expect(await ask((options) => httpRequest({ ...options, port }), body)).toMatchObject({ status: 200 });
    }
    expect(Object.values(agent.freeSockets).flat()).toHaveLength(1);
  },
);

test('a WebSocket passes over TLS, as over TCP', async () => {
  const { driver, emulator, ca } = await start();
  await fetch(emulator.url);
  const [instance] = driver.running;
  if (instance === undefined) throw new Error('no instance runs');
  const echo = new WebSocketServer({ noServer: true });
  instance.server.on('upgrade', (request, socket, head) =>
    echo.handleUpgrade(request, socket, head, (client) => client.on('message', (data) => client.send(data))),
  );
  for (const url of [emulator.url.replace('http', 'wss'), emulator.url.replace('http', 'ws')]) {
    const client = new WebSocket(url, ca === undefined ? {} : { ca });
    onTestFinished(() => client.terminate());
    await once(client, 'open');
    client.send('hello');
    const [data] = await once(client, 'message');
    expect(String(data)).toBe('hello');
  }
});

test('bytes that come one by one, and requests in one packet, are read as without TLS', async () => {
  const { port } = await start();
  const head = `GET / HTTP/1.1\r\nHost: localhost\r\n\r\n`;
  const whole = await replies(port, (socket) => socket.write(head + head), 2);
  const dribbled = await replies(
    port,
    async (socket) => {
      for (const byte of head) await new Promise((resolve) => socket.write(byte, resolve));
    },
    1,
  );
  expect([whole, dribbled]).toEqual([2, 1]);
});

test('an offered upgrade is ignored over TLS, and the requests behind it are served', async () => {
  const { port, ca } = await start();
  const socket = connectTls({ port, ca });
  onTestFinished(() => void socket.destroy());
  await once(socket, 'secureConnect');
  const offer = 'Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQ\r\n';
  socket.write(
    `GET /1 HTTP/1.1\r\nHost: localhost\r\n${offer}\r\nGET /2 HTTP/1.1\r\nHost: localhost\r\n\r\n`,
  );
  expect(await countReplies(socket, 2)).toBe(2);
});

test('what is neither HTTP nor TLS is refused, and the next client is served', async () => {
  const { port, ca } = await start();
  for (const bytes of ['\x16\x03\x01garbage that is no handshake', '\x00\x01', 'HELO\r\n\r\n']) {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => {});
    socket.write(Buffer.from(bytes, 'latin1'));
    socket.resume();
    socket.end();
    await once(socket, 'close');
  }
  expect(await ask((options) => httpsRequest({ ...options, port, ca }))).toMatchObject({ status: 200 });
});

test('without https a TLS client is refused', async () => {
  const { port, ca } = await start({ https: false });
  expect(ca).toBeUndefined();
  await expect(ask((options) => httpsRequest({ ...options, port }))).rejects.toThrow();
});

test('the end of the emulator closes TLS connections, and those that have sent nothing', async () => {
  const { emulator, port, ca } = await start();
  const silent = connect(port, '127.0.0.1');
  const idle = connectTls({ port, ca });
  await Promise.all([once(silent, 'connect'), once(idle, 'secureConnect')]);
  silent.on('error', () => {});
  idle.on('error', () => {});
  const closed = Promise.all([once(silent, 'close'), once(idle, 'close')]);
  silent.resume();
  idle.resume();
  await emulator.stop();
  await closed;
});

test('a connection that sends nothing for 10 s is closed', async () => {
  const clock = new MovableClock({ frozen: true });
  const server = createServer();
  const closeSilent = answerTls(server, selfSignedCertificate(['localhost'], Date.now()), clock);
  onTestFinished(() => {
    closeSilent();
    server.close();
  });
  const accepted = once(server, 'connection');
  const socket = connect(Number(new URL(await listen(server, '127.0.0.1', 0)).port), '127.0.0.1');
  socket.on('error', () => {}).resume();
  await accepted;
  let isClosed = false;
  const closed = once(socket, 'close').then(() => {
    isClosed = true;
  });
  await clock.advance(9_999);
  expect(isClosed).toBe(false);
  await clock.advance(1);
  await closed;
});

async function replies(port: number, send: (socket: Socket) => unknown, count: number): Promise<number> {
  const socket = connect(port, '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  await once(socket, 'connect');
  void send(socket);
  return countReplies(socket, count);
}

/** @returns how many replies with status 200 came, when `count` did or the connection closed */
async function countReplies(socket: Socket | TLSSocket, count: number): Promise<number> {
  let received = '';
  for await (const chunk of socket) {
    received += chunk;
    if (received.split('HTTP/1.1 200').length > count) break;
  }
  return received.split('HTTP/1.1 200').length - 1;
}
