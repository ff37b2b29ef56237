import type { ClientRequest, IncomingMessage, InformationEvent } from 'node:http';
import type { Socket } from 'node:net';
import type { Assignment } from '../model/admission.js';
import type { BodyWatcher } from '../model/affinity.js';
import type { Clock } from '../model/clock.js';
import { asFcError, type FcError } from '../model/errors.js';
import type { Exchange, ExchangeOutcome } from '../model/exchange.js';
import type { Route } from '../model/route.js';
import { decideReuse, hasReceived } from './agents.js';
import { bodyTooLarge } from './check-request.js';
import { failureOf, retryOf, timeoutFailure } from './failures.js';
import { type HttpProxyUpstream, upstreamHead } from './http-proxy-upstream.js';
import { pump } from './pump.js';
import { badResponse, checkInterim, checkReply, checkSwitch } from './reply-head.js';
import type { AttemptResult, RequestTrail } from './request-trail.js';
import { openTunnel } from './tunnel.js';
import { Upload } from './upload.js';

export interface AttemptParts {
  readonly exchange: Exchange;
  readonly route: Route;
  readonly assignment: Assignment;
  readonly trail: RequestTrail;
  readonly upstream: HttpProxyUpstream;
  /** The process clock. */
  readonly clock: Clock;
}

/** One try of a request on one instance: until the last byte has passed in both directions, or until one side fails. */
export class Attempt {
  readonly #parts: AttemptParts;
  readonly #exchange: Exchange;
  readonly #resolve: (result: AttemptResult) => void;
  #outgoing: ClientRequest | undefined;
  #upload: Upload | undefined;
  #reply: IncomingMessage | undefined;
  #tunnel: Socket | undefined;
  #over = false;
  #cancelTimeout: () => void = ignore;
  /** When the request was handed to the instance. */
  #startedAt = 0;

  static run(parts: AttemptParts): Promise<AttemptResult> {
    return new Promise((resolve) => {
      new Attempt(parts, resolve).#start();
    });
  }

  private constructor(parts: AttemptParts, resolve: (result: AttemptResult) => void) {
    this.#parts = parts;
    this.#exchange = parts.exchange;
    this.#resolve = resolve;
  }

  #start(): void {
    const { exchange, clock, route } = this.#parts;
    const { timeoutInSeconds } = route;
    // If the exchange is over already, this ends the try before it sends anything.
    void exchange.over.then(this.#onOver);
    if (exchange.bodyError !== undefined) {
      this.#fail(exchange.bodyError);
      return;
    }
    exchange.body?.on('error', this.#onBodyError);
    this.#startedAt = clock.now();
    this.#cancelTimeout = clock.wakeAt(this.#startedAt + timeoutInSeconds * 1000, () =>
      this.#fail(timeoutFailure(timeoutInSeconds)),
    );
    try {
      this.#send();
    } catch (error) {
      this.#fail(asFcError(error));
    }
  }

