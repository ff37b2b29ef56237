import { createServer, type Server } from 'node:http';
import { connect, createServer as createNetServer, type Socket } from 'node:net';
import { expect, onTestFinished, test, vi } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { MovableClock } from '../../src/model/clock.js';
import { listen, startGateway, startUpstream, track, type Upstream } from '../support/gateway-fixture.js';
import { exchangeBytes, parseReply, untilClosed } from '../support/raw-client.js';

const HANDSHAKE = [
  'GET /chat//x?y HTTP/1.1',
  'Host: localhost',
  'Connection: keep-alive, Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
].join('\r\n');

interface Echo extends Upstream {
  readonly seen: { url: string | undefined; rawHeaders: readonly string[] }[];
}

async function startEcho({
  onSocket = (socket: WebSocket) =>
    socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary })),
} = {}): Promise<Echo> {
  const seen: Echo['seen'] = [];
  const server: Server = createServer();
  const sockets = track(server);
  const webSockets = new WebSocketServer({ server });
  webSockets.on('headers', (headers) =>
    headers.push(
      'Set-Cookie: own=1',
      'Set-Cookie: X-Fc-cookie-session-id=stolen',
      'X-CamelCase: kept',
      'X-Fc-Evil: 1',
      'Keep-Alive: timeout=1',
    ),
  );
  webSockets.on('connection', (socket, request) => {
    seen.push({ url: request.url, rawHeaders: request.rawHeaders });
    socket.on('error', () => {});
    onSocket(socket);
  });
  const port = await listen(server);
  const crash = async (): Promise<void> => {
    for (const socket of sockets) socket.resetAndDestroy();
    await new Promise((resolve) => server.close(resolve));
  };
  onTestFinished(crash);
  return { server, host: '127.0.0.1', port, sockets, crash, seen };
}

function opened(socket: WebSocket): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', reject);
  });
}

function closed(socket: WebSocket): Promise<number> {
  return new Promise((resolve) => {
    socket.once('close', resolve);
  });
}

/** Answers the head of the first request on each connection with these bytes. */
async function startScripted(
  answer: (socket: Socket, head: string) => void,
): Promise<{ host: string; port: number }> {
  const server = createNetServer((socket) => {
    socket.on('error', () => {});
    let head = '';
    socket.on('data', (chunk) => {
      const had = head.includes('\r\n\r\n');
      head += chunk.toString('latin1');
      if (!had && head.includes('\r\n\r\n')) answer(socket, head);
    });
  });
  const sockets = track(server);
  const port = await listen(server);
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { host: '127.0.0.1', port };
}

test('a WebSocket echoes text and binary through the gateway, any size (I22)', async () => {
  const { port, recorded, gateway, admission } = await startGateway(await startEcho());
  const socket = new WebSocket(`ws://127.0.0.1:${port}/`, { perMessageDeflate: false });
  await opened(socket);
  const replies: Buffer[] = [];
  const wanted = [Buffer.from('hello'), Buffer.alloc(200_000, 7), Buffer.alloc(3 * 1024 * 1024, 9)];
  const all = new Promise<void>((resolve) => {
    socket.on('message', (data) => {
      replies.push(data as Buffer);
      if (replies.length === wanted.length) resolve();
    });
  });

  for (const message of wanted) socket.send(message);
  await all;

  expect(replies.map((reply, at) => reply.equals(wanted[at] ?? Buffer.alloc(0)))).toEqual([true, true, true]);
  expect(gateway.inFlight).toBe(1);
  socket.close(1000);
  expect(await closed(socket)).toBe(1000);
  expect((await recorded(1))[0]).toMatchObject({
    upgrade: true,
    status: 101,
    outcome: 'completed',
    attempts: [{ outcome: 'answered' }],
  });
  expect(admission.assignments[0]?.left).toEqual([{ answered: true }]);
});

