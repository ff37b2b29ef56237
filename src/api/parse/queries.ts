import { z } from 'zod';
import { optional, string } from './fields.js';

const limit = () => {
  const error = 'an integer from 1 to 100';
  return optional(
    z
      .string()
      .regex(/^\d{1,6}$/, { error })
      .transform(Number)
      .pipe(z.number().min(1, { error }).max(100, { error })),
  );
};

const choice = <const T extends readonly [string, ...string[]]>(values: T) =>
  optional(z.enum(values, { error: values.map((value) => `"${value}"`).join(' or ') }));

const strings = () => {
  const error = 'a JSON array of strings';
  return optional(
    z
      .string()
      .transform((text) => parsedOrText(text))
      .pipe(z.array(z.string({ error }), { error })),
  );
};

const text = () => optional(string());

/** Which version or alias an operation means. */
export const QUALIFIER_QUERY = z.object({ qualifier: text() });

/** ListSessions; the status is compared letter by letter (spec §5.3). */
export const LIST_SESSIONS_QUERY = z.object({
  qualifier: text(),
  limit: limit(),
  nextToken: text(),
  sessionId: text(),
  sessionStatus: choice(['Active', 'Expired']),
});

export const RESUME_SESSION_QUERY = z.object({
  qualifier: text(),
  fileSystemOnly: choice(['true', 'false']),
});

export const LIST_FUNCTIONS_QUERY = z.object({ limit: limit(), nextToken: text(), prefix: text() });

export const LIST_INSTANCES_QUERY = z.object({
  qualifier: text(),
  instanceIds: strings(),
  instanceStatus: strings(),
  limit: limit(),
});

export const FUNCTION_QUERY = z.object({ functionName: text(), qualifier: text() });

/** The emulator's own list of instances. */
export const INSTANCES_QUERY = FUNCTION_QUERY.extend({ ended: choice(['true', 'false']) });

export const LOGS_QUERY = z.object({ follow: choice(['true', 'false']) });

function parsedOrText(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}
