import type { ClientRequest, IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import httpProxy from 'http-proxy';
import type { Assignment } from '../model/admission.js';
import type { Clock } from '../model/clock.js';
import { Agents } from './agents.js';

/** What the instance is to receive. */
export interface Outgoing {
  readonly assignment: Assignment;
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

/** http-proxy has no types for its passes. */
interface Passes {
  webPasses: { readonly name: string }[];
  wsPasses: { readonly name: string }[];
}

/**
 * The way to the instances, and the only place that knows http-proxy (1.18.1). The library makes the request and joins the two
 * sides of an upgrade; heads and bodies are the gateway's own, because the library
 * - frames a DELETE with a chunked body wrongly (CVE-2026-29057): that pass is taken out;
 * - lower-cases and joins header lines, collapses `//` in paths and drops fragments: both are put right ({@link RequestOptions});
 * - never ends a reply whose instance died, and ends no request whose client left;
 * - answers a refused upgrade by a decoded body under the instance's framing: its listeners are taken off.
 */
export class HttpProxyUpstream {
  readonly #agents: Agents;
  readonly #proxy = httpProxy.createProxyServer({ selfHandleResponse: true, toProxy: true });

  /** @param clock the process clock */
  constructor(clock: Clock) {
    this.#agents = new Agents(clock);
    const passes = this.#proxy as unknown as Passes;
    passes.webPasses = passes.webPasses.filter(({ name }) => name !== 'deleteLength');
    passes.wsPasses = passes.wsPasses.filter(({ name }) => name !== 'checkMethodAndHeader');
    this.#proxy.on('error', ignore);
  }

  /** Makes the request; its body is still to be written or ended. */
  request(request: IncomingMessage, response: ServerResponse, outgoing: Outgoing): ClientRequest {
    const { assignment } = outgoing;
    let made: ClientRequest | undefined;
    // http-proxy would pipe the request's body here, right after making the request.
    const body = {
      pipe(clientRequest: ClientRequest) {
        made = clientRequest;
      },
    };
    const agent = this.#agents.of(assignment.instanceId, assignment.address);
    request.headers = {};
    this.#proxy.web(
      request,
      response,
      { target: targetOf(assignment), ssl: new RequestOptions(outgoing), agent, buffer: body as never },
      ignore,
    );
    return ready(made);
  }

  /** Makes the request for an upgrade and ends it. Bytes that came after its head wait for the switch. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer, outgoing: Outgoing): Tunnel {
    const { assignment } = outgoing;
    let made: ClientRequest | undefined;
    const onMade = (clientRequest: ClientRequest) => {
      made = clientRequest;
    };
    request.headers = {};
    this.#proxy.on('proxyReqWs', onMade);
    try {
      this.#proxy.ws(
        request,
        socket,
        head,
        { target: targetOf(assignment), ssl: new RequestOptions(outgoing) },
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
