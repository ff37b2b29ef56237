import type { Clock } from '../model/clock.js';
import type { Exchange } from './exchange.js';

/** How long a client may go on sending the body of a request that has been answered. */
const PATIENCE_MS = 10_000;

/** Reads the rest of the body of a request that was answered without it, so that the connection can serve the next request. */
export function discardBody({ request, socket }: Exchange, clock: Clock): void {
  if (request.readableEnded || request.destroyed || socket.destroyed) return;
  const callOff = clock.wakeAt(clock.now() + PATIENCE_MS, () => {
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
