import { parseDuration } from '../../model/duration.js';
import { humanDuration } from '../../model/human-time.js';
import { nearest } from '../../model/nearest.js';
import { readSmallFile } from '../../system/read-small-file.js';
import { UsageError } from '../errors.js';
import type { Given, Option } from './options.js';

type Range = readonly [least: number, most: number];

interface Kind {
  /** The option belongs to one operation, so it has no variable `FC_AFFINITY_…`. */
  readonly flagOnly?: boolean;
}

export function text(flags: string, help: string, kind: Kind = {}): Option<string | undefined> {
  return value(flags, help, undefined, (given) => given.text, kind);
}

/** A secret text, which no message repeats, or `@file` with a file that contains it. */
export function secret(flags: string, help: string): Option<string | undefined> {
  return value(flags, help, undefined, secretText, {});
}

interface NumberKind<Default> extends Kind {
  /** The allowed range, with both ends. Without it, only the form is checked here, and the server checks the range. */
  readonly range?: Range;
  readonly byDefault?: Default;
}

/** A whole number. */
export function integer<Default extends number | undefined = undefined>(
  flags: string,
  help: string,
  { range, byDefault, ...kind }: NumberKind<Default>,
): Option<number | Default> {
  return value(
    flags,
    help,
    byDefault as Default,
    (given) => inRange(given, toInteger(given.text), range),
    kind,
  );
}

/** A duration in whole seconds or with a unit. The range is in seconds. */
export function duration<Default extends number | undefined = undefined>(
  flags: string,
  help: string,
  { range, byDefault, ...kind }: NumberKind<Default>,
): Option<number | Default> {
  return value(
    flags,
    help,
    byDefault as Default,
    (given) => withinSeconds(given, toSeconds(given), range),
    kind,
  );
}

/** One word of a list. The error for a wrong word names the nearest word. */
export function choice<T, Default extends T | undefined>(
  flags: string,
  help: string,
  {
    words,
    byDefault,
    ...kind
  }: Kind & { readonly words: Readonly<Record<string, T>>; readonly byDefault: Default },
): Option<T | Default> {
  // The API's literals are accepted, but the help does not show them.
  const short = Object.keys(words).filter((word) => word === word.toLowerCase());
  return { ...value(flags, help, byDefault, (given) => pick(given, words), kind), words: short };
}

export function pick<T>(given: Given, words: Readonly<Record<string, T>>): T {
  const found = Object.hasOwn(words, given.text) ? words[given.text] : undefined;
  if (found !== undefined) return found;
  const names = Object.keys(words);
  throw new UsageError(
    `${given.name} must be one of ${names.join(', ')}, got ${JSON.stringify(given.text)}`,
    { fix: nearest(given.text, names) },
  );
}

export function list(flags: string, help: string, kind: Kind = {}): Option<readonly string[]> {
  return {
    flags,
    help,
    kind: 'list',
    fromEnvironment: !kind.flagOnly,
    read: (given) => given.map((one) => one.text),
  };
}

/** An option without a value; as a variable `true` or `1`, `false` or `0`. */
export function flag(flags: string, help: string, kind: Kind = {}): Option<boolean> {
  return {
    flags,
    help,
    kind: 'switch',
    fromEnvironment: !kind.flagOnly,
    read: (given) => given.some((one) => pick(one, { true: 1, '1': 1, false: 0, '0': 0 }) === 1),
  };
}

/** `--x`, `--no-x`, or neither. */
export function toggle(flags: string, help: string, helpOff?: string): Option<boolean | undefined> {
  return {
    flags,
    help,
    helpOff,
    kind: 'toggle',
    fromEnvironment: false,
    read: ([given]) => (given === undefined ? undefined : given.text === 'true'),
  };
}

function value<T, Default>(
  flags: string,
  help: string,
  byDefault: Default,
  parse: (given: Given) => T,
  { flagOnly = false }: Kind,
): Option<T | Default> {
  return {
    flags,
    help,
    kind: 'value',
    fromEnvironment: !flagOnly,
    read(all) {
      const given = all.at(-1);
      return given === undefined ? byDefault : parse(given);
    },
  };
}

function secretText({ text: given, name }: Given): string {
  const content = given.startsWith('@') ? fileContent(given.slice(1), name) : given;
  if (content !== '') return content;
  throw new UsageError(`${name} must not be empty`);
}

function fileContent(file: string, name: string): string {
  try {
    return readSmallFile(file).trim();
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    throw new UsageError(`${name}: cannot read the file ${JSON.stringify(file)}: ${code ?? message}`, {
      cause,
    });
  }
}

function toInteger(digits: string): number {
  return /^-?\d{1,15}$/.test(digits) ? Number(digits) : Number.NaN;
}

/** @throws UsageError for a text that is not a duration */
function toSeconds(given: Given): number {
  try {
    return /^-\d/.test(given.text) ? -parseDuration(given.text.slice(1)) : parseDuration(given.text);
  } catch (cause) {
    throw new UsageError(`${given.name}: ${cause instanceof Error ? cause.message : cause}`, { cause });
  }
}

function withinSeconds(given: Given, seconds: number, range: Range = [0, Number.MAX_SAFE_INTEGER]): number {
  if (seconds >= range[0] && seconds <= range[1]) return seconds;
  throw outOfSeconds(given, range);
}

/** `--ttl must be 1 to 21600 s (1s to 6h), got "7h"` */
export function outOfSeconds({ name, text }: Given, [least, most]: Range, fix?: string): UsageError {
  const bounds =
    most === Number.MAX_SAFE_INTEGER
      ? `${least} s or more`
      : `${least} to ${most} s (${humanDuration(least)} to ${humanDuration(most)})`;
  return new UsageError(`${name} must be ${bounds}, got ${JSON.stringify(text)}`, { fix });
}

function inRange(
  given: Given,
  number: number,
  [least, most]: Range = [-Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
): number {
  if (Number.isInteger(number) && number >= least && number <= most) return number;
  const bounds = most === Number.MAX_SAFE_INTEGER ? 'an integer' : `an integer from ${least} to ${most}`;
  throw new UsageError(`${given.name} must be ${bounds}, got ${JSON.stringify(given.text)}`);
}
