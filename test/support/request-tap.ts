import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** A request as a server of this process got it, whatever became of it. */
interface TappedRequest {
  readonly method: string;
  readonly target: string;
  readonly origin: string | undefined;
  readonly site: string | undefined;
  readonly status: number;
}

interface RequestTap {
  /** Those that were answered. */
  readonly requests: readonly TappedRequest[];
  /** Resolves when that many requests for targets that contain `text` were answered. */
  answered(text: string, count?: number): Promise<readonly TappedRequest[]>;
}

/** Listens in on the server of this process at that address until the test is finished, without the server's knowledge. */
export function tapRequests(url: string): RequestTap {
  const port = Number(new URL(url).port);
  const requests: TappedRequest[] = [];
  const waiting = new Set<() => void>();
  const note = (request: IncomingMessage, status: number): void => {
    const { method = '', url: target = '', headers } = request;
    const site = headers['sec-fetch-site'];
    requests.push({
      method,
      target,
      origin: headers.origin,
      site: typeof site === 'string' ? site : undefined,
      status,
    });
    for (const look of waiting) look();
  };
  const onFinish = (message: unknown): void => {
    const { request, response } = message as { request: IncomingMessage; response: ServerResponse };
    if (request.socket.localPort === port) note(request, response.statusCode);
  };
  // Node makes no response for an upgrade: its answer is the text that the server writes on the connection.
  const onUpgrade = (request: IncomingMessage, socket: Socket): void => {
    const end = socket.end.bind(socket) as (...args: readonly unknown[]) => Socket;
    socket.end = ((...args: readonly unknown[]) => {
      note(request, Number(/^HTTP\/1\.1 (\d+)/.exec(String(args[0]))?.[1]));
      return end(...args);
    }) as Socket['end'];
  };
  const servers = new Set<Server>();
  const onConnection = (message: unknown): void => {
    const { socket } = message as { socket: Socket & { server: Server } };
    if (socket.localPort !== port || servers.has(socket.server)) return;
    servers.add(socket.server);
    socket.server.prependListener('upgrade', onUpgrade);
  };
  subscribe('http.server.response.finish', onFinish);
  subscribe('net.server.socket', onConnection);
  onTestFinished(() => {
    unsubscribe('http.server.response.finish', onFinish);
    unsubscribe('net.server.socket', onConnection);
    for (const server of servers) server.off('upgrade', onUpgrade);
  });
  return {
    requests,
    answered: (text, count = 1) =>
      new Promise((resolve) => {
        const look = (): void => {
          const found = requests.filter(({ target }) => target.includes(text));
          if (found.length < count) return;
          waiting.delete(look);
          resolve(found);
        };
        waiting.add(look);
        look();
      }),
  };
}
