import { connect, createServer, type Socket } from 'node:net';
import { expect, onTestFinished, test, vi } from 'vitest';
import { MovableClock } from '../../src/model/clock.js';
import { listen, startGateway, track } from '../support/gateway-fixture.js';
import { untilClosed } from '../support/raw-client.js';

const HANDSHAKE = [
  'GET / HTTP/1.1',
  'Host: localhost',
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
].join('\r\n');
const SWITCH = 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n';

/** An instance that switches and then does as it is told. */
async function startSwitching(
  onSwitched: (socket: Socket) => void,
  lines = '',
): Promise<{ host: string; port: number; sockets: ReadonlySet<Socket> }> {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.once('data', () => {
      socket.write(`${SWITCH}${lines}\r\n`, 'latin1');
      onSwitched(socket);
    });
  });
  const sockets = track(server);
  const port = await listen(server);
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { host: '127.0.0.1', port, sockets };
}

async function open(port: number): Promise<{ socket: Socket; text: Promise<string> }> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  socket.write(`${HANDSHAKE}\r\n\r\n`);
  await new Promise<void>((resolve) => socket.once('readable', resolve));
  return { socket, text: untilClosed(socket) };
}

test('D7: what the instance sends after the client has ended its side arrives: its last frames and its Close', async () => {
  for (let round = 0; round < 8; round++) {
    const upstream = await startSwitching((socket) => {
      let heard = '';
      socket.on('data', (chunk) => {
        heard += chunk;
      });
      socket.on('end', () => {
        socket.write('x'.repeat(100_000));
        setTimeout(() => socket.end(`after ${heard}`), 20);
      });
    });
    const { port, recorded } = await startGateway(upstream);
    const { socket, text } = await open(port);

    socket.end('last frames');

    const [, frames = ''] = (await text).split('\r\n\r\n');
    expect(frames.length).toBe(100_000 + 'after last frames'.length);
    expect(frames.endsWith('after last frames')).toBe(true);
    expect((await recorded(1))[0]).toMatchObject({ outcome: 'completed', status: 101 });
  }
});

test('D7: what the client sends after the instance has ended its side arrives', async () => {
  let heard = '';
  const upstream = await startSwitching((socket) => {
    socket.end('bye');
    socket.on('data', (chunk) => {
      heard += chunk;
    });
  });
  const { port, recorded } = await startGateway(upstream);
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  socket.write(`${HANDSHAKE}\r\n\r\n`);
  socket.resume();
  await new Promise<void>((resolve) => socket.once('end', resolve));
  socket.write('x'.repeat(200_000));
  await new Promise((resolve) => setTimeout(resolve, 20));
  socket.end('and bye');

  await vi.waitFor(() => expect(heard.length).toBe(200_000 + 'and bye'.length), {
    timeout: 3000,
    interval: 5,
  });
  expect((await recorded(1))[0]).toMatchObject({ outcome: 'completed', status: 101 });
});

test.each(['client', 'instance'])(
  'D7: a side that never ends after the %s has is given up after a second of silence',
  async (who) => {
    const clock = new MovableClock({ frozen: true });
    const upstream = await startSwitching((socket) => {
      socket.resume();
      if (who === 'instance') socket.end();
    });
    const { port, recorded, records } = await startGateway(upstream, { clock });
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    socket.write(`${HANDSHAKE}\r\n\r\n`);
    await new Promise<void>((resolve) => socket.once('data', () => resolve()));
    if (who === 'client') socket.end();
    const [instance] = upstream.sockets;
    await vi.waitFor(() => expect((who === 'client' ? instance : socket)?.readableEnded).toBe(true));

    await clock.advance(999);
    expect([socket.destroyed, records]).toEqual([false, []]);
    await clock.advance(1);

    if (who === 'instance') socket.end();
    await vi.waitFor(() => expect(socket.closed).toBe(true), { timeout: 5000, interval: 5 });
    expect((await recorded(1))[0]).toMatchObject({ outcome: 'completed', status: 101 });
  },
);

test('D7: a side that goes on sending after the other has ended is heard to its end, however long that lasts', async () => {
  const clock = new MovableClock({ frozen: true });
  let instance: Socket | undefined;
  const upstream = await startSwitching((socket) => {
    instance = socket.resume();
  });
  const { port } = await startGateway(upstream, { clock });
  const { socket, text } = await open(port);
  let seen = 0;
  socket.on('data', (chunk) => {
    seen += chunk.length;
  });
  socket.end();
  await vi.waitFor(() => expect(instance?.readableEnded).toBe(true));
  for (let second = 0; second < 5; second++) {
    const before = seen;
    instance?.write('tick');
    await vi.waitFor(() => expect(seen).toBeGreaterThan(before));
    await clock.advance(999);
  }
  instance?.end('over');

  expect((await text).endsWith('tickover')).toBe(true);
});

test('D7: a client that has ended its side and reads nothing is given up after ten seconds', async () => {
  const clock = new MovableClock({ frozen: true });
  const upstream = await startSwitching((socket) => {
    socket.resume();
    const flood = (): void => {
      while (socket.write(Buffer.alloc(65_536)));
    };
    socket.on('drain', flood);
    flood();
  });
  const { port, recorded, records, gateway } = await startGateway(upstream, { clock });
  let served: Socket | undefined;
  gateway.server.on('connection', (accepted) => {
    served = accepted;
  });
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true }).pause();
  onTestFinished(() => void socket.destroy());
  socket.end(`${HANDSHAKE}\r\n\r\n`);
  let taken = -1;
  await vi.waitFor(
    () => {
      const { bytesWritten = 0, writableLength = 0 } = served ?? {};
      const before = taken;
      taken = bytesWritten - writableLength;
      expect([writableLength > 0, taken]).toEqual([true, before]);
    },
    { timeout: 10_000, interval: 100 },
  );

  for (let second = 0; second < 9; second++) await clock.advance(1000);
  expect(records).toEqual([]);
  for (let second = 0; second < 3; second++) await clock.advance(1000);

  expect((await recorded(1))[0]).toMatchObject({ status: 101 });
});

test('D9: a byte over 0x7f in the head of a 101 passes as it is', async () => {
  const upstream = await startSwitching((socket) => socket.end('\x81\x00'), 'X-Name: caf\xe9 \xff\r\n');
  const { port } = await startGateway(upstream);
  const { socket, text } = await open(port);

  const whole = await text;
  socket.destroy();

  expect(whole).toContain('X-Name: caf\xe9 \xff\r\n');
});
