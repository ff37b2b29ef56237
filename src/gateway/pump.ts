import type { Readable, Writable } from 'node:stream';

const NOTHING = Buffer.alloc(0);
/** Bytes that are worth copying to spare a write. */
const SHORT = 4096;

/** A message of Node, or any other stream. */
type Destination = Writable & { readonly socket?: Pick<Writable, 'cork' | 'uncork'> | null };

/**
 * Carries every byte from one message to another and ends the second with the first, never faster than the second takes them.
 * A head that comes with its body goes out with it; one that comes alone, as an event stream's, does not wait.
 */
export function pump(from: Readable, to: Destination, how: PumpOptions = {}): Pump {
  const made = new Pump(from, to, how);
  process.nextTick(flushHead, made);
  return made;
}

interface PumpOptions {
  /** How many bytes there are in all, if that is known: so a body that comes in one piece is known to be whole. */
  readonly length?: number | undefined;
  /** Sees each piece before it passes. */
  readonly watch?: ((chunk: Uint8Array) => void) | undefined;
  /** Is told how many bytes come next; false drops them and ends the pumping. */
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

/** As text a body goes out with its head, in one piece, unless the end of the message comes behind it before it has gone. */
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
