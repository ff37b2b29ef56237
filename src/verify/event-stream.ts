import { once } from 'node:events';
import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { HeaderLines } from '../model/headers.js';

export interface StreamEvent {
  readonly type: string;
  readonly data: string;
}

const BODY_LIMIT_CHARACTERS = 64 * 1024;

/** Reads a stream of server-sent events. The caller of `open` closes it. */
export class EventStream {
  readonly status: number;
  readonly headers: HeaderLines;
  readonly #request: ClientRequest;
  readonly #response: IncomingMessage;
  readonly #events: AsyncGenerator<StreamEvent>;

  static open(url: URL, signal: AbortSignal | undefined): Promise<EventStream> {
    return new Promise((resolve, reject) => {
      const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
      const request = send(url, { headers: { Accept: 'text/event-stream' }, agent: false, signal });
      request.on('error', reject);
      request.on('response', (response) => resolve(new EventStream(request, response)));
      request.end();
    });
  }

  private constructor(request: ClientRequest, response: IncomingMessage) {
    this.#request = request;
    this.#response = response;
    this.status = response.statusCode ?? 0;
    this.headers = new HeaderLines(response.rawHeaders);
    this.#events = eventsOf(response);
  }

  /** @returns the start of the body of an answer that is not a stream */
  async bodyStart(): Promise<string> {
    let text = '';
    for await (const chunk of this.#response.setEncoding('utf8') as AsyncIterable<string>) {
      text += chunk;
      if (text.length >= BODY_LIMIT_CHARACTERS) break;
    }
    return text;
  }

  /** @returns the next event of a wanted type; undefined when the stream ends first */
  async next(isWanted: (event: StreamEvent) => boolean): Promise<StreamEvent | undefined> {
    for (;;) {
      const { done, value } = await this.#events.next();
      if (done) return undefined;
      if (isWanted(value)) return value;
    }
  }

  /** Resolves when the connection is closed. */
  async close(): Promise<void> {
    if (this.#request.closed) return;
    const closed = once(this.#request, 'close');
    this.#request.destroy();
    await closed;
  }
}

async function* eventsOf(response: IncomingMessage): AsyncGenerator<StreamEvent> {
  let rest = '';
  try {
    for await (const text of response.setEncoding('utf8') as AsyncIterable<string>) {
      const blocks = (rest + text.replaceAll('\r\n', '\n')).split('\n\n');
      rest = blocks.pop() ?? '';
      for (const block of blocks) yield eventOf(block);
    }
  } catch {
    // The connection was lost, so no more events come.
  }
}

function eventOf(block: string): StreamEvent {
  const lines = block.split('\n');
  const fieldsNamed = (name: string): string[] =>
    lines
      .filter((line) => line.startsWith(`${name}:`))
      .map((line) => line.slice(name.length + 1).trimStart());
  return { type: fieldsNamed('event').at(-1) ?? 'message', data: fieldsNamed('data').join('\n') };
}
