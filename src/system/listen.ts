import type { Server } from 'node:net';
import { PortInUseError } from '../model/errors.js';

/**
 * Has a server listen.
 * @param port 0: any free port
 * @returns the URL of the server
 * @throws PortInUseError
 */
export async function listen(server: Server, host: string, port: number): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    const fail = (error: NodeJS.ErrnoException): void => {
      server.off('listening', succeed);
      reject(error.code === 'EADDRINUSE' ? new PortInUseError(host, port) : error);
    };
    const succeed = (): void => {
      server.off('error', fail);
      resolve();
    };
    server.once('error', fail).once('listening', succeed).listen(port, host);
  });
  const address = server.address();
  const bound = typeof address === 'object' && address !== null ? address.port : port;
  return `http://${host.includes(':') ? `[${host}]` : host}:${bound}`;
}
