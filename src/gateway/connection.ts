import type { Socket } from 'node:net';
import type { Clock } from '../model/clock.js';
import type { FcError } from '../model/errors.js';
import type { Exchange } from './exchange.js';

/** How long a client that has said its last word may seem to be there still. */
const GOODBYE_MS = 25;
/** How long a reset takes to come back, on one machine. */
const PROBE_MS = 10;

/** A client's connection, and the requests on it that have not ended (several when they are pipelined). */
export class Connection {
  /** In the order in which they came, which is the order of the replies. */
  readonly open = new Set<Exchange>();
  /** Nothing that comes behind on this connection is a request any more. */
  closing = false;
  readonly #socket: Socket;
  readonly #clock: Clock;
  #deferredReply: (() => void) | undefined;

  constructor(socket: Socket, clock: Clock) {
    this.#socket = socket;
    this.#clock = clock;
    socket.once('close', this.#onClose);
    socket.once('end', this.#onEnd);
  }

  /**
   * What came is not HTTP. Where it stands in the body of a request, that request is refused or broken off; where it comes behind
   * whole requests, `answer` waits until they have their replies.
   */
  reject(refusal: FcError, answer: () => void): void {
    for (const exchange of this.open) {
      if (exchange.request.complete) continue;
      exchange.spoilBody(refusal);
      return;
    }
    this.#deferredReply = answer;
    this.sayFarewell();
  }

  sayFarewell(): void {
    if (this.#deferredReply === undefined || this.open.size > 0) return;
    const answer = this.#deferredReply;
    this.#deferredReply = undefined;
    if (!this.#socket.destroyed) answer();
  }

  readonly #onClose = (): void => {
    for (const exchange of this.open) exchange.close();
  };

  /**
   * The client will say no more. It may have closed only its half and wait for its answer (F-12), or have gone altogether (F-10);
   * the two look alike until something is sent. Before the head of a reply that is what every client of HTTP/1.1 passes over: to the
   * first one the system of a client that has gone answers by a reset, which the second one meets.
   */
  readonly #onEnd = (): void => {
    if (this.open.size > 0) this.#look(GOODBYE_MS, { probesLeft: 2, written: this.#socket.bytesWritten });
  };

  #look(afterMs: number, { probesLeft, written }: { probesLeft: number; written: number }): void {
    this.#clock.wakeAt(this.#clock.now() + afterMs, () => {
      const [first] = this.open;
      // An upgraded connection has left its response object; its two sides look after each other.
      if (first === undefined || first.response.socket === null || this.#socket.destroyed) return;
      const { bytesWritten, writableLength } = this.#socket;
      if (!first.response.headersSent) {
        if (probesLeft === 0 || !first.probe()) return;
        this.#look(PROBE_MS, { probesLeft: probesLeft - 1, written: this.#socket.bytesWritten });
      } else if (bytesWritten === written && writableLength === 0 && probesLeft === 2) {
        this.#socket.destroy();
      } else if (probesLeft === 2) {
        this.#look(GOODBYE_MS, { probesLeft, written: bytesWritten });
      }
    });
  }
}
