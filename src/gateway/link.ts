import type { ClientRequest, IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import httpProxy from 'http-proxy';
import type { Visit } from '../model/admission.js';
import { Agents } from './agents.js';
import type { CheckedRequest } from './check-request.js';

/** What the instance is to receive. */
export interface Outgoing {
  readonly visit: Visit;
  readonly target: string;
  readonly host: CheckedRequest['host'];
  /** Flat; every line but Host and, for an upgrade, Connection and Upgrade. */
  readonly lines: readonly (readonly string[])[];
}

export interface Tunnel {
  readonly outgoing: ClientRequest;
  /** Tells the client that the protocol is switched, by `reply.headers`, and joins both sides. */
  join(reply: IncomingMessage, upstream: Duplex, head: Buffer): void;
}

/** http-proxy has no types for its passes. */
interface Passes {
  webPasses: { readonly name: string }[];
  wsPasses: { readonly name: string }[];
}

/**
 * The way to the instances, and the only place that knows http-proxy (1.18.1). The library makes the request and joins the two
 * sides of an upgrade; heads and bodies are the gateway's own, because the library
 * - frames a DELETE with a chunked body wrongly (CVE-2026-29057): that pass is taken out;
 * - lower-cases and joins header lines, collapses `//` in paths and drops fragments: both are set on the outgoing request;
 * - never ends a reply whose instance died, and ends no request whose client left;
 * - answers a refused upgrade by a decoded body under the instance's framing: its listeners are taken off.
 */
export class Link {
  readonly #agents = new Agents();
  readonly #proxy = httpProxy.createProxyServer({ selfHandleResponse: true, toProxy: true });

  constructor() {
    const passes = this.#proxy as unknown as Passes;
    passes.webPasses = passes.webPasses.filter(({ name }) => name !== 'deleteLength');
    passes.wsPasses = passes.wsPasses.filter(({ name }) => name !== 'checkMethodAndHeader');
    this.#proxy.on('error', ignore);
  }

  /** Makes the request; its body is still to be written or ended. */
  request(request: IncomingMessage, response: ServerResponse, outgoing: Outgoing): ClientRequest {
    const { visit, host } = outgoing;
    let made: ClientRequest | undefined;
    // http-proxy would pipe the request's body here, right after making the request.
    const body = {
      pipe(clientRequest: ClientRequest) {
        dress(clientRequest, outgoing);
        made = clientRequest;
      },
    };
    request.headers = { [host.name]: host.value };
    this.#proxy.web(
      request,
      response,
      {
        target: targetOf(visit),
        agent: this.#agents.of(visit.instanceId),
        buffer: body as never,
      },
      ignore,
    );
    if (made === undefined) throw new Error('http-proxy made no request');
    return made;
  }

  /** Makes the request for an upgrade and ends it. Bytes that came after its head wait for the switch. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer, outgoing: Outgoing): Tunnel {
    const { visit, host } = outgoing;
    let made: ClientRequest | undefined;
    const onMade = (clientRequest: ClientRequest) => {
      dress(clientRequest, outgoing);
      clientRequest.setHeader('Connection', 'Upgrade');
      clientRequest.setHeader('Upgrade', 'websocket');
      made = clientRequest;
    };
    // Without an agent http-proxy closes connections that are not said to be upgraded.
    request.headers = { [host.name]: host.value, connection: 'Upgrade' };
    this.#proxy.on('proxyReqWs', onMade);
    try {
      this.#proxy.ws(request, socket, head, { target: targetOf(visit) }, ignore);
    } finally {
      // Its declaration of removeListener knows no arguments.
      this.#proxy.removeListener('proxyReqWs', onMade as () => void);
    }
    if (made === undefined) throw new Error('http-proxy made no request');
    const [join] = made.listeners('upgrade');
    for (const event of ['response', 'upgrade', 'error']) made.removeAllListeners(event);
    return { outgoing: made, join: (...upgraded) => join?.(...upgraded) };
  }

  /** For an instance that does not answer any more. */
  forget(instanceId: string): void {
    this.#agents.forget(instanceId);
  }

  destroy(): void {
    this.#agents.destroy();
  }
}

function targetOf({ address }: Visit): { protocol: string; host: string; port: number } {
  return { protocol: 'http:', host: address.host, port: address.port };
}

/** Puts the client's own path and lines on the request. Node joins repeated Cookie lines by `; `, as RFC 6265 §5.4 wants them. */
function dress(request: ClientRequest, { target, lines }: Outgoing): void {
  request.path = target;
  // Node would silently leave out the later lines of a long reply head.
  request.maxHeadersCount = 0;
  for (const flat of lines) {
    for (let at = 0; at < flat.length; at += 2) {
      const name = flat[at] ?? '';
      const value = flat[at + 1] ?? '';
      if (request.hasHeader(name)) request.appendHeader(name, value);
      else request.setHeader(name, value);
    }
  }
}

function ignore(): void {}
