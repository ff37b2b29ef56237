import type { Clock } from '../model/clock.js';
import type { EmulatorEvent, EventBody, EventFeed } from '../model/events.js';

/** Events kept for a listener that comes back. */
const KEPT = 1000;
/** How long events are kept after the last listener that may come back has left. */
const KEPT_FOR_MS = 60_000;

interface EventBusOptions {
  /** The session clock gives the time of the events. */
  readonly sessionClock: Pick<Clock, 'now'>;
  /** The process clock. */
  readonly processClock: Clock;
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
  /** The latest events, without a gap between them. */
  #kept: EmulatorEvent[] = [];
  #keeps = false;
  #stopKeeping: () => void = () => {};
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
    if (onEvent === undefined && !this.#keeps) return;
    const event: EmulatorEvent = { seq, at: sessionClock.now(), ...build() };
    if (this.#keeps) {
      this.#kept.push(event);
      if (this.#kept.length >= 2 * KEPT) this.#kept = this.#kept.slice(-KEPT);
    }
    onEvent?.(event);
    for (const listener of this.#listeners) listener(event);
  };

  subscribe(listener: (event: EmulatorEvent) => void, after?: number): () => void {
    this.#stopKeeping();
    this.#keeps = true;
    if (after !== undefined)
      for (const event of this.#kept.slice(-KEPT)) if (event.seq > after) listener(event);
    this.#listeners.add(listener);
    return () => {
      if (!this.#listeners.delete(listener) || this.#listeners.size > 0) return;
      const { processClock } = this.#options;
      this.#stopKeeping = processClock.wakeAt(processClock.now() + KEPT_FOR_MS, () => {
        this.#keeps = false;
        this.#kept = [];
      });
    };
  }
}
