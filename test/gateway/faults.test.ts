import type { IncomingMessage, ServerResponse } from 'node:http';
import http from 'node:http';
import { connect, createServer, type Socket } from 'node:net';
import { expect, test, vi } from 'vitest';
import { MovableClock } from '../../src/model/clock.js';
import { listen, startGateway, startUpstream } from '../support/gateway-fixture.js';
import { exchangeBytes, parseReply, request, untilClosed } from '../support/raw-client.js';
import { startTreating } from '../support/treating-upstream.js';

/** For what must come at once, on a machine that may be busy. */
const WAITING = { timeout: 5000, interval: 5 };
const EXITED = 'Process exited unexpectedly before completing request';

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';

function codeOf(body: string): string {
  return JSON.parse(body).Code;
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve));
}

test.each(['POST', 'PUT', 'PATCH', 'DELETE'])(
  'a %s whose instance dies unanswered gets 502 and is not sent again (F-01, G21, U38)',
  async (method) => {
    const upstream = await startTreating((socket) => socket.resetAndDestroy());
    const { port, admission, recorded } = await startGateway(upstream);

    const reply = await request(port, `${method} / HTTP/1.1\nHost: localhost`);

    expect(reply.status).toBe(502);
    expect(JSON.parse(reply.rest)).toEqual({
      RequestId: reply.get('X-Fc-Request-Id'),
      Code: 'ProcessExited',
      Message: EXITED,
    });
    expect(reply.all('Set-Cookie')).toEqual([]);
    expect(upstream.requests()).toBe(1);
    expect(admission.assignments.map(({ left, retried }) => ({ left, retried }))).toEqual([
      { left: [{ answered: false }], retried: [] },
    ]);
    expect((await recorded(1))[0]).toMatchObject({
      outcome: 'refused',
      status: 502,
      attempts: [{ outcome: 'failed', failure: { code: 'ProcessExited', message: EXITED } }],
      refusal: { code: 'ProcessExited' },
    });
  },
);

test.each(['GET', 'HEAD', 'OPTIONS'])(
  'a %s whose instance closes unanswered is sent once more, then answered (F-01, G21, U45)',
  async (method) => {
    const upstream = await startTreating((socket, count) => (count === 0 ? socket.end() : socket.end(OK)));
    const { port, admission, recorded } = await startGateway(upstream);

    const reply = await request(port, `${method} / HTTP/1.1\nHost: localhost`);

    expect(reply.status).toBe(200);
    expect(reply.all('Set-Cookie')).toHaveLength(1);
    expect(upstream.requests()).toBe(2);
    expect(admission.assignments[0]).toMatchObject({ retried: ['reset'], left: [{ answered: true }] });
    expect((await recorded(1))[0]).toMatchObject({
      outcome: 'completed',
      attempts: [
        { outcome: 'failed', failure: { code: 'ProcessExited' }, retry: 'reset' },
        { outcome: 'answered' },
      ],
    });
  },
);

test('a GET is sent twice at most, then 502 (G21, I21)', async () => {
  const upstream = await startTreating((socket) => socket.resetAndDestroy());
  const { port, admission } = await startGateway(upstream);

  const reply = await request(port, 'GET / HTTP/1.1\nHost: localhost');

  expect([reply.status, JSON.parse(reply.rest).Message]).toEqual([502, EXITED]);
  expect(upstream.requests()).toBe(2);
  expect(admission.assignments[0]).toMatchObject({ retried: ['reset'], left: [{ answered: false }] });
  expect(admission.staying).toBe(0);
});

test('a GET with a body is not sent again', async () => {
  const upstream = await startTreating((socket) => socket.resetAndDestroy());
  const { port } = await startGateway(upstream);

  const reply = await request(port, 'GET / HTTP/1.1\nHost: localhost\nContent-Length: 2', 'hi');

  expect([reply.status, upstream.requests()]).toEqual([502, 1]);
});

test('a GET of whose reply one byte came is not sent again', async () => {
  const upstream = await startTreating((socket) => socket.end('H'));
  const { port } = await startGateway(upstream);

  const reply = await request(port, 'GET / HTTP/1.1\nHost: localhost');

  expect([reply.status, upstream.requests()]).toEqual([502, 1]);
});

