import type { Clock } from '../model/clock.js';

/** So many begins of a second are all told. */
const WHOLE = 200;
const WINDOW_MS = 1000;

/** Thins out the begins of requests: of the second 200 of a second every second one is told, of the third 200 every third, and so on. */
export class BeginSampler {
  readonly #clock: Pick<Clock, 'now'>;
  #until = 0;
  #count = 0;

  /** @param clock the process clock */
  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock;
  }

  /** Counts one begin. @returns for how many it stands; undefined when it is not told */
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
