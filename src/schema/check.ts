import type { z } from 'zod';
import { FcError } from '../model/errors.js';
import type { Issue } from '../model/issue.js';

export type Reading<T> = { readonly value: T } | { readonly issues: readonly Issue[] };

interface Source {
  /** The name of the whole input in messages, as `the body`. */
  readonly whole: string;
  /** In JSON, `"60"` for 60 is a mistake that the message shows. In a query every value is a string. */
  readonly isJson: boolean;
}

const BODY: Source = { whole: 'the body', isJson: true };
const QUERY: Source = { whole: 'the query', isJson: false };

/**
 * Reads an input by a schema whose error messages name the expectation (`an integer from 1 to 21600`).
 * @returns the value with the keys of the schema alone, or every issue
 */
export function read<T>(schema: z.ZodType<T>, input: unknown, source: Source = BODY): Reading<T> {
  const outcome = schema.safeParse(input, { reportInput: true });
  if (outcome.success) return { value: outcome.data };
  return { issues: outcome.error.issues.map((issue) => issueOf(issue, source)) };
}

/** @throws InvalidArgument with the first issue */
export function checkBody<T>(schema: z.ZodType<T>, body: unknown): T {
  return check(schema, body, BODY);
}

/** Reads a query. An empty value counts as absent; a key given twice is an error. @throws InvalidArgument with the first issue */
export function checkQuery<T>(schema: z.ZodObject & z.ZodType<T>, query: URLSearchParams): T {
  const given: [string, string][] = [];
  for (const key of Object.keys(schema.shape)) {
    const [value, ...others] = query.getAll(key);
    if (others.length > 0) throw new FcError('InvalidArgument', `${key} is given more than once`);
    if (value !== undefined && value !== '') given.push([key, value]);
  }
  return check(schema, Object.fromEntries(given), QUERY);
}

function check<T>(schema: z.ZodType<T>, input: unknown, source: Source): T {
  const reading = read(schema, input, source);
  if ('value' in reading) return withoutUndefined(reading.value) as T;
  throw new FcError('InvalidArgument', reading.issues[0]?.message ?? `${source.whole} is invalid`);
}

function issueOf(issue: z.core.$ZodIssue, source: Source): Issue {
  const path = placeOf(issue.path);
  const message = `${path || source.whole} must be ${issue.message}, got ${shown(issue.input, source)}`;
  return { path, rule: ruleOf(issue.code), message };
}

function ruleOf(code: z.core.$ZodIssue['code']): Issue['rule'] {
  switch (code) {
    case 'too_small':
    case 'too_big':
    case 'not_multiple_of':
      return 'range';
    case 'invalid_format':
      return 'format';
    case 'invalid_value':
      return 'choice';
    case 'invalid_type':
    case 'unrecognized_keys':
    case 'invalid_union':
    case 'invalid_key':
    case 'invalid_element':
    case 'custom':
      return 'type';
  }
}

/** The input is spread over the terms of a session, where a key with the value undefined would overwrite a term. */
export function withoutUndefined(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutUndefined);
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([, field]) => field !== undefined);
  return Object.fromEntries(kept.map(([key, field]) => [key, withoutUndefined(field)]));
}

function placeOf(path: readonly PropertyKey[]): string {
  return path
    .map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`))
    .join('')
    .replace(/^\./, '');
}

/** Does not walk into the value, which may be nested deeper than the stack. */
function shown(input: unknown, { isJson }: Source): string {
  if (Array.isArray(input)) return 'an array';
  if (typeof input === 'object' && input !== null) return 'an object';
  if (typeof input === 'number') return `"${input}"`;
  if (typeof input !== 'string') return input === undefined ? 'nothing' : String(input);
  const text = JSON.stringify(input.length > 80 ? `${input.slice(0, 80)}…` : input);
  return isJson ? `the string ${text}` : text;
}
