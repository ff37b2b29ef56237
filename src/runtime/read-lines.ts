import type { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import { LONGEST_LINE } from './instance-log.js';

/**
 * Gives each line of a stream to `take`. Always reads on, so that a handler never blocks on its output (quality F-30).
 * @returns a promise that resolves when the stream has ended; it never rejects
 */
export function readLines(stream: Readable, take: (line: string) => void): Promise<void> {
  const splitter = new LineSplitter(take);
  stream.on('data', (chunk: Buffer) => splitter.write(chunk));
  stream.on('error', () => {});
  return new Promise((resolve) => {
    stream.once('close', () => {
      splitter.end();
      resolve();
    });
  });
}

/** Splits a stream of bytes into lines, however the bytes are cut into chunks. Cuts a line that is too long. */
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

  /** To be called at the end of the stream: what follows the last line end is a line too. */
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
    // Keeps one character more than the longest line has, so that the log sees that the line was cut.
    if (this.#begun.length <= LONGEST_LINE) {
      this.#begun += text.slice(from, from + LONGEST_LINE + 1 - this.#begun.length);
    }
  }

  #emit(rest: string): void {
    const space = Math.max(0, LONGEST_LINE + 1 - this.#begun.length);
    const line = this.#begun + rest.slice(0, space);
    this.#begun = '';
    this.#take(line.endsWith('\r') ? line.slice(0, -1) : line);
  }
}
