import http from 'node:http';
import type { Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FcError } from '../../src/model/errors.js';
import { startGateway, startUpstream } from '../support/gateway-fixture.js';

const warnings: Error[] = [];
/** On Node 22 and 24 http-proxy itself warns of `util._extend` (DEP0060), which the build of the package replaces. */
const note = (warning: Error & { readonly code?: string }): void => {
  if (warning.code !== 'DEP0060') warnings.push(warning);
};

beforeEach(() => {
  warnings.length = 0;
  process.on('warning', note);
});
afterEach(() => {
  process.off('warning', note);
});

describe('D12: every listener put on a connection is taken off', () => {
  it.each([12, 5000])('D12: %i refused POSTs with a body on one kept connection', async (count) => {
    const upstream = await startUpstream((_, response) => void response.end());
    const admit = () => Promise.reject(new FcError('ResourceExhausted', 'concurrency limit exceeded'));
    const { port, gateway } = await startGateway(upstream, { admission: () => ({ admit }) });
    const { listeners, connections, post } = await oneConnection(gateway.server, port);
    const before = listeners();
    for (let sent = 1; sent < count; sent++) expect(await post('body')).toBe(429);
    expect(connections()).toBe(1);
    expect(listeners()).toEqual(before);
    expect(warnings).toEqual([]);
  });

  it('D12: answers that come before the whole body, on one kept connection', async () => {
    const upstream = await startUpstream((incoming, response) => {
      response.end('early');
      incoming.resume();
    });
    const { port, gateway } = await startGateway(upstream);
    const { listeners, connections, post } = await oneConnection(gateway.server, port);
    const before = listeners();
    for (let sent = 0; sent < 100; sent++) await post('x'.repeat(200_000));
    expect(connections()).toBe(1);
    expect(listeners()).toEqual(before);
    expect(warnings).toEqual([]);
  });
});

/** A client that keeps one connection. The first request has been answered. */
async function oneConnection(server: http.Server, port: number) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  const sockets: Socket[] = [];
  server.on('connection', (socket) => sockets.push(socket));
  const post = (body: string): Promise<number | undefined> =>
    new Promise((resolve, reject) => {
      const sent = http.request({ host: '127.0.0.1', port, agent, method: 'POST' }, (response) => {
        response.resume().once('end', () => setImmediate(resolve, response.statusCode));
      });
      sent.once('error', reject);
      sent.setHeader('Content-Length', body.length).end(body);
    });
  await post('body');
  const listeners = (): Record<string, number> =>
    Object.fromEntries(
      (sockets[0]?.eventNames() ?? []).map((name) => [String(name), sockets[0]?.listenerCount(name) ?? 0]),
    );
  return { listeners, connections: () => sockets.length, post };
}
