import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { FcError } from '../model/errors.js';

interface PortRange {
  readonly lowest: number;
  readonly highest: number;
}

const MOST_TRIES = 1000;
/** Fewer than these in a range would make two emulators meet too often. */
const ENOUGH_PORTS = 1000;

/**
 * Ports for instances: outside the range from which the system takes the ports of outgoing connections, so that no connection of
 * ours can take an instance's port, or connect to itself. They are handed out in sequence from a random begin: two emulators hardly
 * ever try the same port in the moment between our test and the handler's listening, and a port just given back rests longest.
 */
export class Ports {
  readonly #range: PortRange;
  readonly #taken = new Set<number>();
  #next: number;

  /** @param where `begin` says where in the range, from 0 up to 1: another place in every emulator */
  constructor({ range = instanceRange(), begin }: { range?: PortRange; begin: number }) {
    this.#range = range;
    this.#next = range.lowest + Math.floor(begin * (range.highest + 1 - range.lowest));
  }

  /**
   * @returns a port that nobody listens on; it is the caller's until given back
   * @throws ServiceUnavailable when there is none
   */
  async take(): Promise<number> {
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      const port = this.#step();
      if (this.#taken.has(port)) continue;
      this.#taken.add(port);
      try {
        if (await isFree(port)) return port;
      } catch (cause) {
        this.#taken.delete(port);
        throw new FcError('ServiceUnavailable', 'no port can be opened for an instance', { cause });
      }
      this.#taken.delete(port);
    }
    throw new FcError('ServiceUnavailable', `no free port was found for an instance in ${MOST_TRIES} tries`);
  }

  giveBack(port: number): void {
    this.#taken.delete(port);
  }

  #step(): number {
    const port = this.#next;
    this.#next = port >= this.#range.highest ? this.#range.lowest : port + 1;
    return port;
  }
}

/**
 * Whether a handler could listen on that port of this machine.
 * @throws what the system says, when it is out of file descriptors
 */
export function isFree(port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    // Loopback is enough: the system refuses it also when somebody listens on every address, and nothing is opened to the network.
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE' || error.code === 'EACCES') resolve(false);
      else reject(error);
    });
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
      // The port is given up in this call: what is told of it later is of no interest.
      server.close();
      resolve(true);
    });
  });
}

/** @returns where to look for ports: below the system's own range, else above it */
export function instanceRange(ephemeral = ephemeralRange()): PortRange {
  const candidates = [
    { lowest: 20000, highest: ephemeral.lowest - 1 },
    { lowest: 10000, highest: ephemeral.lowest - 1 },
    { lowest: ephemeral.highest + 1, highest: 65535 },
  ];
  // A system that uses every port for connections leaves no better choice; readiness still sees a connection to itself.
  const fallback = { lowest: 20000, highest: 32767 };
  return candidates.find(({ lowest, highest }) => highest - lowest >= ENOUGH_PORTS) ?? fallback;
}

/** Linux says it; 32768–60999 is its default, and macOS and the BSDs begin higher. */
function ephemeralRange(): PortRange {
  try {
    const [lowest, highest] = readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8')
      .trim()
      .split(/\s+/)
      .map(Number);
    if (lowest !== undefined && highest !== undefined && lowest > 0) return { lowest, highest };
  } catch {
    // No such file: not Linux.
  }
  return { lowest: 32768, highest: 60999 };
}
