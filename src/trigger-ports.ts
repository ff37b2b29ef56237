import type { Server } from 'node:net';
import { PortInUseError } from './model/errors.js';
import { listen } from './system/listen.js';

const LAST_PORT = 65_535;

interface TriggerPortsOptions {
  readonly host: string;
  /** The lowest port of triggers; 0: any that is free. */
  readonly first: number;
  /** Of the control plane, which begins to listen after the first triggers. */
  readonly apiPort: number;
}

/** Chooses the ports of HTTP triggers. */
export class TriggerPorts {
  readonly #options: TriggerPortsOptions;

  constructor(options: TriggerPortsOptions) {
    this.#options = options;
  }

  /**
   * Has the server of a trigger listen.
   * @param port exactly this one, or any that is free for 0; default: the lowest that is free from `first` on
   * @returns the URL
   * @throws PortInUseError
   */
  async listen(server: Server, port?: number): Promise<string> {
    const { host, first, apiPort } = this.#options;
    if (port !== undefined || first === 0) return listen(server, host, port ?? 0);
    for (let next = first; next <= LAST_PORT; next++) {
      if (next === apiPort) continue;
      try {
        return await listen(server, host, next);
      } catch (error) {
        if (!(error instanceof PortInUseError)) throw error;
      }
    }
    throw new PortInUseError(host, first);
  }
}
