import { isFree } from '../system/ports.js';

/** Where debuggers look for a Node.js process first. */
const FIRST = 9229;
const LAST = 65535;

/** Ports for inspectors: always the lowest free one, so that the first instance is found where debuggers look, also after a restart. */
export class InspectPorts {
  readonly #taken = new Set<number>();

  /** @returns undefined when there is none, or it cannot be known */
  async take(): Promise<number | undefined> {
    for (let port = FIRST; port <= LAST; port++) {
      if (this.#taken.has(port)) continue;
      this.#taken.add(port);
      if (await isFree(port).catch(() => false)) return port;
      this.#taken.delete(port);
    }
    return undefined;
  }

  giveBack(port: number): void {
    this.#taken.delete(port);
  }
}
