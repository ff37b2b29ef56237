import { FcError } from '../model/errors.js';
import { ephemeralRange, isFree, type PortRange } from '../system/ports.js';

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
