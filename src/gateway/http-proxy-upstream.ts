import type { ClientRequest, IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import httpProxy from 'http-proxy';
import type { Assignment } from '../model/admission.js';
import type { Clock } from '../model/clock.js';
import type { ClientUpgrade, Exchange } from '../model/exchange.js';
import type { Route } from '../model/route.js';
import { Agents } from './agents.js';

/** What the instance receives. */
export interface Outgoing {
  readonly assignment: Assignment;
  readonly method: string;
  /** Path and query. */
  readonly target: string;
  /** Flat: every line of the head but `Connection: keep-alive` or `close`, which Node adds. */
  readonly lines: readonly string[];
}

export interface Tunnel {
  readonly outgoing: ClientRequest;
  /** Tells the client that the protocol is switched, by `reply.headers`, and joins both sides. */
  join(reply: IncomingMessage, upstream: Duplex, head: Buffer): void;
}

/**
 * Sends requests to the instances by http-proxy (1.18.1); no other file knows the library. The library makes the request and joins the
 * two sides of an upgrade. The gateway handles heads and bodies itself, because the library
 * - frames a DELETE with a chunked body wrongly (CVE-2026-29057), lower-cases and joins header lines, collapses `//` in paths and
 *   drops fragments: {@link RequestOptions} replaces its head;
 * - does not end a reply whose instance died, nor a request whose client left: it sees a {@link LibraryRequest} instead;
 * - answers a refused upgrade with a decoded body and the framing of the encoded one: its listeners are removed.
 */
export class HttpProxyUpstream {
  readonly #agents: Agents;
  readonly #proxy = httpProxy.createProxyServer({ selfHandleResponse: true, toProxy: true });

  /** @param clock the process clock */
  constructor(clock: Clock) {
    this.#agents = new Agents(clock);
    this.#proxy.on('error', ignore);
  }

  /** Makes the request. The caller writes its body and ends it. */
  request(outgoing: Outgoing): ClientRequest {
    const { assignment } = outgoing;
    let made: ClientRequest | undefined;
    // http-proxy pipes the request's body at this place, right after it has made the request.
    const body = {
      pipe(clientRequest: ClientRequest) {
        made = clientRequest;
      },
    };
    const agent = this.#agents.of(assignment.instanceId, assignment.address);
    this.#proxy.web(
      new LibraryRequest(outgoing) as never,
      LIBRARY_RESPONSE,
      { target: targetOf(assignment), ssl: new RequestOptions(outgoing), agent, buffer: body as never },
      ignore,
    );
    return ready(made);
  }

  /** Makes the request for an upgrade and ends it. Bytes that follow its head are sent after the switch. */
  upgrade(outgoing: Outgoing, { socket, takeHead }: ClientUpgrade): Tunnel {
    let made: ClientRequest | undefined;
    const onMade = (clientRequest: ClientRequest) => {
      made = clientRequest;
    };
    this.#proxy.on('proxyReqWs', onMade);
    try {
      // http-proxy puts the bytes behind the head back into the socket, so that another try reads them there.
      this.#proxy.ws(
        new LibraryRequest(outgoing) as never,
        socket,
        takeHead(),
        { target: targetOf(outgoing.assignment), ssl: new RequestOptions(outgoing) },
        ignore,
      );
    } finally {
      // The types of http-proxy declare removeListener without arguments.
      this.#proxy.removeListener('proxyReqWs', onMade as () => void);
    }
    const clientRequest = ready(made);
    clientRequest.once('socket', (upstream) => upstream.setDefaultEncoding('latin1'));
    const [join] = clientRequest.listeners('upgrade');
    for (const event of ['response', 'upgrade', 'error']) clientRequest.removeAllListeners(event);
    return { outgoing: clientRequest, join: (...upgraded) => join?.(...upgraded) };
  }

  /** Drops the connections to an instance that does not answer. */
  forget(instanceId: string): void {
    this.#agents.forget(instanceId);
  }

  destroy(): void {
    this.#agents.destroy();
  }
}

interface UpstreamHeadParts {
  readonly exchange: Exchange;
  readonly assignment: Assignment;
  readonly route: Route;
}

/** Methods without a body need no framing. For any other method Node would add a framing of its own. */
const WITHOUT_BODY: ReadonlySet<string | undefined> = new Set(['GET', 'HEAD', 'DELETE', 'OPTIONS', 'TRACE']);

/** The head that the instance receives: the client's lines, those of Function Compute, and those of the affinity. */
export function upstreamHead({ exchange, assignment, route }: UpstreamHeadParts): Outgoing {
  const { requestId, head, upgrade } = exchange;
  const { method, target, forwardedLines, isFramed } = head;
  const added = ['x-fc-request-id', requestId];
  for (const line of route.affinity.addedRequestLines?.(assignment) ?? []) added.push(...line);
  if (upgrade !== undefined) added.push('Connection', 'Upgrade', 'Upgrade', 'websocket');
  else if (!isFramed && !WITHOUT_BODY.has(method)) added.push('Content-Length', '0');
  const lines = forwardedLines.concat(route.requestLines, added);
  return { assignment, method, target, lines };
}

function targetOf({ address }: Assignment): { protocol: string; host: string; port: number } {
  return { protocol: 'http:', host: address.host, port: address.port };
}

/** The client's request as http-proxy sees it. It emits nothing, since the gateway watches the client itself. */
class LibraryRequest {
  readonly method: string;
  /** {@link RequestOptions} gives the real one. */
  readonly url = '';
  readonly headers = LIBRARY_HEADERS;
  readonly socket = LIBRARY_SOCKET;

  constructor({ method }: Outgoing) {
    this.method = method;
  }

  on(): this {
    return this;
  }
}

/** http-proxy requires this of an upgrade. {@link RequestOptions} replaces all that it makes of these headers. */
const LIBRARY_HEADERS = { upgrade: 'websocket' };
const LIBRARY_SOCKET = { destroyed: false };
/** http-proxy does not touch a reply that is finished. */
const LIBRARY_RESPONSE = { finished: true, headersSent: true } as ServerResponse;

/**
 * The options of the request to the instance. http-proxy takes the object for TLS options, writes parsed headers into it, and
 * then a path without repeated slashes. The setter of `path` replaces both.
 */
class RequestOptions {
  headers: readonly string[] | undefined;
  readonly #outgoing: Outgoing;

  constructor(outgoing: Outgoing) {
    this.#outgoing = outgoing;
  }

  set path(_collapsed: string) {
    const { lines, target } = this.#outgoing;
    this.headers = lines;
    Object.defineProperty(this, 'path', { value: target, enumerable: true });
  }
}

function ready(made: ClientRequest | undefined): ClientRequest {
  if (made === undefined) throw new Error('http-proxy made no request');
  // Otherwise Node silently drops the later lines of a long reply head.
  made.maxHeadersCount = 0;
  return made;
}

function ignore(): void {}