test('a 101 carries the request ID and the handler’s lines, but no cookie of ours and nothing of the connection (C26, G13)', async () => {
  const echo = await startEcho();
  const { port } = await startGateway(echo);
  const socket = connect(port, '127.0.0.1');
  socket.write(`${HANDSHAKE}\r\nX-Fc-Forged: 1\r\nKeep-Alive: 1\r\nX-Mixed: Case\r\n\r\n`);
  const [chunk] = await new Promise<Buffer[]>((resolve) => socket.once('data', (data) => resolve([data])));
  const reply = parseReply(chunk?.toString('latin1') ?? '');
  socket.destroy();

  expect(reply?.status).toBe(101);
  expect(reply?.all('Set-Cookie')).toEqual(['own=1']);
  expect(reply?.get('X-Fc-Request-Id')).toMatch(/^1-/);
  expect(reply?.headers.map(([name]) => name)).toContain('X-CamelCase');
  expect(reply?.get('Sec-WebSocket-Accept')).toBe('s3pPLMBiTxaQ9kYGzzhZRbK+xOo=');
  expect([reply?.get('X-Fc-Evil'), reply?.get('Keep-Alive')]).toEqual([undefined, undefined]);
  expect([reply?.all('Connection'), reply?.all('Upgrade')]).toEqual([['Upgrade'], ['websocket']]);
  const { url, rawHeaders = [] } = echo.seen[0] ?? {};
  expect(url).toBe('/chat//x?y');
  expect(rawHeaders).toContain('X-Mixed');
  expect(rawHeaders.join()).not.toMatch(/forged|Keep-Alive/i);
  expect(rawHeaders.filter((name) => /^connection$/i.test(name))).toHaveLength(1);
  expect(rawHeaders).toContain('x-fc-request-id');
});

test('a WebSocket offered beside another protocol is opened, and the instance is offered the WebSocket alone', async () => {
  const echo = await startEcho();
  const { port } = await startGateway(echo);
  const socket = connect(port, '127.0.0.1');
  socket.write(`${HANDSHAKE.replace('websocket', 'h2c, WebSocket')}\r\n\r\n`);
  const [chunk] = await new Promise<Buffer[]>((resolve) => socket.once('data', (data) => resolve([data])));
  socket.destroy();

  expect(parseReply(chunk?.toString('latin1') ?? '')?.status).toBe(101);
  const { rawHeaders = [] } = echo.seen[0] ?? {};
  expect(rawHeaders.filter((_, at) => at % 2 === 1 && /^upgrade$/i.test(rawHeaders[at - 1] ?? ''))).toEqual([
    'websocket',
  ]);
});

test('an upgrade behind a request that has no answer yet is not made: whose bytes come next would be in doubt (T13)', async () => {
  const echo = await startEcho();
  const { port } = await startGateway(echo);

  const text = await exchangeBytes(port, `GET / HTTP/1.1\r\nHost: localhost\r\n\r\n${HANDSHAKE}\r\n\r\n`, {
    idleMs: 3000,
  });

  expect([text, echo.seen]).toEqual(['', []]);
});

test('an upgrade to a foreign host is refused before anything else', async () => {
  const { port } = await startGateway(await startEcho());

  const reply = parseReply(
    await exchangeBytes(port, `${HANDSHAKE.replace('localhost', 'evil.example')}\r\n\r\n`),
  );

  expect(reply?.status).toBe(403);
});

test('the answer of a handler that refuses the upgrade passes: newly framed, and the cookie of the session that it opened', async () => {
  const upstream = await startUpstream(() => {});
  upstream.server.on('upgrade', (_request, socket: Socket) => {
    socket.end(
      'HTTP/1.1 426 No\r\nTransfer-Encoding: chunked\r\nX-Why: because\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n',
    );
  });
  const { port, recorded } = await startGateway(upstream);

  const text = await exchangeBytes(
    port,
    `${HANDSHAKE}\r\n\r\nGET /behind HTTP/1.1\r\nHost: localhost\r\n\r\n`,
  );

  const reply = parseReply(text);
  expect(reply?.status).toBe(426);
  expect(reply?.get('X-Why')).toBe('because');
  expect(reply?.get('Connection')).toBe('close');
  expect(reply?.all('Set-Cookie')).toHaveLength(1);
  expect(reply?.rest).toBe('3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n');
  expect((await recorded(1))[0]).toMatchObject({ status: 426, outcome: 'completed', upgrade: true });
});

