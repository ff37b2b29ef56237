import type { Clock } from '../model/clock.js';
import type { FunctionConfig } from '../model/function.js';
import type { BoundedLog } from './instance-log.js';
import { listensWhereFcCannotReach } from './loopback-only.js';
import type { ProcessGroup } from './process-group.js';

interface InstanceNoticesOptions {
  readonly clock: Clock;
  readonly config: FunctionConfig;
  /** What was reported already, for each function. */
  readonly told: Set<string>;
}

/** Tells in the log of an instance what differs from Function Compute. The user sees each notice for the first instance alone. */
export class InstanceNotices {
  readonly #log: BoundedLog;
  readonly #options: InstanceNoticesOptions;

  constructor(log: BoundedLog, options: InstanceNoticesOptions) {
    this.#log = log;
    this.#options = options;
  }

  /** @param port the port in the code of the handler, instead of which it got its own */
  moved(port: number): void {
    const text = `it listens on port ${port}, and was given its own, $FC_SERVER_PORT, instead; --no-port-shift turns this off`;
    if (this.#isFirst('moved')) this.#log.warn(text);
    else this.#log.note(text);
  }

  /** Looks whether an instance that is ready listens where Function Compute could reach it. */
  async listening(group: ProcessGroup): Promise<void> {
    if (!this.#isFirst('loopback')) return;
    if (await listensWhereFcCannotReach(group, this.#options))
      this.#log.warn(
        'it listens on 127.0.0.1 only, where Function Compute could not reach it: listen on 0.0.0.0',
      );
  }

  /** Whether this is the first such notice of this function. */
  #isFirst(what: string): boolean {
    const { told, config } = this.#options;
    const key = `${what} ${config.functionName}`;
    if (told.has(key)) return false;
    told.add(key);
    return true;
  }
}
