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

  /** Those of a function that are in flight now: a function that is made again under its name gets others. */
  of(functionName: string): { none(): Promise<void>; stop(): void } {
    const own = [...this.#open].flatMap(([exchange, name]) => (name === functionName ? [exchange] : []));
    return {
      none: () => this.#until(() => !own.some((exchange) => this.#open.has(exchange))),
      stop: () => {
        for (const exchange of own) if (this.#open.has(exchange)) exchange.stop();
      },
    };
  }

  /** Resolves when none is left. */
  none(): Promise<void> {
    return this.#until(() => this.#open.size === 0);
  }

  /** Ends them because the emulator stops. */
  stop(): void {
    for (const exchange of this.#open.keys()) exchange.stop();
  }

  async #until(isOver: () => boolean): Promise<void> {
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
}
