import { z } from 'zod';
import { CONSOLE_EVENT_TYPES } from '../model/console-events.js';
import { LIMITS } from '../model/limits.js';
import { VERSION_DIRECTIONS } from '../model/version.js';
import { choice, flag, integer, object, optional, string } from './fields.js';

/** The body of `POST /_emulator/v1/clock/advance`. */
export const ADVANCE_BODY = object({ milliseconds: integer(...LIMITS.advanceInMs) });

const limit = ([least, most]: readonly [number, number] = LIMITS.limit) => {
  const error = `an integer from ${least} to ${most}`;
  return optional(
    z
      .string()
      .regex(/^\d{1,6}$/, { error })
      .transform(Number)
      .pipe(z.number().min(least, { error }).max(most, { error })),
  ).meta({ type: 'integer', minimum: least, maximum: most });
};

const strings = () => {
  const error = 'a JSON array of strings';
  return optional(
    z
      .string()
      .transform((text) => parsedOrText(text))
      .pipe(z.array(z.string({ error }), { error })),
  ).meta({ description: error });
};

/** Milliseconds since 1970. */
const instant = () => {
  const error = 'milliseconds since 1970';
  return optional(
    z
      .string()
      .regex(/^\d{1,15}$/, { error })
      .transform(Number),
  ).meta({ type: 'integer', description: error });
};

const tags = () => {
  const error = 'a JSON array of {"Key","Value"}';
  return optional(
    z
      .string()
      .transform((json) => parsedOrText(json))
      .pipe(z.array(z.object({ Key: z.string({ error }), Value: z.string().optional() }), { error })),
  ).meta({ description: error });
};

const text = () => optional(string());
const yesOrNo = () => optional(choice(['true', 'false']));

/** The version or alias that an operation is about. */
export const QUALIFIER_QUERY = z.object({ qualifier: text() });

/** ListSessions. The letter case of the status matters (spec §5.3). */
export const LIST_SESSIONS_QUERY = z.object({
  qualifier: text(),
  limit: limit(),
  nextToken: text(),
  sessionId: text(),
  sessionStatus: optional(choice(['Active', 'Expired'])),
});

export const RESUME_SESSION_QUERY = z.object({ qualifier: text(), fileSystemOnly: yesOrNo() });

/** ListFunctions, and lists of what belongs to a function. */
export const LIST_QUERY = z.object({ limit: limit(), nextToken: text(), prefix: text() });

export const LIST_VERSIONS_QUERY = z.object({
  direction: optional(choice(VERSION_DIRECTIONS)),
  limit: limit(),
  nextToken: text(),
});

/** The body of PublishFunctionVersion. */
export const PUBLISH_VERSION_BODY = object({ description: optional(string()) });

export const LIST_SETTINGS_QUERY = LIST_QUERY.extend({ functionName: text() });

export const LIST_FUNCTIONS_QUERY = LIST_QUERY.extend({
  functionName: text(),
  description: text(),
  runtime: text(),
  tags: tags(),
});

export const LIST_INSTANCES_QUERY = z.object({
  qualifier: text(),
  withAllActive: yesOrNo(),
  instanceIds: strings(),
  instanceStatus: strings(),
  startTimeMs: instant(),
  endTimeMs: instant(),
  startKey: text(),
  limit: limit(),
});

export const FUNCTION_QUERY = z.object({ functionName: text(), qualifier: text() });

/** The emulator's own list of instances. */
export const INSTANCES_QUERY = FUNCTION_QUERY.extend({ ended: yesOrNo() });

const status = () => {
  const error = 'a status (429) or a class of them (4xx)';
  return optional(z.string().regex(/^[1-5](\d\d|xx)$/, { error })).meta({ description: error });
};

export const REQUESTS_QUERY = z.object({
  functionName: text(),
  sessionId: text(),
  instanceId: text(),
  status: status(),
  limit: limit(LIMITS.requests),
  before: text(),
});

/** The body of `POST /_emulator/v1/console/keys`. */
export const CONSOLE_KEY_BODY = object({ token: string() });

/** The body of `POST /_emulator/v1/walkthrough`. */
export const WALKTHROUGH_BODY = object({
  functionName: optional(string()),
  qualifier: optional(string()),
  runId: optional(string()),
  all: optional(flag()),
});

/** Types of events, or the first word of several. */
const eventTypes = () => {
  const words = [...new Set(CONSOLE_EVENT_TYPES.flatMap((type) => [type, type.split('.')[0] ?? type]))];
  const error = `types of events with commas between (${words.join(', ')})`;
  return optional(
    z
      .string()
      .transform((list) => list.split(','))
      .pipe(z.array(z.enum(words, { error }), { error })),
  ).meta({ description: error });
};

export const EVENTS_QUERY = z.object({ types: eventTypes() });

export const LOGS_QUERY = z.object({ follow: yesOrNo() });

function parsedOrText(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}