test('the same holds on a connection that was used before', async () => {
  const upstream = await startTreating((socket, count) => {
    if (count === 0) socket.write(OK);
    else socket.end('H');
  });
  const clock = new MovableClock({ frozen: true });
  const { port } = await startGateway(upstream, { clock });

  await request(port, 'GET / HTTP/1.1\nHost: localhost');
  await clock.advance(50);
  const reply = await request(port, 'GET / HTTP/1.1\nHost: localhost');

  expect([reply.status, upstream.requests()]).toEqual([502, 2]);
});

test('a refused connection is tried once more for any method, the body untouched till then', async () => {
  const upstream = await startUpstream((incoming, response) => incoming.pipe(response));
  const dead = createServer();
  const deadPort = await listen(dead);
  await new Promise((resolve) => dead.close(resolve));
  let tries = 0;
  const { port, admission } = await startGateway(() =>
    tries++ === 0 ? { host: '127.0.0.1', port: deadPort } : upstream,
  );

  const reply = await request(port, 'POST / HTTP/1.1\nHost: localhost\nContent-Length: 5', 'hello');

  expect([reply.status, reply.rest.includes('hello')]).toEqual([200, true]);
  expect(admission.assignments[0]).toMatchObject({ retried: ['refused'], left: [{ answered: true }] });
});

const CHUNKS_BEGUN = 'Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n';
const LENGTH_BEGUN = 'Content-Length: 100\r\n\r\nhello';

test.each([
  ['in chunks', 'is killed', CHUNKS_BEGUN, (socket: Socket) => socket.resetAndDestroy()],
  ['by length', 'is killed', LENGTH_BEGUN, (socket: Socket) => socket.resetAndDestroy()],
  ['until the end', 'is killed', 'X: y\r\n\r\nhello', (socket: Socket) => socket.resetAndDestroy()],
  ['in chunks', 'closes', CHUNKS_BEGUN, (socket: Socket) => socket.end()],
  ['by length', 'closes', LENGTH_BEGUN, (socket: Socket) => socket.end()],
] as const)(
  'in the middle of a body %s the instance %s: the client’s connection is broken off (F-02)',
  async (_framing, _how, head, kill) => {
    const upstream = await startTreating((socket) => socket.write(`HTTP/1.1 200 OK\r\n${head}`));
    const { port, gateway, recorded } = await startGateway(upstream);
    const client = connect(port, '127.0.0.1');
    client.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await new Promise((resolve) => client.once('data', resolve));
    const ended = untilClosed(client);
    const killedAt = performance.now();

    for (const socket of upstream.sockets) kill(socket);

    expect(await ended).not.toContain('0\r\n\r\n');
    expect(performance.now() - killedAt).toBeLessThan(1000);
    expect((await recorded(1))[0]).toMatchObject({ outcome: 'broken', status: 200 });
    await until(() => gateway.inFlight === 0);
  },
);

test('for a client of HTTP/1.0 the broken body ends with a reset, since a mere end would look whole (F-02)', async () => {
  const upstream = await startTreating((socket) =>
    socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n'),
  );
  const { port } = await startGateway(upstream);
  const client = connect(port, '127.0.0.1');
  client.write('GET / HTTP/1.0\r\nHost: localhost\r\n\r\n');
  await new Promise((resolve) => client.once('data', resolve));
  const failures: (string | undefined)[] = [];
  client.once('error', ({ code }: NodeJS.ErrnoException) => failures.push(code));

  for (const socket of upstream.sockets) socket.resetAndDestroy();
  await untilClosed(client);

  expect(failures).toEqual(['ECONNRESET']);
});

test('a hanging function gets 504 at its timeout, its connection closed, its slot given back (F-06, U37, U43)', async () => {
  const clock = new MovableClock({ frozen: true });
  const upstream = await startTreating(() => {});
  const { port, admission, recorded } = await startGateway(upstream, { clock, timeout: 7 });
  const answer = request(port, 'GET / HTTP/1.1\nHost: localhost');
  await until(() => upstream.requests() === 1);

  await clock.advance(6999);
  expect(admission.staying).toBe(1);
  await clock.advance(1);
  const reply = await answer;

  expect(reply.status).toBe(504);
  expect(JSON.parse(reply.rest)).toMatchObject({
    Code: 'FunctionTimeout',
    Message: 'Function time out after 7 seconds',
  });
  expect(reply.get('Content-Disposition')).toBeUndefined();
  expect(admission.assignments[0]?.left).toEqual([{ answered: false }]);
  expect((await recorded(1))[0]?.refusal?.fix).toContain('--timeout');
  await until(() => upstream.sockets.size === 0);
});

