import type { Exchange, Handle } from '../model/exchange.js';
import type { Route } from '../model/route.js';
import { acceptTask, taskRoute } from './invoke-async.js';

/** The requests of one entrance that have begun and not ended, upgrades and asynchronous invocations included. */
export class InFlight {
  readonly #handle: Handle;
  /** A list: the tables that a Set or Map replaces as it changes keep ended exchanges in memory (a sixth of the cost of a request). */
  readonly #open: Exchange[] = [];
  readonly #waiting = new Set<() => void>();

  constructor(handle: Handle) {
    this.#handle = handle;
  }

  get size(): number {
    return this.#open.length;
  }

  begin(exchange: Exchange): void {
    this.#open.push(exchange);
  }

  /** @param exchange one that has begun and not ended */
  end(exchange: Exchange): void {
    const place = this.#open.indexOf(exchange);
    const last = this.#open.pop();
    if (last !== undefined && last !== exchange) this.#open[place] = last;
    for (const look of this.#waiting) look();
  }

  /**
   * Reads an asynchronous invocation, answers 202, and then runs it once.
   * @throws InvalidArgument, EntityTooLarge, and what breaks the body; nothing has been answered then
   */
  async accept(exchange: Exchange, route: Route): Promise<void> {
    const task = await acceptTask(exchange, route);
    if (task === undefined) return;
    this.begin(task);
    // Never rejects.
    void this.#handle(task, taskRoute(route)).then(() => this.end(task));
  }

  /** The requests that are in flight now, without later ones. */
  now(): { none(): Promise<void>; stop(): void } {
    const own = [...this.#open];
    return {
      none: () => this.#until(() => !own.some((exchange) => this.#open.includes(exchange))),
      stop: () => {
        for (const exchange of own) if (this.#open.includes(exchange)) exchange.stop();
      },
    };
  }

  /** Resolves when none is left. */
  none(): Promise<void> {
    return this.#until(() => this.#open.length === 0);
  }

  /** Ends them because the emulator stops. */
  stop(): void {
    for (const exchange of [...this.#open]) exchange.stop();
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
