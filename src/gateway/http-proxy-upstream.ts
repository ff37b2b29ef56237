import type { ClientRequest, IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import httpProxy from 'http-proxy';
import type { Assignment } from '../model/admission.js';
import type { Clock } from '../model/clock.js';
import type { ClientUpgrade } from '../model/exchange.js';
import { Agents } from './agents.js';

/** What the instance receives. */
export interface Outgoing {
  readonly assignment: Assignment;
  readonly method: string;
  /** Path and query. */
  readonly target: string;
  /** Flat: every line of the head, but that Node adds how the connection is kept. */
  readonly lines: readonly string[];
}

export interface Tunnel {
  readonly outgoing: ClientRequest;
  /** Tells the client that the protocol is switched, by `reply.headers`, and joins both sides. */
  join(reply: IncomingMessage, upstream: Duplex, head: Buffer): void;
}

/**
 * The way to the instances, and the only file that knows http-proxy (1.18.1). The library makes the request and joins the two sides
 * of an upgrade; heads and bodies are the gateway's own, because the library
 * - frames a DELETE with a chunked body wrongly (CVE-2026-29057), lower-cases and joins header lines, collapses `//` in paths and
 *   drops fragments: {@link RequestOptions} replaces what it has made of the head;
 * - never ends a reply whose instance died, and ends no request whose client left: it sees a {@link LibraryRequest} instead;
 * - answers a refused upgrade by a decoded body under the instance's framing: its listeners are taken off.
 */
export class HttpProxyUpstream {
  readonly #agents: Agents;
  readonly #proxy = httpProxy.createProxyServer({ selfHandleResponse: true, toProxy: true });

  /** @param clock the process clock */
  constructor(clock: Clock) {
    this.#agents = new Agents(clock);
    this.#proxy.on('error', ignore);
  }

  /** Makes the request; its body is still to be written or ended. */
  request(outgoing: Outgoing): ClientRequest {
    const { assignment } = outgoing;
    let made: ClientRequest | undefined;
    // http-proxy would pipe the request's body here, right after making the request.
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

  /** Makes the request for an upgrade and ends it. Bytes that came behind its head wait for the switch. */
  upgrade(outgoing: Outgoing, { socket, takeHead }: ClientUpgrade): Tunnel {
    let made: ClientRequest | undefined;
    const onMade = (clientRequest: ClientRequest) => {
      made = clientRequest;
    };
    this.#proxy.on('proxyReqWs', onMade);
    try {
      // http-proxy puts the bytes behind the head back into the socket, where another try finds them.
      this.#proxy.ws(
        new LibraryRequest(outgoing) as never,
        socket,
        takeHead(),
        { target: targetOf(outgoing.assignment), ssl: new RequestOptions(outgoing) },
        ignore,
      );
    } finally {
      // Its declaration of removeListener knows no arguments.
      this.#proxy.removeListener('proxyReqWs', onMade as () => void);
    }
    const clientRequest = ready(made);
    clientRequest.once('socket', (upstream) => upstream.setDefaultEncoding('latin1'));
    const [join] = clientRequest.listeners('upgrade');
    for (const event of ['response', 'upgrade', 'error']) clientRequest.removeAllListeners(event);
    return { outgoing: clientRequest, join: (...upgraded) => join?.(...upgraded) };
  }

  /** For an instance that does not answer any more. */
  forget(instanceId: string): void {
    this.#agents.forget(instanceId);
  }

  destroy(): void {
    this.#agents.destroy();
  }
}

function targetOf({ address }: Assignment): { protocol: string; host: string; port: number } {
  return { protocol: 'http:', host: address.host, port: address.port };
}

/** What http-proxy sees of the client's request. The gateway watches the client itself, so there is nothing to listen to. */
class LibraryRequest {
  readonly method: string;
  readonly url: string;
  /** http-proxy accepts an upgrade by this name only. */
  readonly headers = { upgrade: 'websocket' };
  readonly socket = { destroyed: false };

  constructor({ method, target }: Outgoing) {
    this.method = method;
    this.url = target;
  }

  on(): this {
    return this;
  }
}

/** http-proxy leaves a reply alone that is finished. */
const LIBRARY_RESPONSE = { finished: true, headersSent: true } as ServerResponse;

/**
 * What http-proxy makes the options of a request of: it starts from the object that it is given for TLS, writes headers that Node has
 * parsed and joined into it, and last of all a path in which it has collapsed slashes. Both are put right by that last step.
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
  // Node would silently leave out the later lines of a long reply head.
  made.maxHeadersCount = 0;
  return made;
}

function ignore(): void {}
