import type { IncomingMessage } from 'node:http';
import type { Clock } from '../model/clock.js';

/** How long a client may go on sending the body of a request that has been answered. */
const DISCARD_MS = 10_000;

/** Reads the rest of the body of a request that was answered without it, so that the connection can serve the next request. */
export function discardBody(request: IncomingMessage, clock: Clock): void {
  const { socket } = request;
  if (request.readableEnded || request.destroyed || socket.destroyed) return;
  const callOff = clock.wakeAt(clock.now() + DISCARD_MS, () => {
    socket.destroy();
  });
  const over = (): void => {
    callOff();
    request.off('end', over);
    socket.off('close', over);
  };
  request.on('end', over);
  socket.on('close', over);
  request.resume();
}

/** Destroys the body of an answered request when the client leaves. Node does this only until the reply is out. */
export function endBodyWithConnection(request: IncomingMessage): void {
  if (request.complete) return;
  const { socket } = request;
  const onClose = (): void => {
    request.destroy();
  };
  const over = (): void => {
    socket.off('close', onClose);
    request.off('end', over);
    request.off('close', over);
  };
  socket.on('close', onClose);
  request.on('end', over);
  request.on('close', over);
}
