import { z } from 'zod';

/** A field that may be left out; null is as good as absent. */
export function optional<T extends z.ZodType>(schema: T) {
  return schema.nullish().transform((value) => value ?? undefined);
}

export function integer(least: number, most: number) {
  const error = `an integer from ${least} to ${most}`;
  return z.int({ error }).min(least, { error }).max(most, { error });
}

export function string() {
  return z.string({ error: 'a string' });
}

export function flag() {
  return z.boolean({ error: 'true or false' });
}
