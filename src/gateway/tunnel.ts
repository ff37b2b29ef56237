import type { Socket } from 'node:net';
import type { Exchange } from './exchange.js';

/**
 * Hands the client's connection over to an upgraded one: from here on each side's end is the other's, and the exchange is closed
 * when the client's side is.
 * @param onBroken the instance's side was reset
 */
export function openTunnel(exchange: Exchange, upstream: Socket, onBroken: () => void): void {
  const { socket, response } = exchange;
  let broken = false;
  upstream.once('error', () => {
    broken = true;
  });
  upstream.once('close', () => {
    if (broken) onBroken();
    else socket.destroySoon();
  });
  // A WebSocket is not used in one direction alone: who has said goodbye waits for nothing.
  socket.once('end', () => upstream.destroySoon());
  response.statusCode = 101;
  response.detachSocket(socket);
  socket.once('close', () => exchange.close());
}
