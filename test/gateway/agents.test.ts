import { once } from 'node:events';
import http, { type IncomingMessage } from 'node:http';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Agents, hasReceived, heedKeepAlive } from '../../src/gateway/agents.js';
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

function send(): http.ClientRequest {
  const { port } = server.address() as AddressInfo;
  const agent = agents.of('c-1', { host: '127.0.0.1', port });
  // Node asks no more of an agent than that it takes requests.
  const request = http.request({ host: '127.0.0.1', port, agent: agent as never });
  request.on('response', (message) => heedKeepAlive(request, message));
  return request.end();
}

/** @returns when the reply is whole and its connection is free */
async function answered(request: http.ClientRequest): Promise<void> {
  const [message] = (await once(request, 'response')) as [IncomingMessage];
  message.resume();
  await once(request, 'close');
}

test('a request takes the connection that the one before it left', async () => {
  for (let count = 0; count < 5; count++) await answered(send());
  expect(asked).toEqual([0, 0, 0, 0, 0]);
});

test('requests at the same time wait for nobody: each has a connection of its own', async () => {
  const waiting: Socket[] = [];
  reply = (socket) => {
    if (waiting.push(socket) === 50) for (const one of waiting) one.write(OK);
  };
  await Promise.all(Array.from({ length: 50 }, () => answered(send())));
  expect([...asked].sort((one, other) => one - other)).toEqual([...came.keys()]);
});

test('of several unused connections the one used last goes first', async () => {
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
  expect(asked).toEqual([0, 1, 0]);
});

test('F-11 bytes that come after the end of a reply meet no other request', async () => {
  const first = send();
  await answered(first);
  const before = first.socket?.bytesRead;
  came[0]?.write('HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged');
  while (first.socket?.bytesRead === before) await turnOfTheLoop();
  await answered(send());
  expect(asked).toEqual([0, 1]);
});

test('I25 an error between two requests, in the moment in which Node does not listen for it, harms nobody', async () => {
  const request = send();
  const [message] = (await once(request, 'response')) as [IncomingMessage];
  const { socket } = message;
  message.resume();
  // Node has let go of the connection by now, and not yet given it back.
  message.once('end', () => socket.destroy(new Error('reset')));
  await new Promise((resolve) => socket.once('close', resolve));
  await answered(send());
  expect(asked).toEqual([0, 1]);
});

test('a connection that the instance has closed is not used', async () => {
  const first = send();
  await answered(first);
  came[0]?.destroy();
  while (!first.socket?.destroyed) await turnOfTheLoop();
  await answered(send());
  expect(asked).toEqual([0, 1]);
});

test.each([
  ['Keep-Alive: timeout=1', [0, 1]],
  ['keep-ALIVE: timeout=0', [0, 1]],
  ['Keep-Alive: timeout=5, max=100', [0, 0]],
  ['Keep-Alive: nonsense', [0, 0]],
  ['Connection: close', [0, 1]],
])('after "%s" the next request comes on connection %j', async (line, expected) => {
  reply = (socket) => socket.write(`HTTP/1.1 200 OK\r\n${line}\r\nContent-Length: 2\r\n\r\nok`);
  await answered(send());
  await answered(send());
  expect(asked).toEqual(expected);
});

test('a connection that nobody uses is closed after a second', async () => {
  const first = send();
  await answered(first);
  await clock.advance(999);
  expect(first.socket?.destroyed).toBe(false);
  await clock.advance(1);
  expect(first.socket?.destroyed).toBe(true);
  await once(came[0] as Socket, 'end');
});

test('a request that is under way keeps its connection, however long it takes', async () => {
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
  await once(came[1] as Socket, 'end');
  first.write(OK);
  await answered(slow);
  await answered(send());
  expect(asked).toEqual([0, 1, 0]);
});

test('it is known whether anything came in answer to the present request', async () => {
  await answered(send());
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

/** Lets what has come to the sockets of this process be read. */
function turnOfTheLoop(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(() => setImmediate(resolve));
  });
}
