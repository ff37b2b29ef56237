/** One event of a stream. `id` is the value of the last `id:` line, as in the browser's EventSource. */
export interface ServerSentEvent {
  readonly id: string | undefined;
  readonly data: string;
}

/** Parses an event stream from pieces of text with any boundaries. Comments, for example heartbeats, are ignored. */
export class ServerSentParser {
  #rest = '';
  #id: string | undefined;
  #data: string[] = [];

  push(text: string): ServerSentEvent[] {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    return lines.flatMap((line) => this.#line(line.endsWith('\r') ? line.slice(0, -1) : line));
  }

  #line(line: string): ServerSentEvent[] {
    if (line === '') return this.#end();
    const colon = line.indexOf(':');
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (field === 'data') this.#data.push(value);
    if (field === 'id') this.#id = value;
    return [];
  }

  #end(): ServerSentEvent[] {
    if (this.#data.length === 0) return [];
    const data = this.#data.join('\n');
    this.#data = [];
    return [{ id: this.#id, data }];
  }
}
