import { randomInt, randomUUID } from 'node:crypto';
import { type AddressInfo, createServer } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { MovableClock } from '../../src/model/clock.js';
import { createIds } from '../../src/model/ids.js';
import { Guard } from '../../src/runtime/guard.js';
import { LocalInstance } from '../../src/runtime/local-instance.js';
import { MarkedProcesses } from '../../src/runtime/marked-processes.js';
import { instanceRange, Ports } from '../../src/runtime/ports.js';
import { StartQueue } from '../../src/runtime/start-queue.js';
import { fetchText, never, node, specOf } from './local-instances.js';

async function occupied(wanted = 0): Promise<number> {
  const server = createServer((socket) => socket.destroy());
  await new Promise<void>((resolve) => server.listen(wanted, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

/** An instance that is given these ports, whether free or not, and then truly free ones. */
function instanceGiven(given: number[], command = node('hello/app.js')) {
  const clock = new MovableClock();
  const nonce = randomUUID();
  const guard = new Guard({ clock, nonce, path: process.env.PATH ?? '', onWarning: () => {} });
  const free = new Ports({ begin: Math.random() });
  const asked: number[] = [];
  const ports = {
    async take() {
      const port = given.shift() ?? (await free.take());
      asked.push(port);
      return port;
    },
    giveBack: (port: number) => free.giveBack(port),
  };
  const parts = {
    clock,
    sessionClock: clock,
    guard,
    ports,
    queue: new StartQueue(clock),
    marked: new MarkedProcesses(nonce),
    run: { nonce, hostEnvironment: process.env, portShift: true },
    ids: createIds(clock),
    told: new Set<string>(),
  };
  guard.begin();
  const instance = new LocalInstance(specOf(command), parts, never);
  onTestFinished(async () => {
    await instance.stop({ graceMs: 0 });
    await guard.close();
  });
  return { instance, asked };
}

test('ports are below the range of outgoing connections', () => {
  expect(instanceRange({ lowest: 32768, highest: 60999 })).toEqual({ lowest: 20000, highest: 32767 });
  expect(instanceRange({ lowest: 15000, highest: 60999 })).toEqual({ lowest: 10000, highest: 14999 });
  expect(instanceRange({ lowest: 1024, highest: 60999 })).toEqual({ lowest: 61000, highest: 65535 });
  expect(instanceRange({ lowest: 1024, highest: 65535 })).toEqual({ lowest: 20000, highest: 32767 });
});

test('a port is handed out once at a time, and not when somebody listens on it', async () => {
  // Neither connections nor other tests' instances use these.
  const taken = await occupied(randomInt(61_001, 65_535));
  const ports = new Ports({ range: { lowest: taken - 1, highest: taken + 1 }, begin: 0 });
  const first = await ports.take();
  const second = await ports.take();
  expect(new Set([first, second, taken]).size).toBe(3);
  await expect(ports.take()).rejects.toMatchObject({ code: 'ServiceUnavailable' });
  ports.giveBack(first);
  expect(await ports.take()).toBe(first);
});

test('100 asked for at once are 100 ports', async () => {
  const ports = new Ports({ begin: Math.random() });
  const taken = await Promise.all(Array.from({ length: 100 }, () => ports.take()));
  expect(new Set(taken).size).toBe(100);
});

test('a start whose port is taken meanwhile is tried again, and the foreign listener is not mistaken for it (F-07)', async () => {
  const taken = await occupied();
  const { instance, asked } = instanceGiven([taken, taken]);
  const address = await instance.ready;
  expect(asked).toEqual([taken, taken, address.port]);
  expect(await fetchText(address)).toBe('Hello, World!');
  expect(instance.output.lines().filter((line) => line.source === 'stderr')).toEqual([]);
});

test('after 5 more ports it gives up and shows why (F-07)', async () => {
  const taken = await occupied();
  const { instance, asked } = instanceGiven(Array(20).fill(taken));
  await expect(instance.ready).rejects.toMatchObject({
    code: 'CAExited',
    message: expect.stringContaining('EADDRINUSE'),
  });
  expect(asked).toHaveLength(6);
});

test('a handler for which another process listens is ready after a moment of doubt', async () => {
  const forwarder = await occupied();
  const { instance } = instanceGiven([forwarder], node('never-listens.js'));
  expect(await instance.ready).toEqual({ host: '127.0.0.1', port: forwarder });
});

test('a handler that insists on a port of its own is not tried again', async () => {
  const taken = await occupied();
  const { instance, asked } = instanceGiven(
    [],
    ['sh', '-c', `FC_SERVER_PORT=${taken} exec "$0" "$@"`, ...node('hello/app.js')],
  );
  await expect(instance.ready).rejects.toMatchObject({ code: 'CAExited' });
  expect(asked).toHaveLength(1);
});
