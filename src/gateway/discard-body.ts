import type { Clock } from '../model/clock.js';
import type { Exchange } from './exchange.js';

/** How long a client may go on sending a body that nobody wants. */
const PATIENCE_MS = 10_000;

/** Reads what is left of the body of a request that was answered without it, so that the connection can serve the next one. */
export function discardBody({ request, socket }: Exchange, clock: Clock): void {
  if (request.readableEnded || request.destroyed || socket.destroyed) return;
  const callOff = clock.wakeAt(clock.now() + PATIENCE_MS, () => {
    socket.destroy();
  });
  request.once('end', callOff);
  socket.once('close', callOff);
  request.resume();
}
