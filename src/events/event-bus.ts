import type { Clock } from '../model/clock.js';
import type { EmulatorEvent, EventBody, EventFeed } from '../model/events.js';

interface EventBusOptions {
  /** The session clock gives the time of the events. */
  readonly sessionClock: Pick<Clock, 'now'>;
  /** The process clock, which names the run. */
  readonly processClock: Pick<Clock, 'now'>;
  /** Called with each event at once. An error that it throws does not disturb the emulator. */
  readonly onEvent?: ((event: EmulatorEvent) => void) | undefined;
  /** Whether the listener gets the events of requests too. Default: true. */
  readonly requestEvents?: boolean;
}

/**
 * Numbers each event and gives it to the listeners. While there is no listener, events are only counted, so that a
 * listener that subscribes again knows how many it missed.
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

  /** Emits an event of a request. Most events are of this kind. */
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
