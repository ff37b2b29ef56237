import type { Clock } from '../model/clock.js';

/** The first 200 requests of a second are all reported. */
const WHOLE = 200;
const WINDOW_MS = 1000;

/** Limits the reported begins of requests in a second: of requests 201 to 400 every second one, of 401 to 600 every third, and so on. */
export class BeginSampler {
  readonly #clock: Pick<Clock, 'now'>;
  #until = 0;
  #count = 0;

  /** @param clock the process clock */
  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock;
  }

  /** Counts one begin. @returns how many begins the report stands for; undefined when this begin is not reported */
  next(): number | undefined {
    const now = this.#clock.now();
    if (now >= this.#until) {
      this.#until = now + WINDOW_MS;
      this.#count = 0;
    }
    const every = 1 + Math.floor(this.#count++ / WHOLE);
    return this.#count % every === 0 ? every : undefined;
  }
}
