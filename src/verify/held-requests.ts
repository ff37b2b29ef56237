import { type ClientRequest, Agent as HttpAgent, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';

interface HoldOptions {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly number: number;
}

/**
 * Requests that stay in flight whatever the handler does: their bodies begin and never end. The connections are of the kind that is
 * kept open, as Node ends any other with the answer.
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
      // What becomes of it shows in its closing.
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

  /** How many the target has let go of. */
  get lost(): number {
    return this.#lost;
  }

  /** Breaks them all off. */
  release(): void {
    for (const request of this.#requests) request.destroy();
    this.#agent.destroy();
  }
}
