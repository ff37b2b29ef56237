import type { Readable, Writable } from 'node:stream';

const NOTHING = Buffer.alloc(0);
/** A body up to this length is copied, to save a write. */
const SHORT = 4096;

/** A message of Node, or any other stream. */
type Destination = Writable & { readonly socket?: Pick<Writable, 'cork' | 'uncork'> | null };

/**
 * Copies every byte from one message to another, as fast as the second one takes them, and ends the second one with the first.
 * A head is sent together with the first bytes of its body, or at once if there are none yet, as in an event stream.
 */
export function pump(from: Readable, to: Destination, how: PumpOptions = {}): Pump {
  const made = new Pump(from, to, how);
  process.nextTick(flushHead, made);
  return made;
}

interface PumpOptions {
  /** The length of the body in bytes, where it is known: it shows that a body in one piece is whole. */
  readonly length?: number | undefined;
  /** Sees each piece before it passes. */
  readonly watch?: ((chunk: Uint8Array) => void) | undefined;
  /** Receives the size of the next piece. `false` drops the piece and ends the copying. */
  readonly mayPass?: (bytes: number) => boolean;
}

export class Pump {
  readonly #from: Readable;
  readonly #to: Destination;
  readonly #mayPass: ((bytes: number) => boolean) | undefined;
  readonly #length: number | undefined;
  readonly #watch: ((chunk: Uint8Array) => void) | undefined;
  #flowed = false;
  #ended = false;

  constructor(from: Readable, to: Destination, { length, mayPass, watch }: PumpOptions) {
    this.#from = from;
    this.#to = to;
    this.#mayPass = mayPass;
    this.#length = length;
    this.#watch = watch;
    from.on('end', this.#onEnd);
    from.on('data', this.#onData);
  }

  /** Node's own `flushHeaders` writes the head as UTF-8, which changes Latin-1 bytes. */
  flushHead(): void {
    if (!this.#flowed && !this.#to.destroyed) this.#to.write(NOTHING);
  }

  /** Stops copying and changes nothing else on either side. */
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
    this.#watch?.(chunk);
    const isWhole = !this.#flowed && chunk.length === this.#length;
    this.#flowed = true;
    if (isWhole && chunk.length <= SHORT) {
      this.#ended = true;
      endWith(this.#to, chunk.toString('latin1'));
      return;
    }
    if (this.#to.write(chunk)) return;
    this.#from.pause();
    this.#to.once('drain', this.#onDrain);
  };

  readonly #onDrain = (): void => {
    this.#from.resume();
  };

  readonly #onEnd = (): void => {
    this.#flowed = true;
    if (!this.#ended) this.#to.end();
  };
}

/** Node writes a text together with the head, in one piece, if the text is flushed before the end of the message. */
function endWith(to: Destination, text: string): void {
  const { socket } = to;
  socket?.cork();
  to.write(text, 'latin1');
  socket?.uncork();
  to.end();
}

function flushHead(made: Pump): void {
  made.flushHead();
}
