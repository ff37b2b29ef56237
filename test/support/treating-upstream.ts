import { createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import type { Address } from '../../src/model/instance.js';
import { listen, track } from './gateway-fixture.js';

export interface TreatingUpstream extends Address {
  /** How many heads came. */
  requests(): number;
  /** Connections that are open. */
  readonly sockets: ReadonlySet<Socket>;
}

/** An instance that treats each request, counted from 0, as told, as soon as its head has come. */
export async function startTreating(
  treat: (socket: Socket, count: number) => void,
): Promise<TreatingUpstream> {
  let count = 0;
  const server = createServer({ noDelay: true }, (socket) => {
    socket.on('error', () => {});
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
      if (!text.includes('\r\n\r\n')) return;
      text = '';
      treat(socket, count++);
    });
  });
  const sockets = track(server);
  const port = await listen(server);
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { host: '127.0.0.1', port, requests: () => count, sockets };
}