test('a long answer to a refused upgrade is delivered whole, however slowly it is read', async () => {
  const body = 'x'.repeat(3 * 1024 * 1024);
  const upstream = await startUpstream(() => {});
  upstream.server.on('upgrade', (_request, socket: Socket) => {
    socket.end(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
  });
  const { port } = await startGateway(upstream);

  const reply = parseReply(await exchangeBytes(port, `${HANDSHAKE}\r\n\r\n`));

  expect(reply?.rest.length).toBe(body.length);
});

test('bytes sent right behind the handshake reach the instance after the switch', async () => {
  const upstream = await startScripted((socket) => {
    socket.write(
      'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nfirst',
    );
    socket.on('data', (chunk) => socket.end(`echo:${chunk}`));
  });
  const { port } = await startGateway(upstream);

  const text = await exchangeBytes(port, `${HANDSHAKE}\r\n\r\nearly`);

  expect(text.split('\r\n\r\n')[1]).toBe('firstecho:early');
});

test('twenty clients that reset during the handshake fail no other request', async () => {
  const { port, gateway } = await startGateway(await startScripted(() => {}));
  for (let n = 0; n < 20; n++) {
    const socket = connect(port, '127.0.0.1');
    await new Promise<void>((resolve) => socket.write(`${HANDSHAKE}\r\n\r\n`, () => resolve()));
    socket.resetAndDestroy();
  }

  await drained(gateway);
});

test('an instance killed under a WebSocket ends the client’s connection at once, without a close frame (F-03)', async () => {
  const echo = await startEcho();
  const { port, recorded, gateway } = await startGateway(echo);
  const socket = new WebSocket(`ws://127.0.0.1:${port}/`);
  await opened(socket);
  const killedAt = performance.now();

  void echo.crash();

  expect(await closed(socket)).toBe(1006);
  expect(performance.now() - killedAt).toBeLessThan(1000);
  expect((await recorded(1))[0]).toMatchObject({ outcome: 'broken', status: 101 });
  await drained(gateway);
});

test('a client that goes away closes the instance’s side and releases the assignment', async () => {
  const gone = new Promise<number>((resolve) => {
    void startEcho({ onSocket: (socket) => socket.on('close', resolve) }).then(async (echo) => {
      const { port } = await startGateway(echo);
      const socket = new WebSocket(`ws://127.0.0.1:${port}/`);
      await opened(socket);
      socket.terminate();
    });
  });

  expect(await gone).toBe(1006);
});

test('the function timeout closes a WebSocket, and the record names the option (U37, U43)', async () => {
  const clock = new MovableClock({ frozen: true });
  const { port, recorded } = await startGateway(await startEcho(), { clock, timeout: 5 });
  const socket = new WebSocket(`ws://127.0.0.1:${port}/`);
  await opened(socket);

  await clock.advance(4999);
  expect(socket.readyState).toBe(WebSocket.OPEN);
  const code = closed(socket);
  await clock.advance(1);

  expect(await code).toBe(1006);
  const [record] = await recorded(1);
  expect(record).toMatchObject({ outcome: 'broken', status: 101, refusal: { code: 'FunctionTimeout' } });
  expect(record?.refusal?.fix).toContain('--timeout');
});

test('the instance’s side of a WebSocket is closed at the function timeout too (F-06)', async () => {
  const clock = new MovableClock({ frozen: true });
  const codes: number[] = [];
  const echo = await startEcho({ onSocket: (socket) => socket.on('close', (code) => codes.push(code)) });
  const { port } = await startGateway(echo, { clock, timeout: 5 });
  const socket = new WebSocket(`ws://127.0.0.1:${port}/`);
  await opened(socket);

  await clock.advance(5000);

  await vi.waitFor(() => expect(codes).toEqual([1006]), { timeout: 5000, interval: 5 });
});

test('an upgrade whose instance is gone is answered 502, tried once more before', async () => {
  const upstream = await startScripted((socket) => socket.resetAndDestroy());
  const { port, admission, recorded } = await startGateway(upstream);

  const reply = parseReply(await exchangeBytes(port, `${HANDSHAKE}\r\n\r\n`));

  expect(reply?.status).toBe(502);
  expect(JSON.parse(reply?.rest ?? '').Code).toBe('ProcessExited');
  expect(admission.assignments[0]?.retried).toEqual(['reset']);
  expect((await recorded(1))[0]?.attempts.map(({ retry }) => retry)).toEqual(['reset', undefined]);
});

test('many WebSockets leave nothing behind', async () => {
  const echo = await startEcho();
  const { port, gateway, admission } = await startGateway(echo);
  const sockets = Array.from({ length: 30 }, () => new WebSocket(`ws://127.0.0.1:${port}/`));
  await Promise.all(sockets.map(opened));
  expect(gateway.inFlight).toBe(30);

  const ends = sockets.map(closed);
  for (const [at, socket] of sockets.entries()) at % 2 === 0 ? socket.terminate() : socket.close();
  await Promise.all(ends);
  await drained(gateway);

  expect(admission.staying).toBe(0);
  expect(admission.assignments.every(({ left }) => left.length === 1)).toBe(true);
});

test('a raw tunnel ends for the client when the instance ends its side, everything delivered', async () => {
  const upstream = await startScripted((socket) => {
    socket.end(
      `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n${'y'.repeat(500_000)}`,
    );
  });
  const { port } = await startGateway(upstream);
  const socket = connect(port, '127.0.0.1');
  socket.write(`${HANDSHAKE}\r\n\r\n`);

  const text = await untilClosed(socket);

  expect(text.split('\r\n\r\n')[1]?.length).toBe(500_000);
});

async function drained(gateway: { inFlight: number }): Promise<void> {
  while (gateway.inFlight > 0) await new Promise((resolve) => setImmediate(resolve));
}
