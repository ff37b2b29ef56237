import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Admission } from '../model/admission.js';
import type { SessionAffinity } from '../model/affinity.js';
import type { Clock } from '../model/clock.js';
import { asFcError } from '../model/errors.js';
import type { Emit } from '../model/events.js';
import type { FunctionConfig, HttpTrigger } from '../model/function.js';
import type { HostVerdict } from '../model/host-rule.js';
import type { Ids } from '../model/ids.js';
import type { RequestRecord } from '../model/request-record.js';
import { ignoreUpgrade } from '../system/ignore-upgrade.js';
import { checkRequest, offersWebSocket } from './check-request.js';
import { clientErrorOf } from './client-error.js';
import { Connection } from './connection.js';
import { createListener } from './create-listener.js';
import { discardBody } from './discard-body.js';
import { Exchange } from './exchange.js';
import { createRecorder, UNKNOWN } from './record.js';
import { responseOn } from './response-on.js';
import { createRoute } from './route.js';
import { serve } from './serve.js';

export interface GatewayOptions {
  readonly trigger: HttpTrigger;
  readonly config: FunctionConfig;
  readonly admission: Admission;
  readonly affinity: SessionAffinity;
  /** The process clock. */
  readonly clock: Clock;
  /** The session clock, whose time is shown. */
  readonly sessionClock: Pick<Clock, 'now'>;
  readonly ids: Pick<Ids, 'requestId'>;
  readonly hostVerdict: (host: string) => HostVerdict;
  readonly maxBodyBytes?: number;
  /** Called exactly once for each request, refused ones and such as cannot be parsed included. */
  onRecord(record: RequestRecord): void;
  /** Told when a request begins and when an instance takes it. */
  readonly emit?: Emit;
}

/** The data plane of one HTTP trigger. Whoever makes it lets `server` listen. */
export interface Gateway {
  readonly server: http.Server;
  /** Requests that have begun and not ended, upgrades included. */
  readonly inFlight: number;
  /** Accepts no more connections; resolves when no request is left. */
  drain(): Promise<void>;
  /** Accepts no more connections and destroys those there are. */
  closeNow(): void;
}

export function createGateway(options: GatewayOptions): Gateway {
  const { trigger, clock, sessionClock, ids, onRecord, emit } = options;
  const route = createRoute(options);
  const record = createRecorder({ trigger, clock, onRecord });
  const connections = new Map<Socket, Connection>();
  const idle: (() => void)[] = [];
  let inFlight = 0;

  const server = createListener();

  const take = async (exchange: Exchange, connection: Connection): Promise<void> => {
    connection.open.add(exchange);
    inFlight += 1;
    try {
      const head = checkRequest(exchange.request, route.rules);
      await serve(exchange, head, route);
    } catch (error) {
      const refusal = asFcError(error);
      // Where a body is only too long its end is known; everything else leaves doubt where the next request would begin.
      const close = refusal.code !== 'EntityTooLarge';
      if (close) connection.closing = true;
      exchange.refuse(refusal, { close });
      if (!close) discardBody(exchange, clock);
    }
    record(exchange);
    await exchange.whenClosed();
    connection.open.delete(exchange);
    inFlight -= 1;
    connection.sendDeferredReply();
    if (inFlight === 0) for (const resolve of idle.splice(0)) resolve();
  };

  const begin = (request: IncomingMessage, response: ServerResponse, upgradeHead?: Buffer): Exchange => {
    const requestId = ids.requestId();
    emit?.(() => ({
      type: 'request.begin',
      requestId,
      functionName: trigger.functionName,
      qualifier: trigger.qualifier,
      method: request.method ?? UNKNOWN,
      target: request.url || UNKNOWN,
    }));
    return new Exchange({
      requestId,
      request,
      response,
      at: sessionClock.now(),
      startedAt: clock.now(),
      upgradeHead,
    });
  };

  const connectionOf = (socket: Socket): Connection => {
    const known = connections.get(socket);
    if (known !== undefined) return known;
    const connection = new Connection(socket, clock);
    connections.set(socket, connection);
    socket.once('close', () => connections.delete(socket));
    return connection;
  };

  const onRequest = (request: IncomingMessage, response: ServerResponse): void => {
    const connection = connectionOf(request.socket);
    if (connection.closing) return;
    // Never rejects.
    void take(begin(request, response), connection);
  };

  const onUpgrade = (request: IncomingMessage, socket: Socket, upgradeHead: Buffer): void => {
    const connection = connectionOf(socket);
    if (!connection.closing && request.method !== 'CONNECT' && !offersWebSocket(request)) {
      const readAgain = ignoreUpgrade(server, { request, socket, rest: upgradeHead });
      if (readAgain !== undefined) connection.whenIdle(readAgain);
      return;
    }
    socket.on('error', ignore);
    if (connection.closing || connection.open.size > 0) {
      socket.destroy();
      return;
    }
    connection.closing = true;
    const response = responseOn(socket, request);
    // Never rejects.
    void take(begin(request, response, upgradeHead), connection);
  };

  server.on('connection', connectionOf);
  server.on('request', onRequest);
  server.on('checkContinue', onRequest);
  server.on('checkExpectation', onRequest);
  server.on('upgrade', onUpgrade);
  server.on('connect', onUpgrade);
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    const connection = connectionOf(socket);
    if (connection.closing) return;
    connection.closing = true;
    const refusal = clientErrorOf(error, socket);
    // The client has gone in the middle of a body. Behind whole requests it may still wait for their replies.
    const gone = error.code === 'HPE_INVALID_EOF_STATE' && connection.isInBody;
    if (refusal === undefined || gone) {
      socket.destroy();
      return;
    }
    connection.reject(refusal, () => {
      const request = new http.IncomingMessage(socket);
      const exchange = begin(request, responseOn(socket, request));
      exchange.refuse(refusal, { close: true });
      record(exchange);
    });
  });

  const stopListening = (): void => {
    route.draining = true;
    server.close(ignore);
  };

  return {
    server,
    get inFlight() {
      return inFlight;
    },
    async drain() {
      stopListening();
      if (inFlight > 0) await new Promise<void>((resolve) => idle.push(resolve));
      server.closeIdleConnections();
      route.upstream.destroy();
    },
    closeNow() {
      stopListening();
      for (const [socket, { open }] of connections) {
        for (const exchange of open) exchange.stop();
        socket.destroy();
      }
      route.upstream.destroy();
    },
  };
}

function ignore(): void {}
