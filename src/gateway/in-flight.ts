import type { Exchange, Handle } from '../model/exchange.js';
import type { Route } from '../model/route.js';
import { acceptTask, taskRoute } from './invoke-async.js';

/** The requests of one entrance that have begun and not ended, upgrades and asynchronous invocations included. */
export class InFlight {
  readonly #handle: Handle;
  /** With the function of each, where it is known. */
  readonly #open = new Map<Exchange, string | undefined>();
  readonly #waiting = new Set<() => void>();

  constructor(handle: Handle) {
    this.#handle = handle;
  }

  get size(): number {
    return this.#open.size;
  }

  begin(exchange: Exchange, functionName?: string): void {
    this.#open.set(exchange, functionName);
  }

  end(exchange: Exchange): void {
    this.#open.delete(exchange);
    for (const look of this.#waiting) look();
  }

  /**
   * Reads an asynchronous invocation, answers 202, and then runs it once.
   * @throws InvalidArgument, EntityTooLarge, and what breaks the body; nothing has been answered then
   */
  async accept(exchange: Exchange, route: Route): Promise<void> {
    const task = await acceptTask(exchange, route);
    if (task === undefined) return;
    this.begin(task, route.functionName);
    // Never rejects.
    void this.#handle(task, taskRoute(route)).then(() => this.end(task));
  }

  /** Resolves when none is left: of all functions, or of one. */
  async none(functionName?: string): Promise<void> {
    const isOver = (): boolean => ![...this.#open.values()].some((name) => isOf(functionName, name));
    if (isOver()) return;
    await new Promise<void>((resolve) => {
      const look = (): void => {
        if (!isOver()) return;
        this.#waiting.delete(look);
        resolve();
      };
      this.#waiting.add(look);
    });
  }

  /** Ends them because the emulator, or their function, stops. */
  stop(functionName?: string): void {
    for (const [exchange, name] of this.#open) if (isOf(functionName, name)) exchange.stop();
  }
}

function isOf(wanted: string | undefined, name: string | undefined): boolean {
  return wanted === undefined || wanted === name;
}
