import { Agent, request } from 'node:http';
import { expect, onTestFinished, test } from 'vitest';
import { createApiClient } from '../../src/api/create-api-client.js';
import { serveApi } from '../support/serve-api.js';

/** Warnings that Node gives until the test ends. */
function warnings(): Error[] {
  const given: Error[] = [];
  const note = (warning: Error): void => void given.push(warning);
  process.on('warning', note);
  onTestFinished(() => void process.off('warning', note));
  return given;
}

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test.each([
  [500, 'that read', 'GET', '/_emulator/v1/health', undefined],
  [50, 'whose body is refused for its size', 'POST', '/_emulator/v1/clock/advance', 'x'.repeat(300_000)],
  [
    5000,
    'whose body is refused for its content',
    'POST',
    '/_emulator/v1/clock/advance',
    '{"milliseconds":-1}',
  ],
  [500, 'whose path is refused before the body is read', 'POST', '/nowhere', '{}'],
])(
  'D12: %i requests %s on one kept connection leave no listener behind',
  async (rounds, _, method, path, body) => {
    const api = await serveApi();
    onTestFinished(() => api.stop());
    const given = warnings();
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    onTestFinished(() => agent.destroy());
    const sockets = new Set<unknown>();
    api.server.on('connection', (socket) => sockets.add(socket));
    const listeners: number[] = [];
    api.server.on('request', ({ socket }) =>
      listeners.push(socket.eventNames().reduce((sum, name) => sum + socket.listenerCount(name), 0)),
    );

    for (let round = 0; round < rounds; round++) {
      await new Promise<void>((resolve, reject) => {
        const headers = { 'Content-Type': 'application/json' };
        request({ host: '127.0.0.1', port: api.port, agent, method, path, headers }, (response) => {
          response.resume().once('close', resolve);
        })
          .once('error', reject)
          .end(body);
      });
    }
    await nextTurn();
    expect(given).toEqual([]);
    expect(sockets.size).toBe(1);
    expect(listeners.at(-1)).toBe(listeners[1]);
  },
  60_000,
);

test('D12: a slow reader of a stream leaves no listener behind for each time that it is waited for', async () => {
  const api = await serveApi();
  onTestFinished(() => api.stop());
  const given = warnings();
  const stop = new AbortController();
  let listeners = 0;
  api.server.on('request', (_request, response) => {
    const count = (): void => {
      listeners = Math.max(listeners, response.listenerCount('close') + response.listenerCount('error'));
    };
    response.on('drain', count);
  });
  const { containerId } = await api.control.sessions.create({ functionName: 'header' }, {});
  const client = createApiClient({ endpoint: api.host });
  const lines = client.instances.followLogs(containerId, stop.signal)[Symbol.asyncIterator]();
  for (let count = 0; count < 3000; count++) {
    api.control.print(containerId, 'x'.repeat(8000));
    await lines.next();
  }
  for (let count = 0; count < 3000; count++) api.control.print(containerId, 'x'.repeat(8000));
  for (let count = 0; count < 3000; count++) await lines.next();
  stop.abort();
  expect(given).toEqual([]);
  expect(listeners).toBeLessThan(6);
}, 60_000);

test('D12: a client with one signal for all its calls leaves no listener on it', async () => {
  const api = await serveApi();
  onTestFinished(() => api.stop());
  const given = warnings();
  const stop = new AbortController();
  let listeners = 0;
  const { addEventListener, removeEventListener } = stop.signal;
  stop.signal.addEventListener = (...args: Parameters<typeof addEventListener>) => {
    listeners++;
    addEventListener.apply(stop.signal, args);
  };
  stop.signal.removeEventListener = (...args: Parameters<typeof removeEventListener>) => {
    listeners--;
    removeEventListener.apply(stop.signal, args);
  };
  const client = createApiClient({ endpoint: api.host, signal: stop.signal });
  for (let count = 0; count < 50; count++) await client.health();
  await expect.poll(() => listeners).toBe(0);
  expect(given).toEqual([]);
});