  #send(): void {
    const { exchange, upstream } = this.#parts;
    const message = upstreamHead(this.#parts);
    if (exchange.upgrade === undefined) {
      const outgoing = this.#watch(upstream.request(message));
      outgoing.on('upgrade', this.#onUnaskedSwitch);
      this.#sendBody(outgoing);
    } else {
      const { outgoing, join } = upstream.upgrade(message, exchange.upgrade);
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
    const { exchange, route } = this.#parts;
    const { body } = exchange;
    if (body === undefined) {
      outgoing.end();
      return;
    }
    const onTooLong = (): void => this.#fail(bodyTooLarge(route.maxBodyBytes));
    this.#upload = new Upload({ body, outgoing, maxBytes: route.maxBodyBytes, onTooLong });
  }

  readonly #onInterim = (interim: InformationEvent): void => {
    if (this.#over || this.#answered) return;
    try {
      this.#exchange.writeInterim(checkInterim(interim));
    } catch (error) {
      this.#fail(asFcError(error));
    }
  };

  readonly #onReply = (reply: IncomingMessage): void => {
    reply.on('error', this.#onError);
    if (this.#over) return;
    let body: PassedBody;
    try {
      body = this.#passHead(reply);
    } catch (error) {
      this.#fail(asFcError(error));
      return;
    }
    this.#answeredWith(reply, body.sentStatus);
    if (this.#outgoing !== undefined) decideReuse(this.#outgoing, reply);
    pump(reply, this.#exchange.sink, body);
  };

  /**
   * Writes the head of the reply to the client, amended by the affinity.
   * @throws BadResponse, and what the affinity throws; nothing has been written then
   */
  #passHead(reply: IncomingMessage): PassedBody {
    const { exchange, route, assignment, clock } = this.#parts;
    const ours = ['X-Fc-Request-Id', exchange.requestId].concat(route.replyLines);
    const { status, reason, length, headers } = checkReply(reply, route.reservedReplyNames, ours);
    const requestMethod = exchange.head.method;
    const watch = route.affinity.onResponse(assignment, { requestMethod, status, headers });
    const elapsedMs = clock.now() - this.#startedAt;
    const answer = { assignment, lines: reply.rawHeaders, elapsedMs };
    try {
      const sentStatus = exchange.writeHead({ status, reason, lines: headers.flat, answer }, length);
      return { sentStatus, length, watch };
    } catch {
      throw badResponse('a header that cannot be passed on');
    }
  }

  #onSwitch({ reply, upstream, join }: { reply: IncomingMessage; upstream: Socket; join: () => void }): void {
    const { exchange, clock } = this.#parts;
    upstream.on('error', ignore);
    if (this.#over || exchange.upgrade === undefined) {
      upstream.destroy();
      return;
    }
    try {
      reply.headers = checkSwitch(reply, exchange.requestId);
    } catch (error) {
      upstream.destroy();
      this.#fail(asFcError(error));
      return;
    }
    this.#answeredWith(reply, 101);
    this.#tunnel = upstream;
    openTunnel({ client: exchange.upgrade, upstream, clock, onBroken: () => this.#break(undefined) });
    join();
  }

  readonly #onUnaskedSwitch = (_reply: IncomingMessage, upstream: Socket): void => {
    upstream.on('error', ignore);
    upstream.destroy();
    this.#fail(badResponse('status 101 to a request that asked for no upgrade'));
  };

  #answeredWith(reply: IncomingMessage, sentStatus: number): void {
    this.#reply = reply;
    this.#parts.trail.answered(sentStatus, reply.statusCode ?? 0);
  }

  get #answered(): boolean {
    return this.#reply !== undefined;
  }

  readonly #onError = (error: NodeJS.ErrnoException): void => {
    // After a whole reply, an error of the connection changes nothing.
    if (this.#over || this.#reply?.complete) return;
    if (this.#answered) {
      this.#break(undefined);
      return;
    }
    const retry = retryOf({
      error,
      method: this.#exchange.head.method,
      attempts: this.#parts.trail.attempts,
      hasBody: this.#exchange.body !== undefined,
      bodyTouched: this.#upload?.begun === true,
      replyBegun: this.#outgoing !== undefined && hasReceived(this.#outgoing),
    });
    this.#end({ answered: false, failure: failureOf(error), retry });
  };

  /** Other errors of the body mean that the client has left. */
  readonly #onBodyError = (): void => {
    if (this.#exchange.bodyError !== undefined) this.#fail(this.#exchange.bodyError);
  };

  readonly #onOver = (outcome: ExchangeOutcome): void => {
    if (this.#over) return;
    this.#parts.trail.unfinished(outcome);
    // The instance may have replied before it received the whole body, and may still read the rest.
    if (outcome === 'delivered' && this.#upload?.isUnderWay)
      this.#upload.whenOver(() => this.#end({ answered: true }));
    else this.#end({ answered: this.#answered });
  };

  #fail(failure: FcError): void {
    if (this.#answered) this.#break(failure);
    else this.#end({ answered: false, failure });
  }

  #break(failure: FcError | undefined): void {
    if (this.#over) return;
    this.#end({ answered: true });
    this.#parts.trail.broken(failure);
    this.#exchange.abort();
  }

  #end(result: AttemptResult): void {
    if (this.#over) return;
    this.#over = true;
    this.#cancelTimeout();
    this.#upload?.stop();
    this.#exchange.body?.off('error', this.#onBodyError);
    // After a whole exchange the connection stays open for the next request.
    if (!this.#reply?.readableEnded || !this.#outgoing?.writableFinished) this.#outgoing?.destroy();
    this.#tunnel?.destroy();
    this.#parts.trail.tried(result);
    this.#resolve(result);
  }
}

/** The status that the client receives, the length of the body, where it is known, and the watcher of its bytes. */
interface PassedBody {
  readonly sentStatus: number;
  readonly length: number | undefined;
  readonly watch: BodyWatcher | undefined;
}

function ignore(): void {}
