import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { expect, test } from 'vitest';
import { MovableClock } from '../../src/model/clock.js';
import { isSelfConnected, untilListening } from '../../src/runtime/readiness.js';

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
