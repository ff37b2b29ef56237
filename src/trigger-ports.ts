import type { Server } from 'node:net';
import type { TriggerPlace } from './functions/trigger-registry.js';
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
   * @returns the URL
   * @throws PortInUseError
   */
  async listen(server: Server, place: TriggerPlace): Promise<string> {
    const { host, first } = this.#options;
    if ('url' in place) return this.#again(server, place.url);
    if (place.port !== undefined || first === 0) return listen(server, host, place.port ?? 0);
    return this.#next(server);
  }

  /** At the port that the trigger had, or at the next free one. */
  async #again(server: Server, url: string): Promise<string> {
    try {
      return await listen(server, this.#options.host, Number(new URL(url).port));
    } catch (error) {
      if (!(error instanceof PortInUseError)) throw error;
      return this.listen(server, {});
    }
  }

  /** At the lowest port that is free from `first` on. */
  async #next(server: Server): Promise<string> {
    const { host, first, apiPort } = this.#options;
    for (let port = first; port <= LAST_PORT; port++) {
      if (port === apiPort) continue;
      try {
        return await listen(server, host, port);
      } catch (error) {
        if (!(error instanceof PortInUseError)) throw error;
      }
    }
    throw new PortInUseError(host, first);
  }
}
