import type { Clock } from '../model/clock.js';
import type { InstanceLog, LogLine } from '../model/instance.js';
import { sanitize } from '../model/sanitize.js';
import { excerptOf } from './excerpt.js';

export const LONGEST_LINE = 8192;
const MOST_LINES = 2000;
const MOST_CHARACTERS = 1024 * 1024;

/** The output of one instance: at most 2,000 lines and a million characters; the oldest lines are dropped first (quality F-30). */
export class BoundedLog implements InstanceLog {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #listeners = new Set<(line: LogLine) => void>();
  #lines: LogLine[] = [];
  #first = 0;
  #characters = 0;

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock;
  }

  lines(): readonly LogLine[] {
    return this.#lines.slice(this.#first);
  }

  /** The last lines of the handler itself; from the line that names a failure on, if there is one. */
  excerpt(): readonly string[] {
    return excerptOf(
      this.lines()
        .filter((line) => line.source !== 'platform')
        .map((line) => line.text),
    );
  }

  /** @param text written by the emulator: no part of it comes from outside */
  note(text: string, { afterPrinted = false }: { readonly afterPrinted?: boolean } = {}): void {
    // A reply and the lines printed before it come by different pipes: this turn of the event loop reads both.
    if (afterPrinted) setImmediate(() => this.#append('platform', text));
    else this.#append('platform', text);
  }

  /** Adds a line of the platform that is shown even where such lines are not. */
  warn(text: string): void {
    this.#append('platform', text, true);
  }

  follow(listener: (line: LogLine) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  add(source: LogLine['source'], text: string): void {
    this.#append(source, cut(sanitize(text)));
  }

  /** Drops all lines: the start is tried again. */
  clear(): void {
    this.#lines = [];
    this.#first = 0;
    this.#characters = 0;
  }

  #append(source: LogLine['source'], text: string, isWarning = false): void {
    const at = this.#clock.now();
    const line: LogLine = isWarning ? { at, source, text, warning: true } : { at, source, text };
    this.#lines.push(line);
    this.#characters += line.text.length;
    this.#drop();
    for (const listener of this.#listeners) listener(line);
  }

  #drop(): void {
    while (this.#lines.length - this.#first > MOST_LINES || this.#characters > MOST_CHARACTERS) {
      this.#characters -= this.#lines[this.#first]?.text.length ?? 0;
      this.#first++;
    }
    // The dropped lines stay in memory until then; long lines would add up.
    if (this.#first < this.#lines.length / 2) return;
    this.#lines = this.#lines.slice(this.#first);
    this.#first = 0;
  }
}

function cut(text: string): string {
  if (text.length <= LONGEST_LINE) return text;
  const end = LONGEST_LINE - 1;
  return `${text.slice(0, isFirstHalf(text.charCodeAt(end - 1)) ? end - 1 : end)}…`;
}

/** Whether it is the first half of a character of two UTF-16 units, as an emoji. */
function isFirstHalf(code: number): boolean {
  return code >= 0xd800 && code <= 0xdbff;
}
