import { FcError } from '../model/errors.js';
import { ephemeralRange, isFree, type PortRange } from '../system/ports.js';

const MOST_TRIES = 1000;
/** In a smaller range, two emulators would choose the same port too often. */
const ENOUGH_PORTS = 1000;

/**
 * Ports for instances. They are outside the range from which the system takes the ports of outgoing connections, so that no outgoing
 * connection takes the port of an instance or connects to itself. They are given in sequence from a random begin, so that two emulators
 * hardly ever choose the same port at the same time, and a port that was given back is used again last.
 */
export class Ports {
  readonly #range: PortRange;
  readonly #taken = new Set<number>();
  #next: number;

  /** @param options `begin` is the place in the range of the first port, from 0 up to 1 */
  constructor({ range = instanceRange(), begin }: { range?: PortRange; begin: number }) {
    this.#range = range;
    this.#next = range.lowest + Math.floor(begin * (range.highest + 1 - range.lowest));
  }

  /**
   * @returns a port on which no process listens; it is the caller's until it is given back
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

/** @returns the range of the ports for instances: below the range for outgoing connections, else above it */
export function instanceRange(ephemeral = ephemeralRange()): PortRange {
  const candidates = [
    { lowest: 20000, highest: ephemeral.lowest - 1 },
    { lowest: 10000, highest: ephemeral.lowest - 1 },
    { lowest: ephemeral.highest + 1, highest: 65535 },
  ];
  // Where the system uses all ports for connections there is no better choice; readiness recognises a connection to itself.
  const fallback = { lowest: 20000, highest: 32767 };
  return candidates.find(({ lowest, highest }) => highest - lowest >= ENOUGH_PORTS) ?? fallback;
}
