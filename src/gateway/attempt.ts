import type { ClientRequest, IncomingMessage, InformationEvent } from 'node:http';
import type { Socket } from 'node:net';
import type { Assignment } from '../model/admission.js';
import { asFcError, type FcError } from '../model/errors.js';
import { decideReuse, hasReceived } from './agents.js';
import type { AttemptResult } from './attempt-result.js';
import { bodyTooLarge, type CheckedRequest } from './check-request.js';
import type { Exchange } from './exchange.js';
import { failureOf, retryOf, timeoutFailure } from './failures.js';
import { pump } from './pump.js';
import { writeInterimHead, writeReplyHead } from './reply.js';
import { badResponse, checkSwitch } from './reply-head.js';
import type { Route } from './route.js';
import { openTunnel } from './tunnel.js';
import { Upload } from './upload.js';
import { upstreamHead } from './upstream-head.js';

export interface AttemptParts {
  readonly exchange: Exchange;
  readonly assignment: Assignment;
  readonly head: CheckedRequest;
  readonly route: Route;
}

/** One try of a request on one instance: from the hand-over to the last byte in both directions, or to whatever came between. */
export class Attempt {
  readonly #parts: AttemptParts;
  readonly #exchange: Exchange;
  readonly #head: CheckedRequest;
  readonly #route: Route;
  readonly #resolve: (result: AttemptResult) => void;
  #outgoing: ClientRequest | undefined;
  #upload: Upload | undefined;
  #reply: IncomingMessage | undefined;
  #tunnel: Socket | undefined;
  #over = false;
  #callOff: () => void = ignore;

  static run(parts: AttemptParts): Promise<AttemptResult> {
    return new Promise((resolve) => {
      new Attempt(parts, resolve).#start();
    });
  }

  private constructor(parts: AttemptParts, resolve: (result: AttemptResult) => void) {
    this.#parts = parts;
    this.#exchange = parts.exchange;
    this.#head = parts.head;
    this.#route = parts.route;
    this.#resolve = resolve;
  }

