/** One event of a stream: `id` is that of the last line `id:`, as the browser's EventSource has it. */
export interface ServerSentEvent {
  readonly id: string | undefined;
  readonly data: string;
}

/** Takes the text of an event stream in pieces, wherever they are cut, and gives its events. Comments, as heartbeats, give none. */
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
