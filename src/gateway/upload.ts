import type { ClientRequest } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Exchange } from './exchange.js';
import { type Pump, pump } from './pump.js';

interface UploadOptions {
  readonly exchange: Exchange;
  readonly outgoing: ClientRequest;
  readonly maxBytes: number;
  /** Called at most once; nothing is sent any more then. */
  readonly onTooLong: () => void;
}

/** The way of a request's body to the instance. */
export class Upload {
  readonly #exchange: Exchange;
  readonly #outgoing: ClientRequest;
  readonly #onTooLong: () => void;
  #bytesLeft: number;
  #pump: Pump | undefined;
  #stopped = false;

  /** The body is not touched until somebody is there to take it, so that a refused connection may be tried again. */
  constructor({ exchange, outgoing, maxBytes, onTooLong }: UploadOptions) {
    this.#exchange = exchange;
    this.#outgoing = outgoing;
    this.#bytesLeft = maxBytes;
    this.#onTooLong = onTooLong;
    outgoing.once('socket', (socket: Duplex & { readonly connecting?: boolean }) => {
      if (socket.connecting) socket.once('connect', this.#begin);
      else this.#begin();
    });
  }

  /** Whether a byte of the body may have been taken. */
  get begun(): boolean {
    return this.#pump !== undefined;
  }

  /** Whether the client still sends and the instance still takes. */
  get isUnderWay(): boolean {
    const { request, socket } = this.#exchange;
    return (
      this.begun &&
      !request.readableEnded &&
      !request.destroyed &&
      !socket.destroyed &&
      !this.#outgoing.destroyed
    );
  }

  /** For an upload that outlasts its reply: Node then tells neither of a drained connection nor of a client that leaves. */
  whenOver(call: () => void): void {
    const { request, socket } = this.#exchange;
    const upstream = this.#outgoing.socket;
    const onDrain = (): void => {
      this.#outgoing.emit('drain');
    };
    const over = (): void => {
      upstream?.off('drain', onDrain);
      socket.off('close', over);
      call();
    };
    upstream?.on('drain', onDrain);
    socket.once('close', over);
    this.#outgoing.once('close', over);
    request.once('end', over);
  }

  stop(): void {
    this.#stopped = true;
    this.#pump?.stop();
  }

  readonly #begin = (): void => {
    if (this.#stopped) return;
    this.#pump = pump(this.#exchange.request, this.#outgoing, { mayPass: this.#mayPass });
  };

  readonly #mayPass = (bytes: number): boolean => {
    this.#bytesLeft -= bytes;
    if (this.#bytesLeft >= 0) return true;
    this.#onTooLong();
    return false;
  };
}
