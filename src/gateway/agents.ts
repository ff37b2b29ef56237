import type { ClientRequest, IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import type { Clock } from '../model/clock.js';
import type { Address } from '../model/instance.js';

/**
 * An unused connection is closed before a handler's own keep-alive timeout (2 s and more in the servers of this world) could close it
 * under a request that is just being sent, which must not be sent twice.
 */
const IDLE_CONNECTION_MS = 1000;
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

  /** For an instance that is gone. Requests still under way keep their connections. */
  forget(instanceId: string): void {
    this.#byInstance.delete(instanceId);
  }

  destroy(): void {
    for (const agent of this.#byInstance.values()) agent.destroy();
    this.#byInstance.clear();
  }

  /** Instances end without telling the gateway; what has no connection left can be made again. */
  #sweep(): void {
    for (const [instanceId, agent] of this.#byInstance) {
      if (agent.isUnused) this.#byInstance.delete(instanceId);
    }
    this.#sweepAt = Math.max(FEWEST_KEPT, this.#byInstance.size * 2);
  }
}

/** Does not keep the connection of a request whose instance would close it about when it would be used again. */
export function heedKeepAlive(request: ClientRequest, { rawHeaders }: IncomingMessage): void {
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? '';
    if (name.length !== 10 || name.toLowerCase() !== 'keep-alive') continue;
    const [, seconds] = /^timeout=(\d+)/.exec(rawHeaders[at + 1] ?? '') ?? [];
    if (seconds !== undefined && Number(seconds) * 1000 <= IDLE_CONNECTION_MS)
      request.shouldKeepAlive = false;
  }
}

/** @returns whether the instance has sent anything in answer to this request */
export function hasReceived({ socket }: ClientRequest): boolean {
  return socket instanceof InstanceSocket && socket.bytesRead > socket.readBefore;
}

/**
 * What `http.request` asks of an agent, for the one address of an instance. Node's own does the same for any number of addresses, by
 * copying the options of every request and naming its address several times, which is a tenth of all that a request costs here.
 * There is no upper bound: the scheduler bounds the requests, and a bound here would queue them silently.
 */
class InstanceAgent {
  readonly keepAlive = true;
  readonly #address: Address;
  readonly #clock: Clock;
  readonly #sockets = new Set<InstanceSocket>();
  /** The one used last is at the end, and goes first. */
  readonly #unused: InstanceSocket[] = [];
  #isWatching = false;

  constructor(address: Address, clock: Clock) {
    this.#address = address;
    this.#clock = clock;
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
    for (let socket = this.#unused.pop(); socket !== undefined; socket = this.#unused.pop()) {
      if (socket.isFresh) return socket;
      socket.destroy();
    }
    return undefined;
  }

  #connect(): InstanceSocket {
    const socket = new InstanceSocket();
    this.#sockets.add(socket);
    // For a moment between two requests nobody else listens for errors.
    socket.on('error', ignore);
    socket.on('free', () => this.#keep(socket));
    socket.on('close', () => {
      this.#sockets.delete(socket);
      const place = this.#unused.indexOf(socket);
      if (place >= 0) this.#unused.splice(place, 1);
    });
    socket.setNoDelay(true);
    return socket.connect(this.#address.port, this.#address.host);
  }

  /** Node says so only of a connection whose request and reply were whole, or to which nothing was sent. */
  #keep(socket: InstanceSocket): void {
    if (!socket.writable || this.#unused.length >= MOST_UNUSED) {
      socket.destroy();
      return;
    }
    socket.readBefore = socket.bytesRead;
    socket.keptAt = this.#clock.now();
    socket._httpMessage = null;
    this.#unused.push(socket);
    this.#watch();
  }

  /** Looks again when the one that has been unused for longest has been so for too long. */
  #watch(): void {
    const [oldest] = this.#unused;
    if (oldest === undefined || this.#isWatching) return;
    this.#isWatching = true;
    this.#clock.wakeAt(oldest.keptAt + IDLE_CONNECTION_MS, () => {
      this.#isWatching = false;
      const latest = this.#clock.now() - IDLE_CONNECTION_MS;
      while (this.#unused[0] !== undefined && this.#unused[0].keptAt <= latest)
        this.#unused.shift()?.destroy();
      this.#watch();
    });
  }
}

class InstanceSocket extends Socket {
  /** How many bytes it had received when its last reply was whole. */
  readBefore = 0;
  keptAt = 0;
  /** Set by Node: the request that it serves or served last. */
  declare _httpMessage: ClientRequest | null;

  /** Whether it is as it was when it was kept. Bytes after the end of a reply are nobody's, so they must not meet the next request. */
  get isFresh(): boolean {
    return this.writable && this.bytesRead === this.readBefore;
  }
}

function ignore(): void {}
