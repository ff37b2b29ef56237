import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Readable, Writable } from 'node:stream';
import type { Clock } from '../model/clock.js';
import type { Exchange, ExchangeHead, ExchangeOutcome, ExchangeReply } from '../model/exchange.js';
import { MAX_BODY_BYTES } from '../model/limits.js';
import { endBodyWithConnection } from '../system/late-body.js';
import { invocationResult } from './invocation-result.js';

interface InvocationExchangeParts {
  readonly requestId: string;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly head: ExchangeHead;
  readonly body: Readable | undefined;
  /** Whether the reply contains what the instance printed. Such a reply is held back until it is whole. */
  readonly tail: boolean;
  /** Flat: what every reply of the API has. */
  readonly commonLines: () => readonly string[];
  /** The process clock. */
  readonly clock: Pick<Clock, 'now'>;
}

const INITIALIZATION_ERROR = 'UnhandledInitializationError';
/** A longer reply of an invocation with a log is not held back to its end. */
const MOST_HELD_BYTES = MAX_BODY_BYTES;

/**
 * InvokeFunction's request and reply. The instance's status and header lines are not returned: the SDK parses every error status as
 * JSON of the API (spec §8.4).
 */
export class InvocationExchange implements Exchange {
  readonly requestId: string;
  readonly head: ExchangeHead;
  readonly body: Readable | undefined;
  readonly bodyError = undefined;
  readonly upgrade = undefined;
  readonly over: Promise<ExchangeOutcome>;
  readonly sink: Writable;
  readonly #parts: InvocationExchangeParts;
  #writeResult: (() => void) | undefined;
  #resolve: (outcome: ExchangeOutcome) => void = ignore;
  #isOver = false;
  #isStopped = false;

  constructor(parts: InvocationExchangeParts) {
    const { requestId, request, response, head, body, tail } = parts;
    this.#parts = parts;
    this.requestId = requestId;
    this.head = head;
    this.body = body;
    this.over = new Promise((resolve) => {
      this.#resolve = resolve;
    });
    this.sink = tail ? this.#heldBack() : response;
    request.on('error', ignore);
    response.on('error', ignore);
    response.on('close', () => this.#close());
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** The body comes without an expectation, so no interim reply is due. */
  writeInterim(): void {}

  writeHead(reply: ExchangeReply, length: number | undefined): number {
    const { response, commonLines, tail, clock } = this.#parts;
    const { answer, status, reason, lines, refusal } = reply;
    if (refusal?.code === 'FunctionInitializationFailed') {
      // A failure of the function's own code is no error of the API (spec §8.5).
      response.writeHead(200, 'OK', [...commonLines(), ...lines, 'X-Fc-Error-Type', INITIALIZATION_ERROR]);
      return 200;
    }
    if (answer === undefined) {
      response.writeHead(status, reason, [...commonLines(), ...lines]);
      return status;
    }
    const repliedAt = clock.now();
    const writeResult = (): void => {
      const elapsedMs = answer.elapsedMs + clock.now() - repliedAt;
      const result = invocationResult({ requestId: this.requestId, reply, length, answer, elapsedMs, tail });
      response.writeHead(200, 'OK', [...commonLines(), ...result]);
    };
    if (tail) this.#writeResult = writeResult;
    else writeResult();
    return 200;
  }

  abort(): void {
    this.#parts.request.socket.destroy();
  }

  stop(): void {
    this.#isStopped = true;
    this.abort();
    this.#close();
  }

  #close(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    endBodyWithConnection(this.#parts.request);
    this.#resolve(this.#outcome());
  }

  #outcome(): ExchangeOutcome {
    if (this.#parts.response.writableFinished) return 'delivered';
    return this.#isStopped ? 'stopped' : 'client-closed';
  }

  /** Takes the body of the reply, and passes it on when it is whole, or too long to be held. */
  #heldBack(): Writable {
    const { response } = this.#parts;
    const held: Buffer[] = [];
    let heldBytes = 0;
    const release = (): Buffer => {
      this.#writeResult?.();
      this.#writeResult = undefined;
      return Buffer.concat(held.splice(0));
    };
    const pass = (bytes: Buffer, done: () => void): void => {
      if (response.write(bytes)) done();
      else response.once('drain', done);
    };
    return new Writable({
      write(chunk: Buffer, _encoding, done) {
        held.push(chunk);
        heldBytes += chunk.length;
        if (response.headersSent || heldBytes > MOST_HELD_BYTES) pass(release(), done);
        else done();
      },
      final(done) {
        // What the instance printed comes by another pipe: this turn of the event loop reads both.
        setImmediate(() => {
          response.end(release());
          done();
        });
      },
    });
  }
}

function ignore(): void {}
