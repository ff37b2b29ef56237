import { once } from 'node:events';
import http, { type IncomingMessage } from 'node:http';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Agents, decideReuse, hasReceived } from '../../src/gateway/agents.js';
import { MovableClock } from '../../src/model/clock.js';

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';

/** Connections in the order of their coming. */
let came: Socket[];
/** The number of the connection on which each request came, in the order of the requests. */
let asked: number[];
let reply: (socket: Socket) => void;
let server: Server;
let agents: Agents;
let clock: MovableClock;

beforeEach(async () => {
  came = [];
  asked = [];
  reply = (socket) => socket.write(OK);
  clock = new MovableClock({ frozen: true });
  agents = new Agents(clock);
  server = createServer((socket) => {
    const number = came.push(socket) - 1;
    socket.on('error', () => {});
    socket.on('data', () => {
      asked.push(number);
      reply(socket);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});

afterEach(() => {
  agents.destroy();
  for (const socket of came) socket.destroy();
  server.close();
});

function send(method = 'GET'): http.ClientRequest {
  const { port } = server.address() as AddressInfo;
  const agent = agents.of('c-1', { host: '127.0.0.1', port });
  // Node asks no more of an agent than that it takes requests.
  const request = http.request({ host: '127.0.0.1', port, method, agent: agent as never });
  request.on('response', (message) => decideReuse(request, message));
  return request.end();
}

/** @returns when the reply is whole and its connection is free */
async function answered(request: http.ClientRequest): Promise<void> {
  const [message] = (await once(request, 'response')) as [IncomingMessage];
  message.resume();
  await once(request, 'close');
}

test('a request takes the connection that the one before it left', async () => {
  await proveThatTheInstanceKeepsConnections();
  for (let count = 0; count < 5; count++) await answered(send());
  expect(asked).toEqual([0, 0, 0, 0, 0, 0]);
});

test('requests at the same time do not wait: each has its own connection', async () => {
  const waiting: Socket[] = [];
  reply = (socket) => {
    if (waiting.push(socket) === 50) for (const one of waiting) one.write(OK);
  };
  await Promise.all(Array.from({ length: 50 }, () => answered(send())));
  expect([...asked].sort((one, other) => one - other)).toEqual([...came.keys()]);
});

test('of several unused connections the one used last goes first', async () => {
  await proveThatTheInstanceKeepsConnections();
  const waiting: Socket[] = [];
  reply = (socket) => void waiting.push(socket);
  const [one, other] = [send(), send()];
  while (waiting.length < 2) await turnOfTheLoop();
  waiting[1]?.write(OK);
  await answered(other);
  waiting[0]?.write(OK);
  await answered(one);
  reply = (socket) => socket.write(OK);
  await answered(send());
  expect(asked).toEqual([0, 0, 1, 0]);
});

test('F-11 bytes that come after the end of a reply meet no other request', async () => {
  await proveThatTheInstanceKeepsConnections();
  const first = send();
  await answered(first);
  const before = first.socket?.bytesRead;
  came[0]?.write('HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged');
  while (first.socket?.bytesRead === before) await turnOfTheLoop();
  await answered(send());
  expect(asked).toEqual([0, 0, 1]);
});

test('I25 an error between two requests, while Node does not listen for errors, fails no other request', async () => {
  await proveThatTheInstanceKeepsConnections();
  const request = send();
  const [message] = (await once(request, 'response')) as [IncomingMessage];
  const { socket } = message;
  message.resume();
  // Node has let go of the connection by now, and not yet given it back.
  message.once('end', () => socket.destroy(new Error('reset')));
  await new Promise((resolve) => socket.once('close', resolve));
  await answered(send());
  expect(asked).toEqual([0, 0, 1]);
});

test('a connection that the instance has closed is not used', async () => {
  await proveThatTheInstanceKeepsConnections();
  const first = send();
  await answered(first);
  came[0]?.destroy();
  while (!first.socket?.destroyed) await turnOfTheLoop();
  await answered(send());
  expect(asked).toEqual([0, 0, 1]);
});

test.each([
  ['Keep-Alive: timeout=1', [0, 1]],
  ['keep-ALIVE: timeout=0', [0, 1]],
  ['Keep-Alive: max=100, Timeout=1', [0, 1]],
  ['Keep-Alive: timeout=5, max=100', [0, 0]],
  ['Keep-Alive: nonsense', [0, 0]],
  ['Connection: close', [0, 1]],
])('after "%s" the next request comes on connection %j', async (line, expected) => {
  reply = (socket) => socket.write(`HTTP/1.1 200 OK\r\n${line}\r\nContent-Length: 2\r\n\r\nok`);
  await proveThatTheInstanceKeepsConnections();
  await answered(send());
  expect(asked).toEqual(expected);
});

test('an unused connection is closed after a second', async () => {
  const first = send();
  await answered(first);
  await clock.advance(999);
  expect(first.socket?.destroyed).toBe(false);
  await clock.advance(1);
  expect(first.socket?.destroyed).toBe(true);
  await ended(came[0] as Socket);
});

test('a request that is under way keeps its connection, however long it takes', async () => {
  await proveThatTheInstanceKeepsConnections();
  let held: Socket | undefined;
  reply = (socket) => {
    held = socket;
  };
  const slow = send();
  while (held === undefined) await turnOfTheLoop();
  const first: Socket = held;
  reply = (socket) => socket.write(OK);
  // Another connection's second passes meanwhile.
  await answered(send());
  await clock.advance(60_000);
  await ended(came[1] as Socket);
  first.write(OK);
  await answered(slow);
  await answered(send());
  expect(asked).toEqual([0, 0, 1, 0]);
});

test('it is known whether anything came in answer to the present request', async () => {
  await proveThatTheInstanceKeepsConnections();
  let held: Socket | undefined;
  reply = (socket) => {
    held = socket;
  };
  const second = send();
  while (held === undefined) await turnOfTheLoop();
  expect(hasReceived(second)).toBe(false);
  second.on('response', (message) => message.resume());
  held.write('HTTP/1.1 ');
  while (!hasReceived(second)) await turnOfTheLoop();
  held.write('200 OK\r\nContent-Length: 0\r\n\r\n');
  await once(second, 'close');
  expect(asked).toEqual([0, 0]);
});

test('destroying ends connections in use and unused ones', async () => {
  await answered(send());
  reply = () => {};
  const pending = send();
  const failed = once(pending, 'error');
  while (asked.length < 2) await turnOfTheLoop();
  agents.destroy();
  await failed;
  if (!came[0]?.destroyed) await once(came[0] as Socket, 'close');
});

describe('D3: a connection is used again only when it is known to live', () => {
  test('D3: the first kept connection waits 50 ms unused; requests meanwhile have connections of their own', async () => {
    await answered(send());
    await clock.advance(49);
    await answered(send());
    await clock.advance(1);
    await turnOfTheLoop();
    await answered(send());
    expect(asked).toEqual([0, 1, 1]);
  });

  test('D3: an instance that closes within the 50 ms gets a connection for each request', async () => {
    const first = send();
    await answered(first);
    came[0]?.end();
    await closed(first);
    await proveThatTheInstanceKeepsConnections();
    await answered(send());
    await answered(send());
    expect(asked).toEqual([0, 1, 2, 3]);
  });

  test('D3: an instance that closes one later, unused, gets a connection for each request from then on', async () => {
    await proveThatTheInstanceKeepsConnections();
    const second = send();
    await answered(second);
    came[0]?.end();
    await closed(second);
    await answered(send());
    await answered(send());
    expect(asked).toEqual([0, 0, 1, 2]);
  });

  test('D3: an instance that closes one under the next request gets a connection for each request from then on', async () => {
    await proveThatTheInstanceKeepsConnections();
    reply = (socket) => socket.destroy();
    const second = send();
    await once(second, 'error');
    reply = (socket) => socket.write(OK);
    await answered(send());
    await answered(send());
    expect(asked).toEqual([0, 0, 1, 2]);
  });

  test.each([
    ['says so', 'Connection: close'],
    ['says when', 'Keep-Alive: timeout=1'],
  ])('D3: an instance that closes and %s keeps its word', async (_, line) => {
    await proveThatTheInstanceKeepsConnections();
    reply = (socket) => socket.end(`HTTP/1.1 200 OK\r\n${line}\r\nContent-Length: 2\r\n\r\nok`);
    await answered(send());
    reply = (socket) => socket.write(OK);
    await answered(send());
    await answered(send());
    expect(asked).toEqual([0, 0, 1, 1]);
  });

  test('D3: a reply that is cut off does not count against the handler', async () => {
    await proveThatTheInstanceKeepsConnections();
    reply = (socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\nok');
    const second = send();
    second.on('response', (message) => message.on('error', () => {}).resume());
    await once(second, 'close');
    reply = (socket) => socket.write(OK);
    await answered(send());
    await answered(send());
    expect(asked).toEqual([0, 0, 1, 1]);
  });
});

test.each([
  ['HEAD', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n'],
  ['GET', 'HTTP/1.1 204 No Content\r\n\r\n'],
  ['GET', 'HTTP/1.1 304 Not Modified\r\nContent-Length: 2\r\n\r\n'],
])('D4: a connection is not kept behind a reply to %s without a body', async (method, head) => {
  await proveThatTheInstanceKeepsConnections();
  reply = (socket) => socket.write(head);
  await answered(send(method));
  reply = (socket) => socket.write(OK);
  await answered(send());
  expect(asked).toEqual([0, 0, 1]);
});

test('D4: an instance that sent bytes between two replies gets a connection for each request from then on', async () => {
  await proveThatTheInstanceKeepsConnections();
  const second = send();
  await answered(second);
  const before = second.socket?.bytesRead;
  came[0]?.write('x');
  while (second.socket?.bytesRead === before) await turnOfTheLoop();
  for (let count = 0; count < 3; count++) await answered(send());
  expect(asked).toEqual([0, 0, 1, 2, 3]);
});

/** Sends one request, and lets its connection be unused for long enough. */
async function proveThatTheInstanceKeepsConnections(): Promise<void> {
  await answered(send());
  await clock.advance(50);
  await turnOfTheLoop();
}

async function closed({ socket }: http.ClientRequest): Promise<void> {
  while (!socket?.closed) await turnOfTheLoop();
}

/** Lets what has come to the sockets of this process be read. */
function turnOfTheLoop(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(() => setImmediate(resolve));
  });
}

/** The end may have come already. */
async function ended(socket: Socket): Promise<void> {
  if (!socket.readableEnded) await once(socket, 'end');
}
