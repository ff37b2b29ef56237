import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { MovableClock } from '../../src/model/clock.js';
import { BoundedLog } from '../../src/runtime/instance-log.js';
import { idleInterval, isSelfConnected, lookInterval, untilListening } from '../../src/runtime/readiness.js';
import { isAtWork } from '../../src/system/process-table.js';
import { hostTime } from '../support/host-time.js';

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

/** When a start is asked that waits for something all the time and listens after so long. */
function questions(listensAfterMs: number): number[] {
  const asked = [1];
  for (let now = 1; now < listensAfterMs; asked.push(now)) now += idleInterval(now);
  return asked;
}

test('P6 one that waits is found within a tenth of its time and a millisecond, and asked twenty times in 50 ms', () => {
  for (let ms = 1; ms < 250; ms *= 1.1) expect(questions(ms).at(-1)).toBeLessThanOrEqual(ms * 1.1 + 1);
  expect(questions(10_000).at(-1)).toBeLessThanOrEqual(10_025);
  expect(questions(50).length).toBeLessThanOrEqual(20);
});

test('P6 one at work is looked at often enough to be found within a fiftieth of its time and a millisecond', () => {
  const looks = [0];
  for (let now = 0; now < 600; looks.push(now)) now += lookInterval(now);
  for (const [at, look] of looks.slice(1).entries())
    expect(look).toBeLessThanOrEqual(Math.max((looks[at] ?? 0) * 1.02, (looks[at] ?? 0) + 1));
});

describe('one that is at work', () => {
  /** It listens from the begin, but does not look like it. Time passes by hand. */
  async function watched() {
    let asked = 0;
    const server = createServer((socket) => {
      asked++;
      socket.destroy();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    const time = hostTime();
    const clock = new MovableClock({ source: time });
    const output = new BoundedLog(clock);
    const process = { isBusy: true, looks: 0 };
    const isBusy = (): boolean => {
      process.looks++;
      return process.isBusy;
    };
    const { signal } = new AbortController();
    const found = untilListening(port, { clock, signal, isBusy, output });
    const pass = async (ms: number): Promise<void> => {
      for (let passed = 0; passed < ms; passed++) {
        time.pass(1);
        await setImmediate();
      }
    };
    return { found, pass, process, output, asked: () => asked };
  }

  test('P6 is not asked', async () => {
    const { found, pass, process, asked } = await watched();
    await pass(99);
    expect(asked()).toBe(0);
    expect(process.looks).toBeGreaterThan(40);
    process.isBusy = false;
    await pass(5);
    await found;
    await expect.poll(asked).toBe(1);
  });

  test('P6 is asked at once when it has printed something', async () => {
    const { found, pass, output, asked } = await watched();
    await pass(50);
    output.add('stdout', 'listening');
    await found;
    await expect.poll(asked).toBe(1);
  });

  test('is asked now and then', async () => {
    const { found, pass } = await watched();
    await pass(105);
    await found;
  });
});

test('P6 whether a process is at work', async () => {
  const burning = spawn(process.execPath, ['-e', 'for (;;);'], { stdio: 'ignore' });
  const waiting = spawn('cat', { stdio: ['pipe', 'ignore', 'ignore'] });
  onTestFinished(() => {
    burning.kill('SIGKILL');
    waiting.kill('SIGKILL');
  });
  const expected = existsSync('/proc/self/stat') ? [true, false] : [undefined, undefined];
  await expect.poll(() => [burning, waiting].map(({ pid = 0 }) => isAtWork(pid))).toEqual(expected);
  expect(isAtWork(2 ** 22 + 1)).toBeUndefined();
});
