import type { Clock } from '../model/clock.js';
import type { EmulatorEvent, EventBody, EventFeed } from '../model/events.js';

interface EventBusOptions {
  /** The session clock gives the time of the events. */
  readonly sessionClock: Pick<Clock, 'now'>;
  /** The process clock, which names the run. */
  readonly processClock: Pick<Clock, 'now'>;
  /** Told of everything as it happens; throwing from it has no effect on the emulator. */
  readonly onEvent?: ((event: EmulatorEvent) => void) | undefined;
}

/**
 * Numbers each event and gives it to the listeners. Builds no event while nobody listens: only the count goes on, so that a
 * listener that comes back learns how much it missed.
 */
export class EventBus implements EventFeed {
  readonly runId: string;
  readonly #options: EventBusOptions;
  readonly #listeners = new Set<(event: EmulatorEvent) => void>();
  #seq = 0;

  constructor(options: EventBusOptions) {
    this.#options = options;
    this.runId = Math.floor(options.processClock.now()).toString(36);
  }

  get seq(): number {
    return this.#seq;
  }

  readonly emit = (build: () => EventBody): void => {
    const seq = ++this.#seq;
    const { onEvent, sessionClock } = this.#options;
    if (onEvent === undefined && this.#listeners.size === 0) return;
    const event: EmulatorEvent = { seq, at: sessionClock.now(), ...build() };
    onEvent?.(event);
    for (const listener of this.#listeners) listener(event);
  };

  subscribe(listener: (event: EmulatorEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }
}
