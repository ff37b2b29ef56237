import type { Socket } from 'node:net';
import type { Clock } from '../model/clock.js';
import type { ClientUpgrade } from '../model/exchange.js';

/** How long the other side may send nothing after one side has ended. */
const SILENCE_MS = 1000;
/** How long one side may then read nothing of its waiting bytes, in units of the former. */
const STALLED_ROUNDS = 10;

interface TunnelParts {
  readonly client: ClientUpgrade;
  /** The instance's side. */
  readonly upstream: Socket;
  /** The process clock. */
  readonly clock: Clock;
  /** The instance's side was reset. */
  onBroken(): void;
}

/**
 * Joins the client's connection to the instance's after an upgrade. Each side may end while the other still sends (RFC 6455 §7.1.1).
 * When one side has ended, both are closed after one second without a sent byte, or ten seconds without a read byte.
 */
export function openTunnel({ client, upstream, clock, onBroken }: TunnelParts): void {
  const { socket } = client;
  let broken = false;
  let callOff = ignore;

  const waiting = (): number => socket.writableLength + upstream.writableLength;
  const taken = (): number => socket.bytesWritten + upstream.bytesWritten - waiting();
  const closeWhenSilent = (rounds: number): void => {
    const takenBefore = taken();
    callOff();
    callOff = clock.wakeAt(clock.now() + SILENCE_MS, () => {
      if (taken() > takenBefore) {
        closeWhenSilent(0);
      } else if (waiting() > 0 && rounds + 1 < STALLED_ROUNDS) {
        closeWhenSilent(rounds + 1);
      } else {
        socket.destroy();
        upstream.destroy();
      }
    });
  };
  const onEnd = (): void => closeWhenSilent(0);

  upstream.allowHalfOpen = true;
  upstream.once('error', () => {
    broken = true;
  });
  upstream.once('end', onEnd);
  upstream.once('close', () => {
    if (broken) onBroken();
    else socket.destroySoon();
  });
  // The client may have ended its side before the switch.
  if (socket.readableEnded) onEnd();
  else socket.once('end', onEnd);
  socket.once('close', () => callOff());
  client.accept();
}

function ignore(): void {}
