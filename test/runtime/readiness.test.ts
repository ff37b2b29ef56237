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
function questions(listensAfterMs: number, expectedMs?: number): number[] {
  const asked = [0];
  for (let now = 0; now < listensAfterMs; asked.push(now)) now += intervalAfter(now, expectedMs);
  return asked;
}

test.each([
  ['quicker than', 50],
  ['like', 45],
  ['slower than', 20],
])('P6 a start %s the one before it is found within a twentieth of its time', (_how, expectedMs) => {
  expect(questions(45, expectedMs).at(-1)).toBeLessThanOrEqual(45 * 1.05);
  expect(questions(4500, expectedMs * 100).at(-1)).toBeLessThanOrEqual(4525);
});

test('P6 a first start is found within a tenth of its time and a millisecond', () => {
  for (let ms = 1; ms < 1000; ms *= 1.1) expect(questions(ms).at(-1)).toBeLessThanOrEqual(ms * 1.1 + 1);
});

test('P6 a start is asked twenty times, and less often when it is like the one before it', () => {
  expect(questions(50).length).toBeLessThanOrEqual(20);
  expect(questions(50, 50).length).toBeLessThanOrEqual(15);
});

test('a start much quicker than the one before it waits an eighth of that at most', () => {
  expect(questions(3, 400).at(-1)).toBeLessThanOrEqual(50);
});
