import type { ClientRequest } from 'node:http';
import type { Duplex, Readable } from 'node:stream';
import { type Pump, pump } from './pump.js';

interface UploadOptions {
  readonly body: Readable;
  readonly outgoing: ClientRequest;
  readonly maxBytes: number;
  /** Called at most once. Nothing more is sent then. */
  readonly onTooLong: () => void;
}

/** Sends a request's body to the instance. */
export class Upload {
  readonly #body: Readable;
  readonly #outgoing: ClientRequest;
  readonly #onTooLong: () => void;
  #bytesLeft: number;
  #pump: Pump | undefined;
  #stopped = false;

  /** Reads the body only when the connection is open, so that a request whose connection was refused may be sent again. */
  constructor({ body, outgoing, maxBytes, onTooLong }: UploadOptions) {
    this.#body = body;
    this.#outgoing = outgoing;
    this.#bytesLeft = maxBytes;
    this.#onTooLong = onTooLong;
    outgoing.once('socket', (socket: Duplex & { readonly connecting?: boolean }) => {
      if (socket.connecting) socket.once('connect', this.#begin);
      else this.#begin();
    });
  }

  /** Whether a byte of the body may have been read. */
  get begun(): boolean {
    return this.#pump !== undefined;
  }

  /** Whether the client still sends and the instance still reads. */
  get isUnderWay(): boolean {
    return this.begun && !this.#body.readableEnded && !this.#body.destroyed && !this.#outgoing.destroyed;
  }

  /** Calls back when an upload that lasts longer than its reply is over. Node then emits no `drain`. */
  whenOver(call: () => void): void {
    const upstream = this.#outgoing.socket;
    const onDrain = (): void => {
      this.#outgoing.emit('drain');
    };
    const over = (): void => {
      upstream?.off('drain', onDrain);
      call();
    };
    upstream?.on('drain', onDrain);
    this.#outgoing.once('close', over);
    this.#body.once('close', over);
    this.#body.once('end', over);
  }

  stop(): void {
    this.#stopped = true;
    this.#pump?.stop();
  }

  readonly #begin = (): void => {
    if (this.#stopped) return;
    this.#pump = pump(this.#body, this.#outgoing, { mayPass: this.#mayPass });
  };

  readonly #mayPass = (bytes: number): boolean => {
    this.#bytesLeft -= bytes;
    if (this.#bytesLeft >= 0) return true;
    this.#onTooLong();
    return false;
  };
}
