import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { IncomingMessage, ServerResponse } from 'node:http';
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
  const onFinish = (message: unknown): void => {
    const { request, response } = message as { request: IncomingMessage; response: ServerResponse };
    if (request.socket.localPort !== port) return;
    const { method = '', url: target = '', headers } = request;
    const site = headers['sec-fetch-site'];
    requests.push({
      method,
      target,
      origin: headers.origin,
      site: typeof site === 'string' ? site : undefined,
      status: response.statusCode,
    });
    for (const look of waiting) look();
  };
  subscribe('http.server.response.finish', onFinish);
  onTestFinished(() => void unsubscribe('http.server.response.finish', onFinish));
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