  #start(): void {
    const exchange = this.#exchange;
    const { clock, timeoutInSeconds } = this.#route;
    if (exchange.closed) {
      this.#onClientClosed();
    } else if (exchange.bodyError !== undefined) {
      this.#fail(exchange.bodyError);
    } else {
      exchange.onClosed = this.#onClientClosed;
      exchange.onBodyError = this.#fail;
      this.#callOff = clock.wakeAt(clock.now() + timeoutInSeconds * 1000, () =>
        this.#fail(timeoutFailure(timeoutInSeconds)),
      );
      try {
        this.#send();
      } catch (error) {
        this.#fail(asFcError(error));
      }
    }
  }

  #send(): void {
    const exchange = this.#exchange;
    const { request, response, socket, upgradeHead } = exchange;
    const { upstream } = this.#route;
    const message = upstreamHead(this.#parts);
    if (upgradeHead === undefined) {
      const outgoing = this.#watch(upstream.request(request, response, message));
      outgoing.on('upgrade', this.#onUnaskedSwitch);
      this.#sendBody(outgoing);
    } else {
      // http-proxy puts these bytes back into the socket, where another try finds them.
      exchange.upgradeHead = Buffer.alloc(0);
      const { outgoing, join } = upstream.upgrade(request, socket, upgradeHead, message);
      this.#watch(outgoing).on('upgrade', (reply, upstream, head) =>
        this.#onSwitch({ reply, upstream, join: () => join(reply, upstream, head) }),
      );
    }
  }

  #watch(outgoing: ClientRequest): ClientRequest {
    this.#outgoing = outgoing;
    return outgoing
      .on('error', this.#onError)
      .on('information', this.#onInterim)
      .on('response', this.#onReply);
  }

  #sendBody(outgoing: ClientRequest): void {
    const { maxBodyBytes } = this.#route;
    const exchange = this.#exchange;
    if (this.#head.hasBody) {
      const onTooLong = (): void => this.#fail(bodyTooLarge(maxBodyBytes));
      this.#upload = new Upload({ exchange, outgoing, maxBytes: maxBodyBytes, onTooLong });
      return;
    }
    outgoing.end();
  }

  readonly #onInterim = (interim: InformationEvent): void => {
    if (this.#over || this.#answered) return;
    try {
      writeInterimHead(this.#exchange, interim);
    } catch (error) {
      this.#fail(asFcError(error));
    }
  };

  readonly #onReply = (reply: IncomingMessage): void => {
    reply.on('error', this.#onError);
    if (this.#over) return;
    let body: ReturnType<typeof writeReplyHead>;
    try {
      body = writeReplyHead(this.#parts, reply);
    } catch (error) {
      this.#fail(asFcError(error));
      return;
    }
    this.#answeredWith(reply);
    if (this.#outgoing !== undefined) decideReuse(this.#outgoing, reply);
    pump(reply, this.#exchange.response, body);
  };

  #onSwitch({ reply, upstream, join }: { reply: IncomingMessage; upstream: Socket; join: () => void }): void {
    upstream.on('error', ignore);
    if (this.#over) {
      upstream.destroy();
      return;
    }
    try {
      reply.headers = checkSwitch(reply, this.#exchange.requestId);
    } catch (error) {
      upstream.destroy();
      this.#fail(asFcError(error));
      return;
    }
    this.#answeredWith(reply);
    this.#tunnel = upstream;
    openTunnel({
      exchange: this.#exchange,
      upstream,
      clock: this.#route.clock,
      onBroken: () => this.#break(undefined),
    });
    join();
  }

  readonly #onUnaskedSwitch = (_reply: IncomingMessage, upstream: Socket): void => {
    upstream.on('error', ignore);
    upstream.destroy();
    this.#fail(badResponse('status 101 to a request that asked for no upgrade'));
  };

  #answeredWith(reply: IncomingMessage): void {
    this.#reply = reply;
    this.#exchange.firstByteAt = this.#route.clock.now();
  }

  get #answered(): boolean {
    return this.#reply !== undefined;
  }

  readonly #onError = (error: NodeJS.ErrnoException): void => {
    // Whatever happens to the connection behind a whole reply does not take the reply back.
    if (this.#over || this.#reply?.complete) return;
    if (this.#answered) {
      this.#break(undefined);
      return;
    }
    const retry = retryOf({
      error,
      method: this.#exchange.request.method,
      attempts: this.#exchange.attempts,
      hasBody: this.#head.hasBody,
      bodyTouched: this.#upload?.begun === true,
      replyBegun: this.#outgoing !== undefined && hasReceived(this.#outgoing),
    });
    this.#end({ answered: false, failure: failureOf(error), retry });
  };

  /** The reply is out, or the client is gone. */
  readonly #onClientClosed = (): void => {
    const { delivered, stopped } = this.#exchange;
    const isWhole = delivered || (this.#tunnel !== undefined && !stopped);
    if (!isWhole) this.#exchange.noteUnfinished();
    // The instance may have replied before it had the whole body, and still want the rest.
    if (isWhole && this.#upload?.isUnderWay) this.#upload.whenOver(() => this.#end({ answered: true }));
    else this.#end({ answered: this.#answered });
  };

  readonly #fail = (failure: FcError): void => {
    if (this.#answered) this.#break(failure);
    else this.#end({ answered: false, failure });
  };

  #break(failure: FcError | undefined): void {
    if (this.#over) return;
    this.#end({ answered: true });
    this.#exchange.abort(failure);
  }

  #end(result: AttemptResult): void {
    if (this.#over) return;
    this.#over = true;
    this.#callOff();
    this.#upload?.stop();
    this.#exchange.onClosed = ignore;
    this.#exchange.onBodyError = ignore;
    // After a whole exchange, read to its end, Node has kept the connection.
    if (!this.#reply?.readableEnded || !this.#outgoing?.writableFinished) this.#outgoing?.destroy();
    this.#tunnel?.destroy();
    this.#resolve(result);
  }
}

function ignore(): void {}
