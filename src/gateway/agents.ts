import type { ClientRequest, IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import type { Clock } from '../model/clock.js';
import type { Address } from '../model/instance.js';

/** Closes an idle connection before the server's own keep-alive timeout (2 s or more is usual), so that no request races with its close. */
const IDLE_CONNECTION_MS = 1000;
/** How long the first kept connection of an instance stays unused, to see whether the instance closes it. */
const PROOF_MS = 50;
const MOST_UNUSED = 256;
const FEWEST_KEPT = 64;

/** Connections to the instances, kept alive: a pool for each instance, never one for several. */
export class Agents {
  readonly #clock: Clock;
  readonly #byInstance = new Map<string, InstanceAgent>();
  #sweepAt = FEWEST_KEPT;

  /** @param clock the process clock */
  constructor(clock: Clock) {
    this.#clock = clock;
  }

  of(instanceId: string, address: Address): InstanceAgent {
    const known = this.#byInstance.get(instanceId);
    if (known !== undefined) return known;
    if (this.#byInstance.size >= this.#sweepAt) this.#sweep();
    const agent = new InstanceAgent(address, this.#clock);
    this.#byInstance.set(instanceId, agent);
    return agent;
  }

  /** For an instance that has ended. Requests under way keep their connections. */
  forget(instanceId: string): void {
    this.#byInstance.delete(instanceId);
  }

  destroy(): void {
    for (const agent of this.#byInstance.values()) agent.destroy();
    this.#byInstance.clear();
  }

  /** Drops the pools without a connection: instances end without telling the gateway. A pool that is needed again is proven again. */
  #sweep(): void {
    for (const [instanceId, agent] of this.#byInstance) {
      if (agent.isUnused) this.#byInstance.delete(instanceId);
    }
    this.#sweepAt = Math.max(FEWEST_KEPT, this.#byInstance.size * 2);
  }
}

/**
 * Reads in a reply whether its connection may serve another request. It may not when the instance is about to close it, nor behind a
 * reply that has no body by its method or status: an instance that sends a body all the same would send it into the next reply.
 */
export function decideReuse(request: ClientRequest, { statusCode, rawHeaders }: IncomingMessage): void {
  if (request.method === 'HEAD' || statusCode === 204 || statusCode === 304) request.shouldKeepAlive = false;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? '';
    if (name.length !== 10 || name.toLowerCase() !== 'keep-alive') continue;
    const [, seconds] = /(?:^|[\s,])timeout\s*=\s*"?(\d+)/i.exec(rawHeaders[at + 1] ?? '') ?? [];
    if (seconds !== undefined && Number(seconds) * 1000 <= IDLE_CONNECTION_MS)
      request.shouldKeepAlive = false;
  }
}

/** @returns whether the instance has sent anything in answer to this request */
export function hasReceived({ socket }: ClientRequest): boolean {
  return socket instanceof InstanceSocket && socket.hasNews;
}

/**
 * What an instance does with the connections that it lets us keep: not known, keeps them, or has once closed one without saying so
 * (or sent bytes that nobody asked for).
 */
type KeepsConnections = 'unproven' | 'yes' | 'no';

/**
 * What `http.request` asks of an agent, for the one address of an instance. Node's own agent serves any number of addresses: it copies
 * the options of every request and names its address several times, which is a tenth of the cost of a request here.
 * There is no upper bound of connections: the scheduler bounds the requests, and a bound here would queue them silently.
 *
 * A connection is used again only when it is known to live: an instance that closes behind its replies without saying so fails the
 * requests that are sent meanwhile. So the first kept connection stays unused for a moment, until it has proven that the instance
 * keeps it; and an instance that has broken its word once gets a connection for each request from then on.
 */
class InstanceAgent {
  readonly #address: Address;
  readonly #clock: Clock;
  readonly #sockets = new Set<InstanceSocket>();
  /** In the order in which they were kept. The last one is used first. */
  readonly #unused: InstanceSocket[] = [];
  #keepsConnections: KeepsConnections = 'unproven';
  #isProving = false;
  #isWatching = false;

  constructor(address: Address, clock: Clock) {
    this.#address = address;
    this.#clock = clock;
  }

  /** Asked by Node at each request, which then tells the instance `Connection: keep-alive` or `close`. */
  get keepAlive(): boolean {
    return this.#keepsConnections !== 'no';
  }

  get isUnused(): boolean {
    return this.#sockets.size === 0;
  }

  addRequest(request: ClientRequest): void {
    request.onSocket(this.#take() ?? this.#connect());
  }

  destroy(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  #take(): InstanceSocket | undefined {
    if (this.#keepsConnections !== 'yes') return undefined;
    for (let socket = this.#unused.pop(); socket !== undefined; socket = this.#unused.pop()) {
      if (socket.isFresh) return socket;
      this.#discard(socket);
    }
    return undefined;
  }

  #connect(): InstanceSocket {
    const socket = new InstanceSocket();
    this.#sockets.add(socket);
    // Between two requests Node does not listen for errors.
    socket.on('error', ignore);
    socket.on('free', () => this.#keep(socket));
    socket.on('close', () => this.#onClose(socket));
    socket.setNoDelay(true);
    // Node would write a head beside `Expect` as UTF-8, which makes two bytes of one.
    socket.setDefaultEncoding('latin1');
    return socket.connect(this.#address.port, this.#address.host);
  }

  /** Called by Node when request and reply are whole, or when nothing was sent. */
  #keep(socket: InstanceSocket): void {
    if (!this.keepAlive || !socket.isUsable || this.#unused.length >= MOST_UNUSED) {
      socket.destroy();
      return;
    }
    socket.readBefore = socket.bytesRead;
    socket.keptAt = this.#clock.now();
    socket._httpMessage = null;
    this.#unused.push(socket);
    if (this.#keepsConnections === 'unproven') this.#prove(socket);
    this.#watchIdle();
  }

  #prove(socket: InstanceSocket): void {
    if (this.#isProving) return;
    this.#isProving = true;
    this.#clock.wakeAt(this.#clock.now() + PROOF_MS, () => {
      // By then the process has read whatever came to the connection before the time was up.
      setImmediate(() => {
        this.#isProving = false;
        if (socket.isFresh && this.keepAlive) this.#keepsConnections = 'yes';
        else if (!socket.destroyed) this.#discard(socket);
      });
    });
  }

  #onClose(socket: InstanceSocket): void {
    this.#sockets.delete(socket);
    const place = this.#unused.indexOf(socket);
    if (place >= 0) this.#unused.splice(place, 1);
    if (!socket.wasKept || !socket.wasClosedByInstance) return;
    // In the middle of a reply it is the reply that failed.
    if (place >= 0 || !socket.hasNews) this.#stopKeeping();
  }

  #discard(socket: InstanceSocket): void {
    if (socket.hasNews) this.#stopKeeping();
    socket.destroy();
  }

  #stopKeeping(): void {
    this.#keepsConnections = 'no';
    for (const socket of this.#unused.splice(0)) socket.destroy();
  }

  /** Closes what has been unused for too long, and looks again when the next connection may have been. */
  #watchIdle(): void {
    const [oldest] = this.#unused;
    if (oldest === undefined || this.#isWatching) return;
    this.#isWatching = true;
    this.#clock.wakeAt(oldest.keptAt + IDLE_CONNECTION_MS, () => {
      this.#isWatching = false;
      const latest = this.#clock.now() - IDLE_CONNECTION_MS;
      while (this.#unused[0] !== undefined && this.#unused[0].keptAt <= latest)
        this.#discard(this.#unused.shift() as InstanceSocket);
      this.#watchIdle();
    });
  }
}

type WriteCallback = (error?: Error | null) => void;

/**
 * A connection to an instance. A write that meets a closed connection is no error of it: what the instance has answered before may
 * still be unread, and the end of the reading tells whether it has.
 */
class InstanceSocket extends Socket {
  /** How many bytes it had received when it was kept. */
  readBefore = 0;
  keptAt = -1;
  /** Set by Node: the request that it serves or served last. */
  declare _httpMessage: ClientRequest | null;
  #writeFailed = false;

  get wasKept(): boolean {
    return this.keptAt >= 0;
  }

  get wasClosedByInstance(): boolean {
    return this.#writeFailed || this.readableEnded || this.errored !== null;
  }

  /** Whether anything has come since it was kept, or at all. Between two requests this belongs to no reply. */
  get hasNews(): boolean {
    return this.bytesRead > this.readBefore;
  }

  get isUsable(): boolean {
    return this.writable && !this.#writeFailed;
  }

  /** Whether it is as it was when it was kept. */
  get isFresh(): boolean {
    return this.isUsable && !this.hasNews;
  }

  override _write(chunk: unknown, encoding: BufferEncoding, callback: WriteCallback): void {
    if (this.#writeFailed) callback();
    else super._write(chunk, encoding, this.#passOver(callback));
  }

  override _writev(
    chunks: { readonly chunk: unknown; readonly encoding: BufferEncoding }[],
    callback: WriteCallback,
  ): void {
    if (this.#writeFailed) callback();
    else super._writev?.(chunks as never, this.#passOver(callback));
  }

  #passOver(callback: WriteCallback): WriteCallback {
    return (error) => {
      if (!isClosedByPeer(error)) {
        callback(error);
        return;
      }
      this.#writeFailed = true;
      callback();
    };
  }
}

function isClosedByPeer(error: NodeJS.ErrnoException | null | undefined): boolean {
  return error?.code === 'EPIPE' || error?.code === 'ECONNRESET' || error?.code === 'ECONNABORTED';
}

function ignore(): void {}
