import { IncomingMessage, type Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { AccessKey } from '../model/access-key.js';
import type { Clock } from '../model/clock.js';
import { asFcError, FcError } from '../model/errors.js';
import type { Exchange, Handle } from '../model/exchange.js';
import type { HostVerdict } from '../model/host-rule.js';
import type { Ids } from '../model/ids.js';
import { MAX_BODY_BYTES } from '../model/limits.js';
import type { Route } from '../model/route.js';
import { createServer } from '../system/create-server.js';
import { endsConnection, ignoreUpgrade } from '../system/ignore-upgrade.js';
import { discardBody } from '../system/late-body.js';
import { checkRequest, offersWebSocket } from './check-request.js';
import { checkTrigger } from './check-trigger.js';
import { Connection } from './connection.js';
import { refuse } from './failures.js';
import { InFlight } from './in-flight.js';
import { isAsync, MAX_ASYNC_BODY_BYTES } from './invoke-async.js';
import { NodeExchange } from './node-exchange.js';
import type { RequestTrail } from './request-trail.js';

interface ListenerOptions {
  /** Asked at each request. An FcError says why no function is served here. */
  readonly routeOf: () => Route | FcError | undefined;
  readonly handle: Handle;
  readonly beginTrail: (exchange: Exchange, route: Route | undefined) => RequestTrail;
  /** The process clock. */
  readonly clock: Clock;
  /** Signs requests to triggers of authType `function`. */
  readonly accessKey: AccessKey | undefined;
  readonly ids: Pick<Ids, 'requestId'>;
  readonly hostVerdict: (host: string) => HostVerdict;
}

const IDLE_CONNECTION_MS = 60_000;
const DEAD_PEER_MS = 30_000;

/** The listener of one HTTP trigger: checks each request and gives it to `handle`. The caller lets `server` listen. */
export class Listener {
  readonly server: Server = createServer({
    // The function's timeout ends a request.
    requestTimeout: 0,
    keepAliveTimeout: IDLE_CONNECTION_MS,
    noDelay: true,
    keepAlive: true,
    keepAliveInitialDelay: DEAD_PEER_MS,
  });
  readonly #options: ListenerOptions;
  readonly #connections = new Map<Socket, Connection>();
  readonly #inFlight: InFlight;
  #isDraining = false;

  constructor(options: ListenerOptions) {
    this.#options = options;
    this.#inFlight = new InFlight(options.handle);
    // A client that ends its writing side still receives its reply (F-12). Node has this option but does not declare it.
    Object.assign(this.server, { httpAllowHalfOpen: true });
    this.server
      .on('connection', (socket: Socket) => this.#connectionOf(socket))
      .on('request', this.#onRequest)
      .on('checkContinue', this.#onRequest)
      .on('checkExpectation', this.#onRequest)
      .on('upgrade', this.#onUpgrade)
      .on('connect', this.#onUpgrade)
      .on('clientError', this.#onClientError);
  }

  /** Requests that have begun and not ended, upgrades and asynchronous invocations included. */
  get inFlight(): number {
    return this.#inFlight.size;
  }

  /** Accepts no more connections; resolves when no request is left. */
  async drain(): Promise<void> {
    this.#stopListening();
    await this.#inFlight.none();
    this.server.closeIdleConnections();
  }

  /** Ends every request in flight. */
  cutOff(): void {
    this.#inFlight.stop();
  }

  /** Accepts no more connections and destroys the open ones. */
  closeNow(): void {
    this.#stopListening();
    this.#inFlight.stop();
    for (const socket of this.#connections.keys()) socket.destroy();
  }

  #stopListening(): void {
    this.#isDraining = true;
    for (const { open } of this.#connections.values()) {
      for (const exchange of open) exchange.closesConnection = true;
    }
    this.server.close(ignore);
  }

  #connectionOf(socket: Socket): Connection {
    const known = this.#connections.get(socket);
    if (known !== undefined) return known;
    const connection = new Connection(socket, this.#options.clock);
    this.#connections.set(socket, connection);
    socket.once('close', () => this.#connections.delete(socket));
    return connection;
  }

  readonly #onRequest = (request: IncomingMessage, response: ServerResponse): void => {
    const connection = this.#connectionOf(request.socket);
    if (connection.closing) return;
    const exchange = this.#begin(request, response);
    if (endsConnection(request)) {
      connection.closing = true;
      exchange.closesConnection = true;
    }
    // Never rejects.
    void this.#take(exchange, connection);
  };

  readonly #onUpgrade = (request: IncomingMessage, socket: Socket, upgradeHead: Buffer): void => {
    const connection = this.#connectionOf(socket);
    if (!connection.closing && request.method !== 'CONNECT' && !offersWebSocket(request)) {
      const readAgain = ignoreUpgrade(this.server, { request, socket, rest: upgradeHead });
      if (readAgain !== undefined) connection.whenIdle(readAgain);
      return;
    }
    socket.on('error', ignore);
    if (connection.closing || connection.open.length > 0) {
      socket.destroy();
      return;
    }
    connection.closing = true;
    // Never rejects.
    void this.#take(this.#begin(request, responseOn(socket, request), upgradeHead), connection);
  };

  readonly #onClientError = (error: NodeJS.ErrnoException, socket: Socket): void => {
    const connection = this.#connectionOf(socket);
    if (connection.closing) return;
    connection.closing = true;
    const refusal = clientErrorOf(error, socket);
    // A client that ends in the middle of a body has gone. After whole requests it may still wait for the replies.
    const gone = error.code === 'HPE_INVALID_EOF_STATE' && connection.isInBody;
    if (refusal === undefined || gone) {
      socket.destroy();
      return;
    }
    connection.reject(refusal, () => {
      const request = new IncomingMessage(socket);
      this.#refuse(this.#begin(request, responseOn(socket, request)), refusal);
    });
  };

  #begin(request: IncomingMessage, response: ServerResponse, upgradeHead?: Buffer): NodeExchange {
    const requestId = this.#options.ids.requestId();
    const exchange = new NodeExchange({ requestId, request, response, upgradeHead });
    exchange.closesConnection = this.#isDraining;
    return exchange;
  }

  async #take(exchange: NodeExchange, connection: Connection): Promise<void> {
    connection.open.push(exchange);
    this.#inFlight.begin(exchange);
    const answering = this.#answer(exchange, connection);
    if (answering !== undefined) await answering;
    if (exchange.body !== undefined) discardBody(exchange.request, this.#options.clock);
    await exchange.over;
    connection.end(exchange);
    this.#inFlight.end(exchange);
  }

  /** Never rejects. */
  #answer(exchange: NodeExchange, connection: Connection): Promise<void> | undefined {
    const { routeOf, hostVerdict, handle } = this.#options;
    const resolved = routeOf();
    const route = resolved instanceof FcError ? undefined : resolved;
    const { maxBodyBytes: most = MAX_BODY_BYTES, sessionHeaders = [] } = route ?? {};
    const isTask = route !== undefined && exchange.upgrade === undefined && isAsync(exchange.head);
    const maxBodyBytes = isTask ? Math.min(most, MAX_ASYNC_BODY_BYTES) : most;
    try {
      exchange.accept(checkRequest(exchange.request, { hostVerdict, maxBodyBytes, sessionHeaders }));
    } catch (error) {
      this.#refuseUnread(exchange, { refusal: asFcError(error), connection, route });
      return undefined;
    }
    if (route === undefined) {
      const why = resolved instanceof FcError ? resolved : new FcError('FunctionNotFound', NO_FUNCTION);
      this.#refuse(exchange, why);
      return undefined;
    }
    try {
      checkTrigger(route, exchange.request, this.#options.accessKey);
    } catch (error) {
      this.#refuse(exchange, asFcError(error), route);
      return undefined;
    }
    return isTask ? this.#beginTask(exchange, { connection, route }) : handle(exchange, route);
  }

  async #beginTask(
    exchange: NodeExchange,
    { connection, route }: { connection: Connection; route: Route },
  ): Promise<void> {
    try {
      await this.#inFlight.accept(exchange, route);
    } catch (error) {
      this.#refuseUnread(exchange, { refusal: asFcError(error), connection, route });
    }
  }

  /** Refuses a request whose head or body is wrong. */
  #refuseUnread(
    exchange: NodeExchange,
    { refusal, connection, route }: { refusal: FcError; connection: Connection; route: Route | undefined },
  ): void {
    exchange.body = exchange.request;
    // The end of a body that is too long is known. After every other error nobody knows where the next request starts.
    const close = refusal.code !== 'EntityTooLarge';
    if (close) connection.closing = true;
    exchange.closesConnection ||= close;
    this.#refuse(exchange, refusal, route);
  }

  #refuse(exchange: NodeExchange, refusal: FcError, route?: Route): void {
    const trail = this.#options.beginTrail(exchange, route);
    trail.refused(refusal, refuse(exchange, refusal));
    trail.end();
  }
}

const NO_FUNCTION = 'no function is served at this address any more';

/**
 * The refusal of a connection whose bytes Node's parser cannot read.
 * @returns undefined when no reply is possible: the connection is broken, or nothing has come on it
 */
function clientErrorOf({ code = '' }: NodeJS.ErrnoException, socket: Socket): FcError | undefined {
  if (!socket.writable || socket.bytesRead === 0) return undefined;
  if (code === 'HPE_HEADER_OVERFLOW') {
    return new FcError('RequestHeaderFieldsTooLarge', 'the head of the request is too large');
  }
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') {
    return new FcError('InvalidArgument', 'the head of the request did not arrive in time');
  }
  if (code.startsWith('HPE_')) return new FcError('InvalidArgument', 'the request is not valid HTTP/1.1');
  return undefined;
}

/** A reply on a connection that Node's server has given up. The connection ends with the reply. */
function responseOn(socket: Socket, request: IncomingMessage): ServerResponse {
  const response = new ServerResponse(request);
  response.shouldKeepAlive = false;
  response.assignSocket(socket);
  socket.on('drain', () => response.emit('drain'));
  response.once('finish', () => socket.destroySoon());
  return response;
}

function ignore(): void {}
