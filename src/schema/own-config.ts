import { z } from 'zod';
import { LIMITS } from '../model/limits.js';
import { type Reading, read } from './check.js';
import { flag, integer, optional, string } from './fields.js';

/** The words of the command line that a value may be. */
interface OwnWords {
  readonly affinities: readonly string[];
  readonly isolations: readonly string[];
}

type Duration = string | number | undefined;

/** One function of `fc-affinity.yaml`, in the words of the command line. */
export interface OwnFunction {
  readonly command: string | readonly string[];
  readonly functionName?: string | undefined;
  readonly directory?: string | undefined;
  readonly affinity?: string | undefined;
  readonly headerName?: string | undefined;
  readonly ssePath?: string | undefined;
  readonly sessionsPerInstance?: number | undefined;
  readonly ttl?: Duration;
  readonly idle?: Duration;
  readonly disableSessionIdReuse?: boolean | undefined;
  readonly isolation?: string | undefined;
  readonly timeout?: Duration;
  readonly startTimeout?: Duration;
  readonly drainTimeout?: Duration;
  readonly maxInstances?: number | undefined;
  readonly minInstances?: number | undefined;
  readonly instanceConcurrency?: number | undefined;
  readonly env?: Readonly<Record<string, string>> | undefined;
  readonly triggerAuth?: string | undefined;
  readonly customDomain?: boolean | undefined;
}

const text = () => optional(string());

const DURATION = /^(\d{1,9}|(?=\d)(\d{1,9}d)?(\d{1,9}h)?(\d{1,9}m)?(\d{1,9}s)?)$/;

const duration = () => {
  const error = 'whole seconds, or a text as "90s", "30m", "6h"';
  const number = z.int({ error }).min(0, { error });
  return optional(z.union([number, z.string({ error }).regex(DURATION, { error })], { error }));
};

const command = () => {
  const error = 'a command, as "node app.js" or [node, app.js]';
  const list = z.array(z.string({ error }), { error }).min(1, { error });
  return z.union([z.string({ error }).min(1, { error }), list], { error });
};

const word = (words: readonly string[]) => {
  const [first = '', ...others] = words;
  return optional(z.enum([first, ...others], { error: `one of ${words.join(', ')}` }));
};

function fields({ affinities, isolations }: OwnWords) {
  return {
    command: command(),
    directory: text(),
    affinity: word(affinities),
    headerName: text(),
    ssePath: text(),
    sessionsPerInstance: optional(integer(...LIMITS.sessionConcurrencyPerInstance)),
    ttl: duration(),
    idle: duration(),
    disableSessionIdReuse: optional(flag()),
    isolation: word(isolations),
    timeout: duration(),
    startTimeout: duration(),
    drainTimeout: duration(),
    maxInstances: optional(integer(...LIMITS.maxInstances)),
    minInstances: optional(integer(0, LIMITS.maxInstances[1])),
    instanceConcurrency: optional(integer(...LIMITS.instanceConcurrency)),
    env: optional(z.record(z.string(), string(), { error: 'a map of texts' })),
    triggerAuth: word(['anonymous', 'function']),
    customDomain: optional(flag()),
  };
}

function single(words: OwnWords) {
  return z.strictObject({ ...fields(words), functionName: text() }, { error: 'a map' });
}

function several(words: OwnWords) {
  const one = z.strictObject(fields(words), { error: 'a map with a command' });
  return z.strictObject({ functions: z.record(z.string(), one, { error: 'a map of functions' }) });
}

/** The keys that a function may have; the name only where the file is one function. */
export function ownKeys(words: OwnWords): readonly string[] {
  return Object.keys(single(words).shape);
}

/** Reads `fc-affinity.yaml`: `functions` by their names, or one function. Its keys are known. */
export function readOwnConfig(
  value: unknown,
  words: OwnWords,
): Reading<OwnFunction | { readonly functions: Readonly<Record<string, OwnFunction>> }> {
  const source = { whole: 'the file', isJson: true };
  return isSeveral(value) ? read(several(words), value, source) : read(single(words), value, source);
}

/** The JSON Schema of `fc-affinity.yaml`. */
export function ownJsonSchema(words: OwnWords): object {
  const of = (schema: z.ZodType): object => {
    const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: 'input', target: 'draft-7' });
    return rest;
  };
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'fc-affinity.yaml',
    type: 'object',
    if: { required: ['functions'] },
    // An object with a key `then` looks like a promise to linters.
    ...Object.fromEntries([['then', of(several(words))]]),
    else: of(single(words)),
  };
}

function isSeveral(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, 'functions');
}
