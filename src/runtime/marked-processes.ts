import { environmentOf, isDead, type ProcessStat, processIds, statOf } from '../system/process-table.js';

/** How many processes are looked at before other work gets a turn. */
const PROCESSES_AT_ONCE = 64;

/** A process that carries the mark of an instance. */
export class MarkedProcess {
  readonly pid: number;
  /** Its process group. */
  readonly group: number;
  readonly #startTime: string;

  constructor(pid: number, { group, startTime }: ProcessStat) {
    this.pid = pid;
    this.#startTime = startTime;
    this.group = group;
  }

  /** Whether this very process runs: its ID may have been given to another process meanwhile. */
  get isAlive(): boolean {
    const stat = statOf(this.pid);
    return stat !== undefined && stat.startTime === this.#startTime && !isDead(stat);
  }

  send(signal: NodeJS.Signals): void {
    if (!this.isAlive) return;
    try {
      process.kill(this.pid, signal);
    } catch {
      // The process has ended meanwhile.
    }
  }
}

/**
 * Finds the processes of an instance wherever they are, by the mark that each inherits in its environment: the nonce of the run and the
 * ID of the instance. That covers processes that left the process group (setsid, daemons, detached children). Linux only; elsewhere
 * none is found. One pass over the process table serves all instances that ask for it at that moment.
 */
export class MarkedProcesses {
  readonly #nonce: string;
  #next: Promise<ReadonlyMap<string, readonly MarkedProcess[]>> | undefined;

  constructor(nonce: string) {
    this.#nonce = nonce;
  }

  async of(instanceId: string): Promise<readonly MarkedProcess[]> {
    this.#next ??= this.#pass();
    return (await this.#next).get(instanceId) ?? [];
  }

  async #pass(): Promise<ReadonlyMap<string, readonly MarkedProcess[]>> {
    await nextTurn();
    // A caller from now on needs a pass that begins later.
    this.#next = undefined;
    const found = new Map<string, MarkedProcess[]>();
    for (const [index, pid] of processIds().entries()) {
      if (index % PROCESSES_AT_ONCE === PROCESSES_AT_ONCE - 1) await nextTurn();
      const instanceId = this.#instanceOf(pid);
      const stat = instanceId === undefined ? undefined : statOf(pid);
      if (instanceId === undefined || stat === undefined) continue;
      const processes = found.get(instanceId) ?? [];
      processes.push(new MarkedProcess(pid, stat));
      found.set(instanceId, processes);
    }
    return found;
  }

  #instanceOf(pid: number): string | undefined {
    const environment = environmentOf(pid);
    if (!environment.includes(`FC_AFFINITY_RUN=${this.#nonce}`)) return undefined;
    const name = 'FC_INSTANCE_ID=';
    return environment
      .split('\0')
      .find((variable) => variable.startsWith(name))
      ?.slice(name.length);
  }
}

/** Lets other work have its turn of the event loop. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
