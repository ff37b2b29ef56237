import type { Clock } from '../model/clock.js';
import type { EmulatorEvent, EventBody, EventFeed } from '../model/events.js';

interface EventBusOptions {
  /** The session clock gives the time of the events. */
  readonly sessionClock: Pick<Clock, 'now'>;
  /** The process clock, which names the run. */
  readonly processClock: Pick<Clock, 'now'>;
  /** Told of everything as it happens; throwing from it has no effect on the emulator. */
  readonly onEvent?: ((event: EmulatorEvent) => void) | undefined;
  /** Whether it is told of the events of requests, too; true by default. */
  readonly requestEvents?: boolean;
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

  readonly emit = (build: () => EventBody): void => this.#tell(build, this.#options.onEvent);

  /** For the events of requests, of which there are many. */
  readonly emitOfRequest = (build: () => EventBody): void => {
    const { onEvent, requestEvents = true } = this.#options;
    this.#tell(build, requestEvents ? onEvent : undefined);
  };

  subscribe(listener: (event: EmulatorEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  #tell(build: () => EventBody, onEvent: EventBusOptions['onEvent']): void {
    const seq = ++this.#seq;
    if (onEvent === undefined && this.#listeners.size === 0) return;
    const event: EmulatorEvent = { seq, at: this.#options.sessionClock.now(), ...build() };
    onEvent?.(event);
    for (const listener of this.#listeners) listener(event);
  }
}
