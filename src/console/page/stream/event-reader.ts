import type { ConsoleEvent } from '../../../model/console-events.js';
import type { Api } from './api.js';
import { ServerSentParser } from './server-sent-parser.js';

export type Link =
  | 'connecting'
  | 'live'
  | 'stale'
  /** The emulator needs a key, and the page has no valid one. */
  | 'refused';

interface EventReaderOptions {
  readonly api: Api;
  readonly onEvent: (event: ConsoleEvent) => void;
  readonly onLink: (link: Link) => void;
}

/** The stream sends a heartbeat every 15 seconds. */
const LONGEST_SILENCE_MS = 35_000;
const LONGEST_WAIT_MS = 5000;
/** A hidden tab closes its connection after this time. */
const HIDDEN_MS = 60_000;

/** Reads the events of the emulator, and connects again each time the stream ends. */
export class EventReader {
  readonly #options: EventReaderOptions;
  #lastEventId: string | undefined;
  #connection: AbortController | undefined;
  #wake: () => void = () => {};
  #isHidden = false;
  #isRefused = false;

  constructor(options: EventReaderOptions) {
    this.#options = options;
  }

  /** Never ends. */
  async run(): Promise<void> {
    this.#watchVisibility();
    for (let failures = 0; ; failures++) {
      try {
        await this.#read(() => {
          failures = 0;
        });
      } catch {
        // The emulator does not answer, or the connection was lost.
      }
      this.#options.onLink(this.#isRefused ? 'refused' : 'stale');
      await this.#pause(Math.min(LONGEST_WAIT_MS, 250 * 2 ** failures));
    }
  }

  async #read(onFirst: () => void): Promise<void> {
    const connection = new AbortController();
    this.#connection = connection;
    const headers = this.#lastEventId === undefined ? undefined : { 'Last-Event-ID': this.#lastEventId };
    let silence = setTimeout(() => connection.abort(), LONGEST_SILENCE_MS);
    try {
      const reply = await this.#options.api.open('_emulator/v1/events', headers ?? {}, connection.signal);
      this.#isRefused = [400, 401, 403].includes(reply.status);
      if (!reply.ok || reply.body === null) throw new Error(`the emulator answered ${reply.status}`);
      const parser = new ServerSentParser();
      const texts = reply.body.pipeThrough(new TextDecoderStream()).getReader();
      for (;;) {
        const { done, value } = await texts.read();
        if (done) return;
        clearTimeout(silence);
        silence = setTimeout(() => connection.abort(), LONGEST_SILENCE_MS);
        for (const { id, data } of parser.push(value)) {
          this.#lastEventId = id ?? this.#lastEventId;
          this.#options.onEvent(JSON.parse(data));
        }
        onFirst();
        this.#options.onLink('live');
      }
    } finally {
      clearTimeout(silence);
      connection.abort();
    }
  }

  #watchVisibility(): void {
    let timer: ReturnType<typeof setTimeout> | undefined;
    document.addEventListener('visibilitychange', () => {
      clearTimeout(timer);
      this.#isHidden = false;
      if (!document.hidden) return this.#wake();
      timer = setTimeout(() => {
        this.#isHidden = true;
        this.#connection?.abort();
      }, HIDDEN_MS);
    });
  }

  /** Resolves when the time is over and the tab is visible. */
  async #pause(ms: number): Promise<void> {
    await new Promise<void>((resolve) => setTimeout(resolve, ms));
    if (!this.#isHidden) return;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
  }
}
