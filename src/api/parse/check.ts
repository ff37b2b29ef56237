import type { z } from 'zod';
import { FcError } from '../../model/errors.js';

/**
 * Reads what came over the wire by a schema whose error messages say what was expected (`an integer from 1 to 21600`).
 * Only the schema's own keys get through.
 * @throws InvalidArgument that names the place, the expectation and what was there
 */
export function checkBody<T>(schema: z.ZodType<T>, body: unknown): T {
  return check(schema, body, 'the body');
}

/** The same for a query. An empty value is no value; a key given twice is an error. */
export function checkQuery<T>(schema: z.ZodObject & z.ZodType<T>, query: URLSearchParams): T {
  const given: [string, string][] = [];
  for (const key of Object.keys(schema.shape)) {
    const [value, ...others] = query.getAll(key);
    if (others.length > 0) throw new FcError('InvalidArgument', `${key} is given more than once`);
    if (value !== undefined && value !== '') given.push([key, value]);
  }
  return check(schema, Object.fromEntries(given), 'the query');
}

function check<T>(schema: z.ZodType<T>, input: unknown, whole: string): T {
  const outcome = schema.safeParse(input, { reportInput: true });
  if (outcome.success) return withoutUndefined(outcome.data) as T;
  const [issue] = outcome.error.issues;
  if (issue === undefined) throw new FcError('InvalidArgument', `${whole} is invalid`);
  throw new FcError(
    'InvalidArgument',
    `${placeOf(issue.path) || whole} must be ${issue.message}, got ${shown(issue.input, whole)}`,
  );
}

/** A key without a value would overwrite one that has a value, where input is laid over terms. */
function withoutUndefined(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutUndefined);
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([, field]) => field !== undefined);
  return Object.fromEntries(kept.map(([key, field]) => [key, withoutUndefined(field)]));
}

/** As one would write it: `nasConfig.mountPoints[0].serverAddr`. */
function placeOf(path: readonly PropertyKey[]): string {
  return path
    .map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`))
    .join('')
    .replace(/^\./, '');
}

/** Never walks into the value: it may be nested deeper than the stack. */
function shown(input: unknown, whole: string): string {
  if (Array.isArray(input)) return 'an array';
  if (typeof input === 'object' && input !== null) return 'an object';
  if (typeof input === 'number') return `"${input}"`;
  if (typeof input !== 'string') return input === undefined ? 'nothing' : String(input);
  const text = JSON.stringify(input.length > 80 ? `${input.slice(0, 80)}…` : input);
  // In a body, "60" for 60 is the mistake itself.
  return whole === 'the body' ? `the string ${text}` : text;
}
