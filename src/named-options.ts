import { parseDuration } from './model/duration.js';
import { FcError } from './model/errors.js';
import { nearest } from './model/nearest.js';

type Reader<T> = (name: string, value: unknown) => T;
type Readers = Readonly<Record<string, Reader<unknown>>>;
type Read<Table extends Readers> = { readonly [Key in keyof Table]?: ReturnType<Table[Key]> };

/** What is expected of an option's value: its form alone; ranges are checked where the values are used. */
export const text: Reader<string> = (name, value) => {
  if (typeof value === 'string') return value;
  throw wrong(name, 'a string', value);
};

/** A text that no message shows. */
export const secret: Reader<string> = (name, value) => {
  if (typeof value === 'string' && value !== '') return value;
  throw new FcError('InvalidArgument', `${name} must be a string that is not empty`);
};

export const integer: Reader<number> = (name, value) => {
  if (typeof value === 'number' && Number.isInteger(value)) return value;
  throw wrong(name, 'an integer', value);
};

export const flag: Reader<boolean> = (name, value) => {
  if (typeof value === 'boolean') return value;
  throw wrong(name, 'true or false', value);
};

export const callable: Reader<never> = (name, value) => {
  if (typeof value === 'function') return value as never;
  throw wrong(name, 'a function', value);
};

/** An object whose own parts are checked by the compiler, as a clock is. */
export const object: Reader<never> = (name, value) => {
  if (isObject(value)) return value as never;
  throw wrong(name, 'an object', value);
};

export const list: Reader<readonly unknown[]> = (name, value) => {
  if (Array.isArray(value)) return value;
  throw wrong(name, 'an array', value);
};

export const texts: Reader<readonly string[]> = (name, value) => {
  if (!Array.isArray(value)) throw wrong(name, 'an array of strings', value);
  return value.map((one, at) => text(`${name}[${at}]`, one));
};

export const variables: Reader<Readonly<Record<string, string>>> = (name, value) => {
  if (!isObject(value)) throw wrong(name, 'an object of strings', value);
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, text(`${name}.${key}`, one)]));
};

/** @returns seconds */
export const duration: Reader<number> = (name, value) => {
  const expected = 'whole seconds, or a text as "90s", "30m", "6h"';
  if (typeof value === 'number' && Number.isInteger(value)) return value;
  if (typeof value !== 'string') throw wrong(name, expected, value);
  try {
    return parseDuration(value);
  } catch (cause) {
    throw wrong(name, expected, value, { cause });
  }
};

export function oneOf<T>(words: Readonly<Record<string, T>>): Reader<T> {
  return (name, value) => {
    const found = typeof value === 'string' && Object.hasOwn(words, value) ? words[value] : undefined;
    if (found !== undefined) return found;
    const names = Object.keys(words);
    throw wrong(name, `one of ${names.join(', ')}`, value, { meant: nearest(String(value), names) });
  };
}

/**
 * Reads an object of options. An option that is undefined is left out.
 * @param synonyms other names for an option, which are refused with the right one
 * @throws InvalidArgument for a key that is not in the table, with the nearest that is, and for a value of a wrong form
 */
export function readNamed<Table extends Readers>(
  input: unknown,
  { table, of, synonyms = {} }: { table: Table; of: string; synonyms?: Readonly<Record<string, string>> },
): Read<Table> {
  if (!isObject(input)) throw wrong(of, 'an object of options', input);
  const values: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(input)) {
    const read = Object.hasOwn(table, key) ? table[key] : undefined;
    if (read === undefined) throw unknown(key, { table, of, synonyms });
    if (value !== undefined) values[key] = read(key, value);
  }
  // The border where unknown values become options: each was read by its own reader.
  return values as Read<Table>;
}

export function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function unknown(
  key: string,
  { table, of, synonyms }: { table: Readers; of: string; synonyms: Readonly<Record<string, string>> },
): FcError {
  const synonym = Object.hasOwn(synonyms, key) ? synonyms[key] : undefined;
  const meant = synonym ?? nearest(key, Object.keys(table));
  return new FcError('InvalidArgument', `${of} has no option ${JSON.stringify(key)}${question(meant)}`);
}

function wrong(
  name: string,
  expected: string,
  value: unknown,
  { meant, cause }: { meant?: string; cause?: unknown } = {},
): FcError {
  return new FcError(
    'InvalidArgument',
    `${name} must be ${expected}, got ${shown(value)}${question(meant)}`,
    {
      cause,
    },
  );
}

function question(meant: string | undefined): string {
  return meant === undefined ? '' : `; did you mean ${meant}?`;
}

function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 80 ? `${value.slice(0, 80)}…` : value);
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'function') return 'a function';
  return isObject(value) ? 'an object' : String(value);
}
