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

/** The kept connections to the instances: one pool for each instance. */
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

  /** For an instance that has ended. Its requests in flight keep their connections. */
  forget(instanceId: string): void {
    this.#byInstance.delete(instanceId);
  }

  destroy(): void {
    for (const agent of this.#byInstance.values()) agent.destroy();
    this.#byInstance.clear();
  }

  /** Drops the pools without a connection, since instances end without telling the gateway. A new pool proves its instance again. */
  #sweep(): void {
    for (const [instanceId, agent] of this.#byInstance) {
      if (agent.isUnused) this.#byInstance.delete(instanceId);
    }
    this.#sweepAt = Math.max(FEWEST_KEPT, this.#byInstance.size * 2);
  }
}

/**
 * Decides by the head of a reply whether its connection may serve another request. It may not if the instance closes it soon. It may
 * not after a reply to HEAD, a 204 or a 304 either: a body that the instance sends there would be read as the next reply.
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
 * Whether an instance keeps the connections that it does not announce to close. `no`: it has closed one without announcing it, or has
 * sent bytes that belong to no reply.
 */
type KeepsConnections = 'unproven' | 'yes' | 'no';

/**
 * The agent of one instance, as `http.request` needs it. Node's own agent copies the options of every request and formats its address
 * several times: a tenth of the cost of a request.
 * The number of connections has no limit: the scheduler limits the requests, and a limit here would queue them silently.
 *
 * A request on a connection that the instance is closing fails. So the first kept connection of an instance stays unused for 50 ms, to
 * prove that the instance keeps connections. An instance that closes one without announcing it gets a new connection for each request
 * from then on.
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

  /** Asked by Node at each request, which then sends `Connection: keep-alive` or `close` to the instance. */
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
    // Node does not listen for errors between two requests.
    socket.on('error', ignore);
    socket.on('free', () => this.#keep(socket));
    socket.on('close', () => this.#onClose(socket));
    socket.setNoDelay(true);
    // Node writes a head that contains `Expect` as UTF-8, which makes two bytes of one Latin-1 character.
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
      // Before this call, Node reads the bytes that its sockets have received.
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
    // A close in the middle of a reply is a failure of that reply.
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

  /** Closes the connections that have been unused for too long, and repeats this as long as there are unused ones. */
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
 * A connection to an instance. A write to a closed connection does not destroy it, since an answer that came before may still be
 * unread. The read side then shows whether the instance has answered.
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

  /** Whether bytes have come since it was kept. Between two requests they belong to no reply. */
  get hasNews(): boolean {
    return this.bytesRead > this.readBefore;
  }

  get isUsable(): boolean {
    return this.writable && !this.#writeFailed;
  }

  /** Whether it can take another request: open, and without bytes that belong to no reply. */
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