test('a stream is cut at the function timeout, without an end (F-06, S07)', async () => {
  const clock = new MovableClock({ frozen: true });
  const upstream = await startUpstream((_, response) => response.write('data: 1\n\n'));
  const { port, recorded } = await startGateway(upstream, { clock, timeout: 7 });
  const client = connect(port, '127.0.0.1');
  client.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
  await new Promise((resolve) => client.once('data', resolve));
  const rest = untilClosed(client);

  await clock.advance(7000);

  expect(await rest).not.toContain('0\r\n\r\n');
  expect((await recorded(1))[0]).toMatchObject({
    outcome: 'broken',
    status: 200,
    refusal: { code: 'FunctionTimeout' },
  });
});

test('the time an instance takes to start does not count (U43)', async () => {
  const clock = new MovableClock({ frozen: true });
  const upstream = await startUpstream((_, response) => void response.end());
  let start = (): void => {};
  const started = new Promise<void>((resolve) => {
    start = resolve;
  });
  const { port, admission } = await startGateway(() => started.then(() => upstream), { clock, timeout: 1 });
  const answer = request(port, 'GET / HTTP/1.1\nHost: localhost');
  await until(() => admission.assignments.length === 1);

  await clock.advance(60_000);
  start();

  expect((await answer).status).toBe(200);
});

test.each([
  ['before the head', 'FIN', 500, (_: IncomingMessage, response: ServerResponse): void => void response],
  ['before the head', 'reset', 500, (_: IncomingMessage, response: ServerResponse): void => void response],
  // A FIN alone may be that of a client that still reads: after 1 s of silence it is taken for gone (D8).
  [
    'in the reply',
    'FIN',
    1500,
    (_: IncomingMessage, response: ServerResponse): void => void response.write('x'),
  ],
  [
    'in the reply',
    'reset',
    500,
    (_: IncomingMessage, response: ServerResponse): void => void response.write('x'),
  ],
] as const)(
  'a client that leaves %s by %s ends the request on the instance, once and soon (F-10)',
  async (_, how, withinMs, listener) => {
    const closed: number[] = [];
    let arrived = (): void => {};
    const arrival = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    const upstream = await startUpstream((incoming, response) => {
      response.on('close', () => closed.push(performance.now()));
      listener(incoming, response);
      arrived();
    });
    const { port, admission, gateway, recorded } = await startGateway(upstream);
    const call = http.get({ port, host: '127.0.0.1', path: '/' }).on('error', () => {});
    await arrival;
    await new Promise((resolve) => setImmediate(resolve));
    const leftAt = performance.now();

    if (how === 'FIN') call.destroy();
    else call.socket?.resetAndDestroy();
    await vi.waitFor(() => expect(closed).toHaveLength(1), WAITING);

    expect((closed[0] ?? Number.POSITIVE_INFINITY) - leftAt).toBeLessThan(withinMs);
    expect((await recorded(1))[0]).toMatchObject({ outcome: 'client-closed', status: 499 });
    expect(admission.assignments[0]?.left).toHaveLength(1);
    await until(() => gateway.inFlight === 0);
  },
);

test('a client that leaves after its whole body was taken ends the request on the instance (F-10)', async () => {
  const taken: IncomingMessage[] = [];
  let closed = 0;
  const upstream = await startUpstream((incoming, response) => {
    incoming.resume();
    incoming.on('end', () => taken.push(incoming));
    response.on('close', () => {
      closed += 1;
    });
  });
  const { port, admission, recorded } = await startGateway(upstream);
  const client = connect(port, '127.0.0.1');
  client.write('POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\nabc');
  await until(() => taken.length === 1);

  client.destroy();

  await vi.waitFor(() => expect(closed).toBe(1), WAITING);
  expect((await recorded(1))[0]).toMatchObject({ outcome: 'client-closed', status: 499 });
  expect(admission.assignments[0]?.left).toEqual([{ answered: false }]);
});

test('a client that leaves in the middle of its upload ends the request on the instance (F-10)', async () => {
  let aborted = (): void => {};
  const abortion = new Promise<void>((resolve) => {
    aborted = resolve;
  });
  const upstream = await startUpstream((incoming) => {
    incoming.on('error', () => aborted());
    incoming.resume();
  });
  const { port, admission, recorded } = await startGateway(upstream);
  const client = connect(port, '127.0.0.1');
  client.write('POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\nabc');
  await until(() => upstream.sockets.size > 0);

  client.destroy();
  await abortion;

  expect((await recorded(1))[0]).toMatchObject({ outcome: 'client-closed', status: 499 });
  expect(admission.assignments[0]?.left).toEqual([{ answered: false }]);
});

