import type { Socket } from 'node:net';
import type { Clock } from '../model/clock.js';
import type { ClientUpgrade } from '../model/exchange.js';

/** How long the other side may be silent after one side has ended. */
const SILENCE_MS = 1000;

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
 * Joins the client's connection to the instance's after an upgrade. Each side may end while the other still sends (RFC 6455 §7.1.1); a side that
 * then sends nothing for a second is closed.
 */
export function openTunnel({ client, upstream, clock, onBroken }: TunnelParts): void {
  const { socket } = client;
  let broken = false;
  let callOff = ignore;

  const giveUpWhenSilent = (): void => {
    const before = socket.bytesWritten + upstream.bytesWritten;
    callOff();
    callOff = clock.wakeAt(clock.now() + SILENCE_MS, () => {
      const waiting = socket.writableLength + upstream.writableLength;
      if (waiting > 0 || socket.bytesWritten + upstream.bytesWritten > before) {
        giveUpWhenSilent();
        return;
      }
      socket.destroy();
      upstream.destroy();
    });
  };

  upstream.allowHalfOpen = true;
  upstream.once('error', () => {
    broken = true;
  });
  upstream.once('end', giveUpWhenSilent);
  upstream.once('close', () => {
    if (broken) onBroken();
    else socket.destroySoon();
  });
  socket.once('end', giveUpWhenSilent);
  socket.once('close', () => callOff());
  client.accept();
}

function ignore(): void {}
