import { type IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** A reply on a connection that Node's server has let go of; it ends with the reply. */
export function responseOn(socket: Socket, request: IncomingMessage): ServerResponse {
  const response = new ServerResponse(request);
  response.shouldKeepAlive = false;
  response.assignSocket(socket);
  const onDrain = (): void => {
    response.emit('drain');
  };
  socket.on('drain', onDrain);
  response.once('finish', () => socket.destroySoon());
  return response;
}
