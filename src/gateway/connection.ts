import type { Socket } from 'node:net';
import type { Clock } from '../model/clock.js';
import type { FcError } from '../model/errors.js';
import type { NodeExchange } from './node-exchange.js';

/** How long a client that has ended its writing side may wait for the head of its reply before it is probed. */
const PROBE_AFTER_MS = 25;
/** How long a reset takes to come back, on one machine. */
const RESET_MS = 10;
/** How long a reply without a length may write nothing after the client's FIN (F-10). */
const ABANDONED_AFTER_MS = 1000;

const NOTHING = Buffer.alloc(0);

/** A client's connection, and the requests on it that have not ended (several when they are pipelined). */
export class Connection {
  /**
   * In the order in which they came, which is the order of the replies. A list, as in {@link InFlight}: it changes with each request.
   */
  readonly open: NodeExchange[] = [];
  /** Ignores everything that follows on this connection. */
  closing = false;
  readonly #socket: Socket;
  readonly #clock: Clock;
  #deferredReply: (() => void) | undefined;

  constructor(socket: Socket, clock: Clock) {
    this.#socket = socket;
    this.#clock = clock;
    // Every head is Latin-1. Node writes some heads as UTF-8, which makes two bytes of one character.
    socket.setDefaultEncoding('latin1');
    socket.once('close', this.#onClose);
    socket.once('end', this.#onEnd);
  }

  /** Whether the client is in the middle of a request's body. */
  get isInBody(): boolean {
    for (const exchange of this.open) {
      if (!exchange.request.complete) return true;
    }
    return false;
  }

  /**
   * Handles bytes that are not HTTP. In the body of a request they fail that request. After whole requests, `answer` is called when
   * they have their replies.
   */
  reject(refusal: FcError, answer: () => void): void {
    for (const exchange of this.open) {
      if (exchange.request.complete) continue;
      exchange.spoilBody(refusal);
      return;
    }
    this.whenIdle(answer);
  }

  /** Calls back once every request so far has its reply; never when the connection closes before. */
  whenIdle(call: () => void): void {
    this.#deferredReply = call;
    this.#sendDeferredReply();
  }

  /** @param exchange one of the open ones, which has ended */
  end(exchange: NodeExchange): void {
    this.open.splice(this.open.indexOf(exchange), 1);
    this.#sendDeferredReply();
  }

  #sendDeferredReply(): void {
    if (this.#deferredReply === undefined || this.open.length > 0) return;
    const answer = this.#deferredReply;
    this.#deferredReply = undefined;
    if (!this.#socket.destroyed) answer();
  }

  readonly #onClose = (): void => {
    for (const exchange of this.open) exchange.close();
  };

  /**
   * The client has ended its writing side. Either it waits for its reply (F-12), or it has gone (F-10). The next write shows which: the
   * system of a client that has gone answers with a reset.
   */
  readonly #onEnd = (): void => {
    if (this.open.length === 0) return;
    this.#probe(PROBE_AFTER_MS, 2);
    this.#watchReply(this.#socket.bytesWritten, this.#socket.bytesWritten);
  };

  /** Before the head of a reply, writes two interim replies, which every client ignores. If the client has gone, the first one causes a
   * reset, and the second one finds it. */
  #probe(afterMs: number, probesLeft: number): void {
    this.#clock.wakeAt(this.#clock.now() + afterMs, () => {
      const first = this.#current();
      if (first === undefined || first.response.headersSent || !first.probe()) return;
      if (probesLeft > 1) this.#probe(RESET_MS, probesLeft - 1);
    });
  }

  /**
   * Closes the connection of a reply without a length that has written nothing since the client's FIN, and of a client that has
   * answered a write by a reset.
   * @param writtenAtEnd bytes that were written before the FIN
   * @param written bytes that were written before the last look
   */
  #watchReply(writtenAtEnd: number, written: number): void {
    this.#clock.wakeAt(this.#clock.now() + ABANDONED_AFTER_MS, () => {
      const first = this.#current();
      if (first === undefined) return;
      const { bytesWritten, writableLength } = this.#socket;
      const isSilent = bytesWritten === writtenAtEnd && writableLength === 0;
      if (isSilent && first.hasOpenEnd) {
        this.#socket.destroy();
        return;
      }
      // A write of no bytes changes nothing for the client, but fails when a reset has come.
      if (bytesWritten !== written) this.#socket.write(NOTHING);
      this.#watchReply(writtenAtEnd, bytesWritten);
    });
  }

  /** @returns the request whose reply is under way; undefined after an upgrade, whose two sides watch each other */
  #current(): NodeExchange | undefined {
    const [first] = this.open;
    return first === undefined || first.response.socket === null || this.#socket.destroyed
      ? undefined
      : first;
  }
}
