import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { type Duplex, Readable } from 'node:stream';
import type { AccessKey } from '../model/access-key.js';
import { type Clock, hostNow } from '../model/clock.js';
import type { EventSource } from '../model/console-events.js';
import type { ConsoleService } from '../model/console-service.js';
import { asFcError, FcError } from '../model/errors.js';
import type { HostVerdict } from '../model/host-rule.js';
import type { Ids } from '../model/ids.js';
import type { Invocations } from '../model/invocations.js';
import { MAX_BODY_BYTES } from '../model/limits.js';
import type { ControlPlane, FunctionSettings } from '../model/services.js';
import { createServer } from '../system/create-server.js';
import { endsConnection, ignoreUpgrade } from '../system/ignore-upgrade.js';
import { aliasRoutes } from './alias-routes.js';
import { type Authenticate, createAuthentication } from './authenticate.js';
import { checkHead } from './check-head.js';
import { ConsoleFiles, type LoadPageFiles } from './console-files.js';
import { consoleKeyRoutes } from './console-key-routes.js';
import type { ConsoleKeys } from './console-keys.js';
import { consoleRoutes } from './console-routes.js';
import { emulatorRoutes } from './emulator-routes.js';
import { eventRoutes } from './event-routes.js';
import { functionRoutes } from './function-routes.js';
import { indexRoute } from './index-route.js';
import { invokeRoutes } from './invoke-routes.js';
import { openApiRoute } from './open-api-route.js';
import type { Reply } from './operation.js';
import { parseBody, readBytes } from './read-body.js';
import { type ApiReplyHead, commonHeaders, sendError, sendRawError, sendReply } from './reply.js';
import { createRouter, type Found, type Router } from './router.js';
import { sessionRoutes } from './session-routes.js';
import { settingRoutes } from './setting-routes.js';
import { triggerRoutes } from './trigger-routes.js';
import { versionRoutes } from './version-routes.js';

const REQUEST_TIMEOUT_MS = 60_000;

export interface ApiOptions {
  /** The services behind the API. */
  readonly control: ControlPlane;
  /** Without them their paths are not supported. */
  readonly settings?: FunctionSettings;
  readonly ids: Pick<Ids, 'requestId'>;
  /** Gives all times in replies. */
  readonly sessionClock: Pick<Clock, 'wallTime'>;
  /** Judges the `Host` of every request. */
  readonly hostVerdict: (host: string) => HostVerdict;
  /** The source of `GET /_emulator/v1/events`; without it that path is not supported. */
  readonly events?: EventSource;
  /** What the console asks for; without it those paths are not supported. */
  readonly console?: ConsoleService;
  /** Runs functions; without it InvokeFunction is not supported. Needs the process clock. */
  readonly invocations?: Invocations;
  /** The process clock. */
  readonly clock?: Clock;
  /** The longest TTL that a session may ask for (spec U3). */
  readonly maxSessionTTLInSeconds?: number;
  /** Requests must be signed with it; without it every well-formed signature is accepted, and none is needed. */
  readonly accessKey?: AccessKey | undefined;
  /** Lets the console's page in, beside signed requests. */
  readonly consoleKeys?: ConsoleKeys | undefined;
  /** The real time in milliseconds, which dates of signatures are compared with. */
  readonly realNow?: () => number;
  /** The console's page; without it a browser gets the page of addresses. */
  readonly pageFiles?: LoadPageFiles;
  /** Called with every defect. The client sees only `InternalServerError`. */
  readonly onError?: (error: unknown) => void;
}

export interface Api {
  /** Not listening yet. */
  readonly server: Server;
  /** Stops listening and ends every connection, streams included. */
  closeNow(): void;
}

