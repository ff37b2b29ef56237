import { parseDuration } from '../../model/duration.js';
import { notThereYet, UsageError } from '../errors.js';
import { nearest } from './nearest.js';
import type { Given, Option } from './options.js';

type Range = readonly [least: number, most: number];

interface Kind {
  /** Belongs to one operation: no `FC_AFFINITY_…` form. */
  readonly here?: boolean;
}

export function text(flags: string, help: string, kind: Kind = {}): Option<string | undefined> {
  return value(flags, help, undefined, (given) => given.text, kind);
}

export function integer<Default extends number | undefined>(
  flags: string,
  help: string,
  { range, byDefault, ...kind }: Kind & { readonly range: Range; readonly byDefault: Default },
): Option<number | Default> {
  return value(flags, help, byDefault, (given) => inRange(given, toInteger(given.text), range), kind);
}

/** Whole seconds, or with a unit; checked against the range in seconds. */
export function duration<Default extends number | undefined>(
  flags: string,
  help: string,
  { range, byDefault, ...kind }: Kind & { readonly range: Range; readonly byDefault: Default },
): Option<number | Default> {
  return value(flags, help, byDefault, (given) => withinSeconds(given, toSeconds(given), range), kind);
}

/** One word of a few; a mistyped one is told its nearest. `later` are words of the contract that are not there yet. */
export function choice<T, Default extends T | undefined>(
  flags: string,
  help: string,
  {
    words,
    byDefault,
    later = [],
    ...kind
  }: Kind & {
    readonly words: Readonly<Record<string, T>>;
    readonly byDefault: Default;
    readonly later?: readonly string[];
  },
): Option<T | Default> {
  return value(flags, help, byDefault, (given) => pick(given, words, later), kind);
}

export function pick<T>(given: Given, words: Readonly<Record<string, T>>, later: readonly string[] = []): T {
  const found = Object.hasOwn(words, given.text) ? words[given.text] : undefined;
  if (found !== undefined) return found;
  if (later.includes(given.text)) throw notThereYet(`${given.name} ${given.text}`);
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
    fromEnvironment: !kind.here,
    read: (given) => given.map((one) => one.text),
  };
}

/** On or off; in the environment `true` or `1`, `false` or `0`. */
export function flag(flags: string, help: string, kind: Kind = {}): Option<boolean> {
  return {
    flags,
    help,
    kind: 'switch',
    fromEnvironment: !kind.here,
    read: (given) => given.some((one) => pick(one, { true: 1, '1': 1, false: 0, '0': 0 }) === 1),
  };
}

/** `--x`, `--no-x`, or nothing said. */
export function toggle(flags: string, help: string): Option<boolean | undefined> {
  return {
    flags,
    help,
    kind: 'toggle',
    fromEnvironment: false,
    read: ([given]) => (given === undefined ? undefined : given.text === 'true'),
  };
}

/** Of the contract, but of a later issue: never silently accepted. */
export function later(flags: string, fix?: string): Option<undefined> {
  return {
    flags,
    help: '',
    kind: flags.includes('<') ? 'value' : 'switch',
    fromEnvironment: true,
    hidden: true,
    read([given]) {
      if (given === undefined) return undefined;
      throw notThereYet(given.name, fix);
    },
  };
}

function value<T, Default>(
  flags: string,
  help: string,
  byDefault: Default,
  parse: (given: Given) => T,
  { here = false }: Kind,
): Option<T | Default> {
  return {
    flags,
    help,
    kind: 'value',
    fromEnvironment: !here,
    read(all) {
      const given = all.at(-1);
      return given === undefined ? byDefault : parse(given);
    },
  };
}

function toInteger(digits: string): number {
  return /^-?\d{1,15}$/.test(digits) ? Number(digits) : Number.NaN;
}

function toSeconds(given: Given): number {
  if (/^-\d/.test(given.text)) return Number.NaN;
  try {
    return parseDuration(given.text);
  } catch (cause) {
    throw new UsageError(`${given.name}: ${cause instanceof Error ? cause.message : cause}`, { cause });
  }
}

function withinSeconds(given: Given, seconds: number, [least, most]: Range): number {
  if (seconds >= least && seconds <= most) return seconds;
  const bounds = most === Number.MAX_SAFE_INTEGER ? `${least} s or more` : `from ${least} to ${most} s`;
  throw new UsageError(`${given.name} must be ${bounds}, got ${JSON.stringify(given.text)}`);
}

function inRange(given: Given, number: number, [least, most]: Range): number {
  if (Number.isInteger(number) && number >= least && number <= most) return number;
  throw new UsageError(
    `${given.name} must be an integer from ${least} to ${most}, got ${JSON.stringify(given.text)}`,
  );
}
