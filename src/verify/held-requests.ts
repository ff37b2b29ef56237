import { type ClientRequest, Agent as HttpAgent, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';

interface HoldOptions {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly number: number;
}

/**
 * Requests that stay in flight with any handler: their bodies start and never end. They use keep-alive connections, because
 * Node closes any other connection with the answer.
 */
export class HeldRequests {
  readonly #agent: HttpAgent;
  readonly #requests: ClientRequest[] = [];
  #lost = 0;

  constructor({ url, headers, number }: HoldOptions) {
    const isSecure = url.protocol === 'https:';
    const options = { keepAlive: true, maxSockets: Number.POSITIVE_INFINITY };
    this.#agent = isSecure ? new HttpsAgent(options) : new HttpAgent(options);
    const send = isSecure ? httpsRequest : httpRequest;
    for (let opened = 0; opened < number; opened += 1) {
      const request = send(url, {
        method: 'POST',
        agent: this.#agent,
        headers: { ...headers, 'Content-Type': 'text/plain', 'Transfer-Encoding': 'chunked' },
      });
      // The close event follows and counts the request.
      request.on('error', () => {});
      request.on('response', (response) => {
        response.on('error', () => {});
        response.resume();
      });
      request.on('close', () => {
        this.#lost += 1;
      });
      request.write('.');
      this.#requests.push(request);
    }
  }

  /** The number of requests that the target has ended. */
  get lost(): number {
    return this.#lost;
  }

  /** Aborts all held requests. */
  release(): void {
    for (const request of this.#requests) request.destroy();
    this.#agent.destroy();
  }
}
