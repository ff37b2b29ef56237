import type { ConsoleEvent } from '../model/console-events.js';

/** Events kept for readers that are slow or come back. */
const KEPT = 10_000;
/** Characters of events that are sent in one piece. */
const PIECE = 64 * 1024;

interface Entry {
  readonly seq: number;
  readonly event: ConsoleEvent;
  /** As JSON; made when it is first read. */
  json: string | undefined;
}

/** The latest events. A place is a count of events since the ring was made, so it stays right when old events are dropped. */
export class EventRing {
  /** Of the last event of the emulator, also of one that the stream does not tell. */
  seq: number;
  #entries: Entry[] = [];
  /** How many events were dropped. */
  #dropped = 0;
  /** The last event that is lost to every reader. */
  #lost: number;

  /** @param seq of the last event before it */
  constructor(seq: number) {
    this.seq = seq;
    this.#lost = seq;
  }

  /** The place of the oldest event. */
  get start(): number {
    return this.#dropped + Math.max(0, this.#entries.length - KEPT);
  }

  /** The place behind the newest event. */
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

  /** @returns the place behind the event of that number; undefined when an event after it is lost, or it has not happened */
  placeAfter(seq: number): number | undefined {
    if (seq < this.#lost || seq > this.seq) return undefined;
    let place = this.end;
    while (place > this.start && (this.#at(place - 1)?.seq ?? 0) > seq) place--;
    return place;
  }

  /** @returns the numbers between which a reader at that place has lost events; undefined when it has lost none */
  lostBefore(place: number): { readonly from: number; readonly to: number } | undefined {
    if (place >= this.start) return undefined;
    return { from: this.#at(place - 1)?.seq ?? this.#lost - (this.start - place), to: this.#lost };
  }

  /** @returns events from that place on as text, as many as make a piece, and the place behind them */
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
