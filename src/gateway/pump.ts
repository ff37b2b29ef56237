import type { OutgoingMessage } from 'node:http';
import type { Readable } from 'node:stream';

const NOTHING = Buffer.alloc(0);

/**
 * Carries every byte from one message to another and ends the second with the first, never faster than the second takes them.
 * A head that comes with its body goes out with it; one that comes alone, as an event stream's, does not wait.
 * @param mayPass is told how many bytes come next; false drops them and ends the pumping
 */
export function pump(from: Readable, to: OutgoingMessage, mayPass?: (bytes: number) => boolean): Pump {
  const made = new Pump(from, to, mayPass);
  process.nextTick(flushHead, made);
  return made;
}

export class Pump {
  readonly #from: Readable;
  readonly #to: OutgoingMessage;
  readonly #mayPass: ((bytes: number) => boolean) | undefined;
  #flowed = false;

  constructor(from: Readable, to: OutgoingMessage, mayPass?: (bytes: number) => boolean) {
    this.#from = from;
    this.#to = to;
    this.#mayPass = mayPass;
    from.on('end', this.#onEnd);
    from.on('data', this.#onData);
  }

  /** Node's own `flushHeaders` would write the head as UTF-8, which garbles what came as Latin-1. */
  flushHead(): void {
    if (!this.#flowed && !this.#to.destroyed) this.#to.write(NOTHING);
  }

  /** Leaves both sides as they are, the first one paused or flowing. */
  stop(): void {
    this.#flowed = true;
    this.#from.off('data', this.#onData);
    this.#from.off('end', this.#onEnd);
    this.#to.off('drain', this.#onDrain);
  }

  readonly #onData = (chunk: Buffer): void => {
    if (this.#mayPass !== undefined && !this.#mayPass(chunk.length)) {
      this.stop();
      return;
    }
    this.#flowed = true;
    if (this.#to.write(chunk)) return;
    this.#from.pause();
    this.#to.once('drain', this.#onDrain);
  };

  readonly #onDrain = (): void => {
    this.#from.resume();
  };

  readonly #onEnd = (): void => {
    this.#flowed = true;
    this.#to.end();
  };
}

function flushHead(made: Pump): void {
  made.flushHead();
}
