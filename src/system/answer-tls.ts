import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { createSecureContext, TLSSocket } from 'node:tls';
import type { Clock } from '../model/clock.js';

/** How long a client may take until its first byte, and until the end of the handshake. */
const PATIENCE_MS = 10_000;
/** The first byte of a TLS handshake; no request of HTTP begins with it. */
const HANDSHAKE = 0x16;

export interface TlsOptions {
  /** Both in PEM. */
  readonly cert: string;
  readonly key: string;
}

/**
 * Lets a server of HTTP answer TLS too, on the same port: the first byte of a connection shows which. Call it after every other listener
 * of 'connection' is there.
 * @returns destroys the connections that the server does not have yet
 */
export function answerTls(server: Server, options: TlsOptions, clock: Clock): () => void {
  const secureContext = createSecureContext(options);
  const listeners = server.listeners('connection');
  server.removeAllListeners('connection');
  const waiting = new Set<Socket>();

  server.on('connection', (socket: Socket) => {
    waiting.add(socket);
    const give = (served: Socket): void => {
      forget();
      for (const listener of listeners) listener.call(server, served);
    };
    const destroy = (): void => {
      socket.destroy();
    };
    const forget = (): void => {
      waiting.delete(socket);
      callOff();
      socket.off('close', forget).off('end', destroy).off('readable', look);
    };
    const look = (): void => {
      const first: Buffer | null = socket.read();
      if (first === null) return;
      socket.off('end', destroy).off('readable', look).unshift(first);
      if (first[0] !== HANDSHAKE) {
        socket.off('error', ignore);
        give(socket);
        return;
      }
      const secure = new TLSSocket(socket, { isServer: true, secureContext, ALPNProtocols: ['http/1.1'] });
      secure.on('error', destroy).once('secure', () => {
        secure.off('error', destroy);
        give(secure);
      });
    };
    const callOff = clock.wakeAt(clock.now() + PATIENCE_MS, destroy);
    socket.on('close', forget).on('error', ignore).on('end', destroy).on('readable', look);
  });
  return () => {
    for (const socket of waiting) socket.destroy();
  };
}

function ignore(): void {}
