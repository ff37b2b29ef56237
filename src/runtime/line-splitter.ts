import { StringDecoder } from 'node:string_decoder';
import { LONGEST_LINE } from './instance-log.js';

/** Makes lines of a stream of bytes, whatever its chunks: UTF-8 that is cut in two is put together, a line without an end is bounded. */
export class LineSplitter {
  readonly #decoder = new StringDecoder('utf8');
  readonly #take: (line: string) => void;
  #begun = '';

  constructor(take: (line: string) => void) {
    this.#take = take;
  }

  write(chunk: Buffer): void {
    this.#split(this.#decoder.write(chunk));
  }

  /** The stream is over: what was begun is a line too. */
  end(): void {
    this.#split(this.#decoder.end());
    if (this.#begun !== '') this.#emit('');
  }

  #split(text: string): void {
    let from = 0;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', from)) {
      this.#emit(text.slice(from, end));
      from = end + 1;
    }
    // One character too many is kept, so that the log sees that the line was cut.
    if (this.#begun.length <= LONGEST_LINE) {
      this.#begun += text.slice(from, from + LONGEST_LINE + 1 - this.#begun.length);
    }
  }

  #emit(rest: string): void {
    const room = Math.max(0, LONGEST_LINE + 1 - this.#begun.length);
    const line = this.#begun + rest.slice(0, room);
    this.#begun = '';
    this.#take(line.endsWith('\r') ? line.slice(0, -1) : line);
  }
}
