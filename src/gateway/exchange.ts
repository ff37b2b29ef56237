import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Decision } from '../model/admission.js';
import type { FcError } from '../model/errors.js';
import type { RequestOutcome } from '../model/request-record.js';
import { answerRefusal } from './refusal.js';

/** A request and its reply, from the client's side, and what is known of them for the record. */
export class Exchange {
  readonly requestId: string;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly socket: Socket;
  /** When it began: on the clock that is shown, and on the one that measures. */
  readonly at: number;
  readonly startedAt: number;
  /** For an upgrade, the bytes that came after its head; given to the first try. */
  upgradeHead: Buffer | undefined;
  readonly upgrade: boolean;

  decision: Decision | undefined;
  outcome: RequestOutcome = 'completed';
  refusal: FcError | undefined;
  attempts = 0;
  admittedAt: number | undefined;
  firstByteAt: number | undefined;
  /** Whether the reply under way has a body of unknown length. */
  hasOpenEnd = false;
  /** Where the end of the connection is the end of the body, only a reset tells that it is not whole. */
  endsByClosing = false;

  /** Set when the rest of the request's body cannot be understood: its connection has no future. */
  bodyError: FcError | undefined;
  onBodyError: (refusal: FcError) => void = ignore;
  /** Called once, when nothing more can be told to the client: the reply is out, or the client is gone. */
  onClosed: () => void = ignore;
  #closed = false;
  #stopped = false;

  constructor({ requestId, request, response, at, startedAt, upgradeHead }: ExchangeParts) {
    this.requestId = requestId;
    this.request = request;
    this.response = response;
    this.socket = request.socket;
    this.at = at;
    this.startedAt = startedAt;
    this.upgradeHead = upgradeHead;
    this.upgrade = upgradeHead !== undefined;
    request.on('error', ignore);
    response.on('error', ignore);
    response.on('close', () => this.close());
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Whether the emulator has ended the exchange. */
  get stopped(): boolean {
    return this.#stopped;
  }

  /** Whether the whole reply went out. */
  get delivered(): boolean {
    return this.response.writableFinished;
  }

  async whenClosed(): Promise<void> {
    if (this.#closed) return;
    await new Promise<void>((resolve) => {
      this.onClosed = resolve;
    });
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.onClosed();
  }

  /** Ends the exchange with its connection, because the emulator stops. */
  stop(): void {
    this.#stopped = true;
    this.socket.destroy();
    this.close();
  }

  /** Notes why the connection ended before the reply was whole. */
  noteUnfinished(): void {
    this.outcome = this.#stopped ? 'stopped' : 'client-closed';
  }

  spoilBody(refusal: FcError): void {
    if (this.bodyError !== undefined) return;
    this.bodyError = refusal;
    this.onBodyError(refusal);
  }

  /**
   * Sends what means nothing before the head of a reply.
   * @returns false when the client's protocol knows no such thing
   */
  probe(): boolean {
    if (this.request.httpVersionMinor === 0) return false;
    this.response.writeContinue();
    return true;
  }

  /** Answers in the function's place; does nothing when the client is gone. */
  refuse(error: FcError, { close }: { close: boolean }): void {
    if (this.#closed) {
      this.noteUnfinished();
      return;
    }
    this.refusal = error;
    this.outcome = 'refused';
    if (close || this.bodyError !== undefined) this.response.shouldKeepAlive = false;
    answerRefusal(this.response, error, this.requestId);
  }

  /** The reply cannot be finished, and the client must notice. */
  abort(error: FcError | undefined): void {
    this.refusal = error;
    this.outcome = 'broken';
    if (this.endsByClosing) this.socket.resetAndDestroy();
    else this.socket.destroy();
  }
}

interface ExchangeParts {
  readonly requestId: string;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly at: number;
  readonly startedAt: number;
  readonly upgradeHead: Buffer | undefined;
}

function ignore(): void {}
