import type { Clock } from '../model/clock.js';
import { endLine, type InstanceLog, type LogLine, type PlatformStep, startLine } from '../model/instance.js';
import { sanitize } from '../model/sanitize.js';
import { excerptOf } from './excerpt.js';

export const LONGEST_LINE = 8192;
const MOST_LINES = 2000;
const MOST_CHARACTERS = 1024 * 1024;

/** What the lines of one kind have in common. A line that a request begins or ends is a prefix and the ID of the request. */
interface Kind {
  readonly source: LogLine['source'];
  readonly prefix: string;
  readonly warning?: true;
}

const PRINTED: Readonly<Record<LogLine['source'], Kind>> = {
  stdout: { source: 'stdout', prefix: '' },
  stderr: { source: 'stderr', prefix: '' },
  platform: { source: 'platform', prefix: '' },
};
const WARNING: Kind = { source: 'platform', prefix: '', warning: true };
const STARTED = kindsOf(startLine);
const ENDED = kindsOf(endLine);

function kindsOf(line: (step: PlatformStep, requestId: string) => string): Record<PlatformStep, Kind> {
  const kindOf = (step: PlatformStep): Kind => ({ source: 'platform', prefix: line(step, '') });
  return { Initialize: kindOf('Initialize'), Invoke: kindOf('Invoke'), PreStop: kindOf('PreStop') };
}

/** The output of one instance: at most 2,000 lines and a million characters; the oldest lines are dropped first (quality F-30). */
export class BoundedLog implements InstanceLog {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #listeners = new Set<(line: LogLine) => void>();
  // A ring, in three lists: each request adds two lines, and an object for each of them would live long.
  readonly #ats: number[] = [];
  readonly #kinds: Kind[] = [];
  readonly #texts: string[] = [];
  #first = 0;
  #count = 0;
  #characters = 0;
  /** Steps that end in this turn of the event loop. */
  #ending: [kind: Kind, requestId: string][] = [];

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock;
  }

  lines(): readonly LogLine[] {
    return Array.from({ length: this.#count }, (_, index) =>
      this.#lineAt((this.#first + index) % MOST_LINES),
    );
  }

  /** The last lines of the handler itself; from the line that names a failure on, if there is one. */
  excerpt(): readonly string[] {
    return excerptOf(
      this.lines()
        .filter((line) => line.source !== 'platform')
        .map((line) => line.text),
    );
  }

  started(step: PlatformStep, requestId: string): void {
    this.#append(STARTED[step], requestId);
  }

  ended(step: PlatformStep, requestId: string): void {
    // A reply and the lines printed before it come by different pipes: this turn of the event loop reads both.
    if (this.#ending.push([ENDED[step], requestId]) === 1) setImmediate(this.#end);
  }

  /** @param text written by the emulator: no part of it comes from outside */
  note(text: string): void {
    this.#append(PRINTED.platform, text);
  }

  /** Adds a line of the platform that is shown even where such lines are not. */
  warn(text: string): void {
    this.#append(WARNING, text);
  }

  follow(listener: (line: LogLine) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  add(source: LogLine['source'], text: string): void {
    this.#append(PRINTED[source], cut(sanitize(text)));
  }

  /** Drops all lines: the start is tried again. */
  clear(): void {
    while (this.#count > 0) this.#dropFirst();
  }

  readonly #end = (): void => {
    const ending = this.#ending;
    this.#ending = [];
    for (const [kind, requestId] of ending) this.#append(kind, requestId);
  };

  #append(kind: Kind, text: string): void {
    if (this.#count === MOST_LINES) this.#dropFirst();
    const place = (this.#first + this.#count) % MOST_LINES;
    this.#ats[place] = this.#clock.now();
    this.#kinds[place] = kind;
    this.#texts[place] = text;
    this.#count++;
    this.#characters += kind.prefix.length + text.length;
    if (this.#listeners.size > 0) this.#tell(this.#lineAt(place));
    while (this.#characters > MOST_CHARACTERS) this.#dropFirst();
  }

  #tell(line: LogLine): void {
    for (const listener of this.#listeners) listener(line);
  }

  #dropFirst(): void {
    const { prefix } = this.#kinds[this.#first] ?? PRINTED.platform;
    this.#characters -= prefix.length + (this.#texts[this.#first]?.length ?? 0);
    this.#texts[this.#first] = '';
    this.#first = (this.#first + 1) % MOST_LINES;
    this.#count--;
  }

  #lineAt(place: number): LogLine {
    const { source, prefix, warning } = this.#kinds[place] ?? PRINTED.platform;
    const at = this.#ats[place] ?? 0;
    const text = `${prefix}${this.#texts[place]}`;
    return warning ? { at, source, text, warning } : { at, source, text };
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
