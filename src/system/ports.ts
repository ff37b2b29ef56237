import { createServer } from 'node:net';
import { firstPage } from './proc-file.js';

export interface PortRange {
  readonly lowest: number;
  readonly highest: number;
}

/**
 * Whether a process could listen on that port of this machine.
 * @throws what the system says, when it is out of file descriptors
 */
export function isFree(port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    // Loopback is enough: the system refuses it also when another process listens on every address. No port is opened to the network.
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE' || error.code === 'EACCES') resolve(false);
      else reject(error);
    });
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
      // `close` gives the port up before it returns.
      server.close();
      resolve(true);
    });
  });
}

/** The range of the ports of outgoing connections. Linux shows it; 32768–60999 is its default. */
export function ephemeralRange(): PortRange {
  const [lowest, highest] =
    firstPage('/proc/sys/net/ipv4/ip_local_port_range')?.trim().split(/\s+/).map(Number) ?? [];
  if (lowest !== undefined && highest !== undefined && lowest > 0) return { lowest, highest };
  return { lowest: 32768, highest: 60999 };
}
