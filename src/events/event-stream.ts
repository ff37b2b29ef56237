import type { Clock } from '../model/clock.js';
import type { ConsoleEvent, EventReading, EventSource, Hello } from '../model/console-events.js';
import type { EmulatorEvent, EventFeed } from '../model/events.js';
import type { LiveState } from '../model/live-state.js';
import { ConsoleEvents } from './console-events.js';
import { EventRing } from './event-ring.js';
import { snapshotChunks } from './snapshot-chunks.js';

/** How long events are kept after the last reader has left. */
const KEPT_FOR_MS = 60_000;
/** How often a stream sends a heartbeat. */
const HEARTBEAT_MS = 15_000;

interface EventStreamOptions {
  readonly feed: EventFeed;
  readonly live: LiveState;
  /** The process clock. */
  readonly clock: Clock;
  /** @returns the state of the emulator now, for the `hello` of a new reader */
  readonly describe: () => Pick<Hello, 'version' | 'now' | 'realNow' | 'clock'>;
}

/**
 * The events for the console. All readers share one ring, and each reader keeps only its place. A slow reader therefore uses no
 * memory, and gets a `gap` for lost events. Listens to the emulator from the first reader until a minute after the last has left.
 */
export class EventStream implements EventSource {
  readonly #options: EventStreamOptions;
  readonly #wakes = new Set<() => void>();
  #readers = 0;
  #ring: EventRing | undefined;
  #stopListening = (): void => {};
  #stopKeeping = (): void => {};

  constructor(options: EventStreamOptions) {
    this.#options = options;
  }

  async *read({ lastEventId, types, signal }: EventReading): AsyncGenerator<string> {
    const ring = this.#join();
    const isWanted = wanted(types);
    let wake = (): void => {};
    const awake = (): void => wake();
    let beats = false;
    const stopBeating = this.#every(HEARTBEAT_MS, () => {
      beats = true;
      wake();
    });
    this.#wakes.add(awake);
    signal.addEventListener('abort', awake);
    try {
      const last = this.#seqOf(lastEventId);
      const kept = last === undefined ? undefined : ring.placeAfter(last);
      let place = kept ?? ring.end;
      const { seq } = ring;
      yield frame(this.#hello(kept === undefined ? seq : (last ?? seq), kept !== undefined));
      if (kept === undefined && isWanted('snapshot')) yield* this.#snapshot(seq);
      while (!signal.aborted) {
        const lost = ring.lostBefore(place);
        if (lost !== undefined) {
          const startsAnew = isWanted('snapshot');
          place = startsAnew ? ring.end : ring.start;
          const { seq } = ring;
          yield frame({ type: 'gap', from: lost.from, to: startsAnew ? seq : lost.to });
          if (startsAnew) yield* this.#snapshot(seq);
          continue;
        }
        const { text, next } = ring.read(place, { isWanted, startId: this.#options.feed.runId });
        place = next;
        if (text !== '') yield text;
        else if (beats) {
          beats = false;
          yield ': hb\n\n';
        } else if (place === ring.end) {
          await new Promise<void>((resolve) => {
            wake = resolve;
            if (signal.aborted || beats) resolve();
          });
          // Events of the same turn are sent together.
          await new Promise<void>((resolve) => {
            setImmediate(resolve);
          });
        }
      }
    } finally {
      signal.removeEventListener('abort', awake);
      this.#wakes.delete(awake);
      stopBeating();
      this.#leave();
    }
  }

  #join(): EventRing {
    this.#stopKeeping();
    this.#readers++;
    if (this.#ring !== undefined) return this.#ring;
    const { feed, live, clock } = this.#options;
    const ring = new EventRing(feed.seq);
    const events = new ConsoleEvents(live, clock);
    this.#ring = ring;
    this.#stopListening = feed.subscribe((event: EmulatorEvent) => {
      ring.seq = event.seq;
      const consoleEvents = events.of(event);
      if (consoleEvents.length === 0) return;
      for (const one of consoleEvents) ring.add(event.seq, one);
      for (const wake of this.#wakes) wake();
    });
    return ring;
  }

  #leave(): void {
    if (--this.#readers > 0) return;
    const { clock } = this.#options;
    this.#stopKeeping = clock.wakeAt(clock.now() + KEPT_FOR_MS, () => {
      this.#stopListening();
      this.#ring = undefined;
    });
  }

  #hello(seq: number, resumed: boolean): Hello {
    const { feed, live, describe } = this.#options;
    const instances = live.instances();
    const inFlight = instances.reduce((sum, one) => sum + one.inFlight, 0);
    const counts = { sessions: live.sessionCount, instances: instances.length, inFlight };
    return {
      type: 'hello',
      seq,
      startId: feed.runId,
      ...describe(),
      functions: live.functions(),
      counts,
      resumed,
    };
  }

  *#snapshot(seq: number): Generator<string> {
    const { live, feed } = this.#options;
    for (const chunk of snapshotChunks(live, seq))
      yield chunk.done ? `id: ${feed.runId}-${seq}\n${frame(chunk)}` : frame(chunk);
  }

  /** @returns the number in an event ID; undefined when there is no ID, or it is of another run of the emulator */
  #seqOf(eventId = ''): number | undefined {
    const [, run, seq] = /^([a-z0-9]{1,16})-(\d{1,15})$/.exec(eventId) ?? [];
    return run === this.#options.feed.runId ? Number(seq) : undefined;
  }

  #every(milliseconds: number, call: () => void): () => void {
    const { clock } = this.#options;
    let callOff = (): void => {};
    const arm = (): void => {
      callOff = clock.wakeAt(clock.now() + milliseconds, () => {
        call();
        arm();
      });
    };
    arm();
    return () => callOff();
  }
}

function wanted(types: readonly string[] | undefined): (type: string) => boolean {
  if (types === undefined) return () => true;
  const named = new Set(types);
  return (type) => named.has(type) || named.has(type.split('.')[0] ?? type);
}

function frame(event: ConsoleEvent): string {
  return `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
}