test('event streams whose clients have gone leave no connection open (F5, G7)', async () => {
  const upstream = await startUpstream((_, response) => void response.write(': hello\n\n'));
  const { port, gateway } = await startGateway(upstream);
  const clients = await Promise.all(
    Array.from({ length: 200 }, async () => {
      const client = connect(port, '127.0.0.1').on('error', () => {});
      client.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
      await new Promise((resolve) => client.once('data', resolve));
      return client;
    }),
  );
  expect(gateway.inFlight).toBe(200);

  for (const client of clients) client.destroy();
  await until(() => gateway.inFlight === 0 && upstream.sockets.size === 0);
});

test('a client that is gone before its instance is there is not forwarded', async () => {
  const upstream = await startTreating((socket) => socket.write(OK));
  let start = (): void => {};
  const started = new Promise<void>((resolve) => {
    start = resolve;
  });
  const { port, admission, records, gateway } = await startGateway(() => started.then(() => upstream));
  const noticed = new Promise((resolve) => {
    gateway.server.once('connection', (socket: Socket) => socket.once('close', resolve));
  });
  const client = connect(port, '127.0.0.1');
  client.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
  await until(() => admission.assignments.length === 1);
  client.resetAndDestroy();
  await noticed;
  // The request is over at once, its instance is not.
  await vi.waitFor(() => expect(records).toHaveLength(1), WAITING);
  expect(records[0]).toMatchObject({ outcome: 'client-closed', status: 499, attempts: [] });

  start();

  await vi.waitFor(() => expect(admission.assignments[0]?.left).toHaveLength(1), WAITING);
  expect(admission.assignments[0]?.left).toEqual([{ answered: false }]);
  expect(upstream.requests()).toBe(0);
});

test.each([
  ['quick', 0],
  ['slow', 120],
])('a client that closes its half still gets its %s answer (F-12)', async (_, delay) => {
  const upstream = await startUpstream((incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk) => chunks.push(chunk));
    incoming.on('end', () => setTimeout(() => response.end(Buffer.concat(chunks)), delay));
  });
  const { port } = await startGateway(upstream);

  const text = await exchangeBytes(
    port,
    'POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nhello',
    { end: true },
  );

  const reply = parseReply(text.replaceAll('HTTP/1.1 100 Continue\r\n\r\n', ''));
  expect([reply?.status, reply?.rest.includes('hello')]).toEqual([200, true]);
});