/** The control plane: Function Compute's API of 2023-03-30 and the emulator's own `/_emulator/v1/`, on one listener. */
export function createApi(options: ApiOptions): Api {
  const { control, settings, ids, sessionClock, hostVerdict, events, clock, invocations } = options;
  const { maxSessionTTLInSeconds, onError } = options;
  const page = options.pageFiles && new ConsoleFiles(options.pageFiles);
  const authenticate = createAuthentication(options.accessKey, {
    now: options.realNow ?? hostNow,
    consoleKeys: options.consoleKeys,
  });
  let made: Router | undefined;
  // Created by the first request: a function without API calls starts faster.
  const router = (): Router => {
    if (made !== undefined) return made;
    const table = {
      ...indexRoute(control),
      ...sessionRoutes(control.sessions, maxSessionTTLInSeconds),
      ...functionRoutes(control),
      ...(settings === undefined ? {} : settingRoutes(settings, control)),
      ...triggerRoutes(control.triggers),
      ...versionRoutes(control.versions),
      ...aliasRoutes(control.aliases),
      ...emulatorRoutes(control),
      ...(events !== undefined && eventRoutes(events)),
      ...(options.console !== undefined && consoleRoutes(options.console)),
      ...(options.consoleKeys !== undefined && consoleKeyRoutes(options.consoleKeys)),
      ...(invocations !== undefined && clock !== undefined && invokeRoutes(invocations, clock)),
    };
    const version = async (): Promise<string> => (await control.health()).version;
    made = createRouter({ ...table, ...openApiRoute({ version, table, maxTTL: maxSessionTTLInSeconds }) });
    return made;
  };
  const server = createServer({ requestTimeout: REQUEST_TIMEOUT_MS });
  const answering = new WeakMap<Duplex, number>();
  const waiting = new WeakMap<Duplex, () => void>();
  const closing = new WeakSet<Duplex>();
  const countAnswers = (socket: Duplex, by: number): void => {
    const count = (answering.get(socket) ?? 0) + by;
    answering.set(socket, count);
    if (count > 0) return;
    const readAgain = waiting.get(socket);
    waiting.delete(socket);
    readAgain?.();
  };

  const headOf = (requestId: string): ApiReplyHead => ({ requestId, sentAt: sessionClock.wallTime() });

  /** Refuses a request for which Node made no response, unless the bytes would corrupt another reply. */
  const refuseRaw = (socket: Duplex, refusal: FcError): void => {
    socket.on('error', () => socket.destroy());
    if (!socket.writable || (answering.get(socket) ?? 0) > 0) socket.destroy();
    else sendRawError(socket, refusal, headOf(ids.requestId()));
  };

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (closing.has(request.socket)) return;
    if (endsConnection(request)) {
      closing.add(request.socket);
      response.shouldKeepAlive = false;
    }
    countAnswers(request.socket, 1);
    response.once('close', () => countAnswers(request.socket, -1));
    const requestId = ids.requestId();
    try {
      checkHead(request, hostVerdict);
      const head = (): ApiReplyHead => headOf(requestId);
      const file = await page?.find(request);
      const reply = file ?? (await answer({ request, response, authenticate, router, requestId, head }));
      await sendReply(response, reply, head());
    } catch (error) {
      const refusal = asFcError(error);
      if (refusal.code === 'InternalServerError') onError?.(error);
      sendError(response, refusal, headOf(requestId));
    }
  };
  server.on('request', serve);
  // An unknown expectation is no reason to refuse a request.
  server.on('checkExpectation', serve);
  server.on('upgrade', (request, socket, rest) => {
    const refusal = refusalOf(request, hostVerdict);
    if (refusal !== undefined) {
      refuseRaw(socket, refusal);
      return;
    }
    const readAgain = ignoreUpgrade(server, { request, socket, rest });
    if (readAgain === undefined) return;
    if ((answering.get(socket) ?? 0) === 0) readAgain();
    else waiting.set(socket, readAgain);
  });
  server.on('connect', (request, socket) => {
    const notProxy = 'method "CONNECT" is not allowed: this is not a proxy';
    refuseRaw(socket, refusalOf(request, hostVerdict) ?? new FcError('MethodNotAllowed', notProxy));
  });
  server.on('clientError', (error, socket) => {
    refuseRaw(socket, refusalOfParser(error));
  });

  return {
    server,
    closeNow(): void {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function answer({
  request,
  response,
  authenticate,
  router,
  requestId,
  head,
}: {
  request: IncomingMessage;
  response: ServerResponse;
  authenticate: Authenticate;
  router: () => Router;
  requestId: string;
  head: () => ApiReplyHead;
}): Promise<Reply> {
  const checkPayload = await authenticate(request);
  const found = router().find(request.method ?? '', request.url ?? '');
  const isUnread = checkPayload === undefined && isWithoutBody(found);
  const bytes = isUnread ? undefined : await readBytes(request, longestBody(found));
  if (bytes !== undefined) checkPayload?.(bytes);
  if (found.allow !== undefined) response.setHeader('Allow', found.allow);
  if (found.refusal !== undefined) throw found.refusal;
  const { handler, param, query } = found;
  if ('raw' in handler) {
    // The gateway's own lines of a reply begin with the request's ID.
    const commonLines = (): string[] =>
      Object.entries(commonHeaders(head()))
        .filter(([name]) => name !== 'X-Fc-Request-Id')
        .flat();
    const body = bytes === undefined ? request : Readable.from([bytes]);
    await handler.raw({ param, query, requestId, request, response, bytes: body, commonLines });
    return { kind: 'written' };
  }
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  const body =
    found.reads || bytes === undefined ? undefined : parseBody(bytes, request.headers['content-type']);
  return handler({
    param,
    query,
    body,
    requestId,
    lastEventId: request.headers['last-event-id']?.toString(),
    signal: gone.signal,
  });
}

function longestBody(found: Found): number | undefined {
  if (found.refusal !== undefined) return undefined;
  return isRaw(found) ? MAX_BODY_BYTES : found.maxBodyBytes;
}

/** Of a request that is refused, only reads or takes its body as a stream, the body is not read here, unless a signature covers it. */
function isWithoutBody(found: Found): boolean {
  return found.refusal !== undefined || found.reads || isRaw(found);
}

function isRaw(found: Found): boolean {
  return found.refusal === undefined && 'raw' in found.handler;
}

function refusalOf(request: IncomingMessage, hostVerdict: ApiOptions['hostVerdict']): FcError | undefined {
  try {
    checkHead(request, hostVerdict);
    return undefined;
  } catch (error) {
    return asFcError(error);
  }
}

function refusalOfParser(error: Error & { readonly code?: string }): FcError {
  switch (error.code) {
    case 'HPE_HEADER_OVERFLOW':
      return new FcError('RequestHeaderFieldsTooLarge', 'the request head is larger than 16384 bytes');
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new FcError('InvalidArgument', 'the request was not complete in time');
    default:
      return new FcError('InvalidArgument', 'the request is not valid HTTP/1.1');
  }
}
