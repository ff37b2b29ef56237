import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { expect, test } from 'vitest';
import { MovableClock } from '../../src/model/clock.js';
import { intervalAfter, isSelfConnected, untilListening } from '../../src/runtime/readiness.js';

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function connected(socket: Socket): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', reject);
  });
}

test('a connection that met itself is no handler', async () => {
  const port = await freePort();
  const socket = connect({ host: '127.0.0.1', port, localAddress: '127.0.0.1', localPort: port });
  await connected(socket);
  expect(isSelfConnected(socket)).toBe(true);
  socket.destroy();
});

test('a connection to a listener is one', async () => {
  const server = createServer((socket) => socket.destroy());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const socket = connect({ host: '127.0.0.1', port });
  await connected(socket);
  expect(isSelfConnected(socket)).toBe(false);
  const clock = new MovableClock();
  const address = await untilListening(port, { clock, signal: new AbortController().signal });
  expect(address).toEqual({ host: '127.0.0.1', port });
  socket.destroy();
  await new Promise((resolve) => server.close(resolve));
});

test('asking ends when it is called off', async () => {
  const abort = new AbortController();
  const asking = untilListening(await freePort(), { clock: new MovableClock(), signal: abort.signal });
  abort.abort(new Error('enough'));
  await expect(asking).rejects.toThrow('enough');
});

/** When the questions are asked that come before an instance that listens after so long is found. */
function questions(listensAfterMs: number, expectedMs: number): number[] {
  const asked = [0];
  for (let now = 0; now < listensAfterMs; asked.push(now)) now += intervalAfter(now, expectedMs);
  return asked;
}

test.each([
  ['nothing is known', 0],
  ['it is expected', 50],
  ['it was expected sooner', 20],
])('P6 a start is found within a twentieth of its time when %s', (_when, expectedMs) => {
  expect(questions(50, expectedMs).at(-1)).toBeLessThanOrEqual(52.5);
  expect(questions(5000, expectedMs * 100).at(-1)).toBeLessThanOrEqual(5025);
});

test('P6 a start like the one before it is asked less than half as often', () => {
  expect(questions(50, 50).length).toBeLessThan(questions(50, 0).length / 2);
});

test('a start much quicker than the one before it waits an eighth of that at most', () => {
  expect(questions(3, 400).at(-1)).toBeLessThanOrEqual(50);
});