test('a client that closes its half gets the whole of a long answer (F-12)', async () => {
  const upstream = await startUpstream((_, response) => void response.end(Buffer.alloc(5_000_000, 'z')));
  const { port } = await startGateway(upstream);

  const text = await exchangeBytes(port, 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n', { end: true });

  expect(parseReply(text.replaceAll('HTTP/1.1 100 Continue\r\n\r\n', ''))?.rest.length).toBe(5_000_000);
});

test('an answer that comes before the whole body was sent reaches the client, and the rest the instance', async () => {
  let total = 0;
  const upstream = await startUpstream((incoming, response) => {
    response.end('early');
    incoming.on('data', (chunk) => {
      total += chunk.length;
    });
  });
  const { port, gateway, recorded } = await startGateway(upstream);
  const client = connect(port, '127.0.0.1');
  client.write('POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 200000\r\n\r\n');
  let text = '';
  client.on('data', (chunk) => {
    text += chunk.toString();
  });
  await until(() => text.includes('early'));
  expect(gateway.inFlight).toBe(1);

  client.write(Buffer.alloc(200_000));
  await recorded(1);
  await until(() => total === 200_000);
  client.write('GET /next HTTP/1.1\r\nHost: localhost\r\n\r\n');

  await until(() => text.split('early').length === 3);
  expect((await recorded(2)).map(({ outcome }) => outcome)).toEqual(['completed', 'completed']);
});

test('after a 502 the connection of the client goes on with its next request', async () => {
  const upstream = await startTreating((socket, count) =>
    count === 0 ? socket.resetAndDestroy() : socket.write(OK),
  );
  const { port } = await startGateway(upstream);

  const text = await exchangeBytes(
    port,
    'POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\nabcGET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n',
  );

  expect(text.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 502', 'HTTP/1.1 200']);
});

test('bytes that an instance sends without being asked never meet the next request (F-11)', async () => {
  const poison = 'HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison';
  const upstream = await startTreating((socket) => {
    socket.write(OK);
    setImmediate(() => socket.write(poison));
  });
  const { port } = await startGateway(upstream);

  for (let n = 0; n < 20; n++) {
    const reply = await request(port, 'GET / HTTP/1.1\nHost: localhost');
    expect(reply.status).toBe(200);
    expect(reply.rest).not.toContain('poison');
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
  }
});

test('a connection on which an instance sent bytes without being asked is not used again (F-11)', async () => {
  const connections: Socket[] = [];
  const upstream = await startTreating((socket) => {
    if (!connections.includes(socket)) connections.push(socket);
    socket.write(OK);
  });
  const clock = new MovableClock({ frozen: true });
  const { port } = await startGateway(upstream, { clock });
  await request(port, 'GET / HTTP/1.1\nHost: localhost');
  await clock.advance(50);
  await request(port, 'GET / HTTP/1.1\nHost: localhost');
  expect(connections).toHaveLength(1);

  await new Promise<void>((resolve) => connections[0]?.write('H', () => resolve()));
  await roundTrip();
  const reply = await request(port, 'GET / HTTP/1.1\nHost: localhost');

  expect([reply.status, connections.length]).toEqual([200, 2]);
});

/** What was in a socket of this process before has been read by its owner afterwards. */
async function roundTrip(): Promise<void> {
  const echo = createServer((socket) => socket.on('error', () => {}).end('x'));
  const port = await listen(echo);
  await untilClosed(connect(port, '127.0.0.1'));
  await new Promise((resolve) => echo.close(resolve));
}

test('a body over the limit that comes in chunks is cut off with 400, and the instance does not get it whole', async () => {
  const upstream = await startUpstream((incoming, response) => {
    incoming.on('error', () => {});
    incoming.resume();
    incoming.on('end', () => response.end('all of it'));
  });
  const { port, recorded } = await startGateway(upstream, { maxBodyBytes: 1000 });

  const reply = await request(
    port,
    'POST / HTTP/1.1\nHost: localhost\nTransfer-Encoding: chunked',
    `3e9\r\n${'x'.repeat(1001)}\r\n0\r\n\r\n`,
  );

  expect(reply.status).toBe(400);
  expect(JSON.parse(reply.rest).Message).toBe('payload size exceeds maximum allowed size (1000 bytes)');
  expect(codeOf(reply.rest)).toBe('EntityTooLarge');
  expect((await recorded(1))[0]?.outcome).toBe('refused');
});

test('a body of exactly the limit passes, by length and in chunks', async () => {
  const upstream = await startUpstream((incoming, response) => {
    incoming.resume();
    incoming.on('end', () => response.end());
  });
  const { port } = await startGateway(upstream, { maxBodyBytes: 1000 });
  const body = 'x'.repeat(1000);

  const replies = await Promise.all([
    request(port, 'POST / HTTP/1.1\nHost: localhost\nContent-Length: 1000', body),
    request(
      port,
      'POST / HTTP/1.1\nHost: localhost\nTransfer-Encoding: chunked',
      `3e8\r\n${body}\r\n0\r\n\r\n`,
    ),
    request(port, 'POST / HTTP/1.1\nHost: localhost\nContent-Length: 1001', `${body}x`),
  ]);

  expect(replies.map(({ status }) => status)).toEqual([200, 200, 400]);
});

test('a broken chunk in the middle of a body ends that request with 400 and its connection', async () => {
  const upstream = await startUpstream((incoming) => {
    incoming.on('error', () => {});
    incoming.resume();
  });
  const { port, recorded } = await startGateway(upstream);

  const text = await exchangeBytes(
    port,
    'POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nZZ\r\nGET /behind HTTP/1.1\r\nHost: localhost\r\n\r\n',
  );

  expect(text.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 400']);
  expect((await recorded(1)).map(({ status, outcome }) => [status, outcome])).toEqual([[400, 'refused']]);
});

test('a client that leaves after an early answer, its body half sent, releases its assignment (F-10)', async () => {
  const upstream = await startUpstream((incoming, response) => {
    incoming.on('error', () => {});
    incoming.resume();
    response.end('early');
  });
  const { port, gateway, recorded } = await startGateway(upstream);
  const client = connect(port, '127.0.0.1').on('error', () => {});
  client.write('POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\nabc');
  await new Promise((resolve) => client.once('data', resolve));
  await new Promise((resolve) => setImmediate(resolve));

  client.destroy();

  expect((await recorded(1))[0]?.outcome).toBe('completed');
  await until(() => gateway.inFlight === 0);
});
