import type { IncomingMessage, OutgoingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import type { FcError } from '../model/errors.js';
import type {
  ClientUpgrade,
  Exchange,
  ExchangeHead,
  ExchangeOutcome,
  ExchangeReply,
} from '../model/exchange.js';
import { endBodyWithConnection } from '../system/late-body.js';
import type { CheckedRequest } from './check-request.js';

/** Stands for the method and target of a request that could not be parsed. */
const UNKNOWN = '-';

interface NodeExchangeParts {
  readonly requestId: string;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** For an upgrade, the bytes that came behind its head. */
  readonly upgradeHead?: Buffer | undefined;
}

/** The checks fill in the rest of a head. */
type MutableHead = { -readonly [key in keyof ExchangeHead]: ExchangeHead[key] };

/** An undocumented method of Node: writes before the head of the reply, after the earlier replies of the connection. */
interface RawWriter {
  _writeRaw(text: string, encoding: 'latin1'): boolean;
}

/** An exchange that Node's HTTP server has parsed. */
export class NodeExchange implements Exchange {
  readonly requestId: string;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly socket: Socket;
  readonly upgrade: ClientUpgrade | undefined;
  readonly over: Promise<ExchangeOutcome>;
  readonly head: MutableHead;
  body: Readable | undefined;
  bodyError: FcError | undefined;
  /** Whether the connection is closed after the reply. */
  closesConnection = false;
  /** Whether the reply under way has a body of unknown length. */
  hasOpenEnd = false;
  #resolve: (outcome: ExchangeOutcome) => void = ignore;
  #isOver = false;
  #isStopped = false;
  #isUpgraded = false;

  constructor({ requestId, request, response, upgradeHead }: NodeExchangeParts) {
    this.requestId = requestId;
    this.request = request;
    this.response = response;
    this.socket = request.socket;
    this.upgrade = upgradeHead && this.#upgrade(upgradeHead);
    this.head = {
      method: request.method ?? UNKNOWN,
      target: request.url || UNKNOWN,
      lines: request.rawHeaders,
      forwardedLines: [],
      isFramed: false,
    };
    this.over = new Promise((resolve) => {
      this.#resolve = resolve;
    });
    request.on('error', ignore);
    response.on('error', ignore);
    response.on('close', () => this.close());
  }

  get sink(): ServerResponse {
    return this.response;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** The head has passed the checks. */
  accept({ host, lines, isFramed, hasBody }: CheckedRequest): void {
    this.head.forwardedLines = [host.name, host.value].concat(lines);
    this.head.isFramed = isFramed;
    this.body = hasBody ? this.request : undefined;
  }

  writeInterim({ status, reason, lines }: ExchangeReply): void {
    const { request, response, socket } = this;
    if (request.httpVersionMinor === 0 || response.headersSent) return;
    if (status === 100) {
      response.writeContinue();
      return;
    }
    // A client that reads too slowly misses interim replies, so that they do not fill the memory.
    if (socket.writableNeedDrain || response.writableLength > response.writableHighWaterMark) return;
    const head = [`HTTP/1.1 ${status} ${reason}`];
    for (let at = 0; at < lines.length; at += 2) head.push(`${lines[at]}: ${lines[at + 1]}`);
    const writer = response as OutgoingMessage as unknown as RawWriter;
    writer._writeRaw(`${head.join('\r\n')}\r\n\r\n`, 'latin1');
  }

  writeHead({ status, reason, lines }: ExchangeReply, length: number | undefined): number {
    this.hasOpenEnd = length === undefined;
    if (this.closesConnection || this.bodyError !== undefined) this.response.shouldKeepAlive = false;
    this.response.writeHead(status, reason, lines as string[]);
    return status;
  }

  abort(): void {
    // Where the end of the connection is the end of the body, only a reset tells the client that the body is incomplete.
    const isEncrypted = 'encrypted' in this.socket;
    // TLS marks the end of a body by itself, and has no reset.
    if (this.hasOpenEnd && this.request.httpVersionMinor === 0 && !isEncrypted) this.socket.resetAndDestroy();
    else this.socket.destroy();
  }

  /** Ends the exchange with its connection. */
  stop(): void {
    this.#isStopped = true;
    this.socket.destroy();
    this.close();
  }

  /** The reply is written, or the connection is closed. */
  close(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    endBodyWithConnection(this.request);
    this.#resolve(this.#outcome());
  }

  spoilBody(error: FcError): void {
    if (this.bodyError !== undefined) return;
    this.bodyError = error;
    this.request.emit('error', error);
  }

  /**
   * Sends an interim reply, which every client ignores.
   * @returns false when the client's protocol has none
   */
  probe(): boolean {
    if (this.request.httpVersionMinor === 0) return false;
    this.response.writeContinue();
    return true;
  }

  #outcome(): ExchangeOutcome {
    if (this.response.writableFinished) return 'delivered';
    if (this.#isStopped) return 'stopped';
    return this.#isUpgraded ? 'delivered' : 'client-closed';
  }

  #upgrade(head: Buffer): ClientUpgrade {
    const { socket, response } = this;
    let rest = head;
    return {
      socket,
      takeHead() {
        const taken = rest;
        rest = Buffer.alloc(0);
        return taken;
      },
      accept: () => {
        this.#isUpgraded = true;
        response.statusCode = 101;
        response.detachSocket(socket);
        socket.once('close', () => this.close());
      },
    };
  }
}

function ignore(): void {}
