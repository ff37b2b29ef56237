import { z } from 'zod';
import { canonicalKeys } from '../model/canonical-keys.js';

/** A JSON object, its keys in any letter case; see {@link canonicalKeys}. */
export function object<T extends z.ZodRawShape>(shape: T) {
  return z.preprocess(canonicalKeys(Object.keys(shape)), z.object(shape, { error: 'a JSON object' }));
}

/** A field that may be absent; null counts as absent. */
export function optional<T extends z.ZodType>(schema: T) {
  return schema.nullish().transform((value) => value ?? undefined);
}

export function integer(least: number, most: number) {
  const error = `an integer from ${least} to ${most}`;
  return z.int({ error }).min(least, { error }).max(most, { error });
}

/** A finite number. */
export function number() {
  return z.number({ error: 'a number' });
}

export function string() {
  return z.string({ error: 'a string' });
}

export function flag() {
  return z.boolean({ error: 'true or false' });
}

export function choice<const T extends readonly string[]>(values: T) {
  return z.enum(values, { error: values.map((value) => `"${value}"`).join(' or ') });
}

export function list<T extends z.ZodType>(element: T, error: string) {
  return z.array(element, { error });
}
