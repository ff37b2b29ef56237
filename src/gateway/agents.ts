import { Agent, type AgentOptions, type ClientRequest } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/**
 * An unused connection is closed before a handler's own keep-alive timeout (2 s and more in the servers of this world) could close it
 * under a request that is just being sent, which must not be sent twice.
 */
const IDLE_CONNECTION_MS = 1000;
const FEWEST_KEPT = 64;

/** Connections to the instances, kept alive: a pool for each instance, never one for several. */
export class Agents {
  readonly #byInstance = new Map<string, InstanceAgent>();
  #sweepAt = FEWEST_KEPT;

  of(instanceId: string): Agent {
    const known = this.#byInstance.get(instanceId);
    if (known !== undefined) return known;
    if (this.#byInstance.size >= this.#sweepAt) this.#sweep();
    const agent = new InstanceAgent();
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

/** How many bytes a connection had received when its present request began. */
const receivedBefore = new WeakMap<Duplex, number>();

/** @returns whether the instance has sent anything in answer to this request */
export function hasReceived({ socket }: ClientRequest): boolean {
  if (socket === null) return false;
  return socket.bytesRead > (receivedBefore.get(socket) ?? 0);
}

class InstanceAgent extends Agent {
  constructor() {
    // The number of requests is bounded by the scheduler; a bound here would queue them silently.
    const options: AgentOptions = {
      keepAlive: true,
      scheduling: 'lifo',
      maxSockets: Number.POSITIVE_INFINITY,
      timeout: IDLE_CONNECTION_MS,
    };
    super(options);
  }

  get isUnused(): boolean {
    return isEmpty(this.sockets) && isEmpty(this.freeSockets);
  }

  override createConnection(
    ...parameters: Parameters<Agent['createConnection']>
  ): ReturnType<Agent['createConnection']> {
    const socket = super.createConnection(...parameters);
    // For a moment between two requests nobody else listens for errors.
    socket?.on('error', ignore);
    return socket;
  }

  override keepSocketAlive(socket: Duplex): boolean {
    // Node's declaration says void; it answers whether the connection may be kept.
    const kept: unknown = super.keepSocketAlive(socket);
    if (kept === false) return false;
    socket.on('data', destroyThis);
    return true;
  }

  override reuseSocket(socket: Duplex, request: ClientRequest): void {
    socket.off('data', destroyThis);
    receivedBefore.set(socket, (socket as Socket).bytesRead);
    super.reuseSocket(socket, request);
  }
}

function isEmpty(sockets: object): boolean {
  for (const _ in sockets) return false;
  return true;
}

function ignore(): void {}

/** Bytes after the end of a reply: nobody's, so they must not meet the next request. */
function destroyThis(this: Duplex): void {
  this.destroy();
}
