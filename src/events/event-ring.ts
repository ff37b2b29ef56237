import type { ConsoleEvent } from '../model/console-events.js';

/** How many events are kept for readers that are slow or connect again. */
const KEPT = 10_000;
/** One read returns events until their text has this many characters. */
const PIECE = 64 * 1024;

interface Entry {
  readonly seq: number;
  readonly event: ConsoleEvent;
  /** The event as JSON, made at the first read. */
  json: string | undefined;
}

/** The latest events. A place counts the events since the ring was made, so it stays valid when old events are dropped. */
export class EventRing {
  /** The number of the emulator's last event, also when the stream does not show that event. */
  seq: number;
  #entries: Entry[] = [];
  /** How many events were dropped. */
  #dropped = 0;
  /** The number of the newest event that is no longer kept. */
  #lost: number;

  /** @param seq the number of the last event before the ring */
  constructor(seq: number) {
    this.seq = seq;
    this.#lost = seq;
  }

  /** The place of the oldest event. */
  get start(): number {
    return this.#dropped + Math.max(0, this.#entries.length - KEPT);
  }

  /** The place after the newest event. */
  get end(): number {
    return this.#dropped + this.#entries.length;
  }

  add(seq: number, event: ConsoleEvent): void {
    this.#entries.push({ seq, event, json: undefined });
    if (this.#entries.length > KEPT) this.#lost = this.#entries[this.#entries.length - KEPT - 1]?.seq ?? 0;
    if (this.#entries.length < 2 * KEPT) return;
    this.#dropped += this.#entries.length - KEPT;
    this.#entries = this.#entries.slice(-KEPT);
  }

  /** @returns the place after event `seq`; undefined when an event after `seq` is lost, or when `seq` is in the future */
  placeAfter(seq: number): number | undefined {
    if (seq < this.#lost || seq > this.seq) return undefined;
    let place = this.end;
    while (place > this.start && (this.#at(place - 1)?.seq ?? 0) > seq) place--;
    return place;
  }

  /** @returns the first and last number of the events that a reader at `place` has lost; undefined when none is lost */
  lostBefore(place: number): { readonly from: number; readonly to: number } | undefined {
    if (place >= this.start) return undefined;
    return { from: this.#at(place - 1)?.seq ?? this.#lost - (this.start - place), to: this.#lost };
  }

  /** @returns the text of the next events, about 64 KiB at most, and the place after them */
  read(
    from: number,
    { isWanted, startId }: { readonly isWanted: (type: string) => boolean; readonly startId: string },
  ): { readonly text: string; readonly next: number } {
    let text = '';
    let next = from;
    for (; text.length < PIECE; next++) {
      const entry = this.#at(next);
      if (entry === undefined) break;
      const { seq, event } = entry;
      if (!isWanted(event.type)) continue;
      entry.json ??= JSON.stringify(event);
      text += `id: ${startId}-${seq}\nevent: ${event.type}\ndata: ${entry.json}\n\n`;
    }
    return { text, next };
  }

  #at(place: number): Entry | undefined {
    return this.#entries[place - this.#dropped];
  }
}
