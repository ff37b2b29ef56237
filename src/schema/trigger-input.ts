import type { z } from 'zod';
import { FcError } from '../model/errors.js';
import { HTTP_METHODS } from '../model/function.js';
import type { CreateTriggerInput, HttpTriggerConfig, UpdateTriggerInput } from '../model/trigger.js';
import { checkAuthType, checkMethods } from '../model/trigger-config.js';
import { checkBody, read } from './check.js';
import { flag, list, object, optional, string } from './fields.js';

const CHANGEABLE = {
  triggerConfig: optional(string()),
  qualifier: optional(string()),
  description: optional(string()),
  invocationRole: optional(string()),
};
/** The bodies of CreateTrigger and UpdateTrigger. */
export const TRIGGER_BODIES = {
  update: object(CHANGEABLE),
  create: object({
    ...CHANGEABLE,
    triggerName: string(),
    triggerType: string(),
    sourceArn: optional(string()),
  }),
};

/** `authConfig` and `corsConfig` are echoed in the text of the configuration and have no effect. */
const CONFIG = object({
  authType: optional(string()),
  methods: optional(list(string(), 'a list of methods')),
  disableURLInternet: optional(flag()),
});

/** Reads the body of CreateTrigger. @throws InvalidArgument, also for a trigger that is not an HTTP trigger */
export function parseCreateTrigger(body: unknown): CreateTriggerInput {
  const { triggerType, ...input } = checkBody(TRIGGER_BODIES.create, body ?? {});
  if (triggerType !== 'http') {
    throw new FcError(
      'InvalidArgument',
      `triggerType ${JSON.stringify(triggerType)} is not emulated; use "http"`,
    );
  }
  return { ...input, triggerType };
}

/** Reads the body of UpdateTrigger. @throws InvalidArgument */
export function parseUpdateTrigger(body: unknown): UpdateTriggerInput {
  return checkBody(TRIGGER_BODIES.update, body ?? {});
}

/**
 * Reads a `triggerConfig`. Without an `authType` requests must be signed, as on Function Compute.
 * @param text JSON
 * @throws InvalidArgument
 */
export function parseTriggerConfig(text: string): HttpTriggerConfig {
  const reading = read<z.infer<typeof CONFIG>>(CONFIG, jsonOf(text), {
    whole: 'triggerConfig',
    isJson: true,
  });
  if ('issues' in reading) {
    throw new FcError('InvalidArgument', reading.issues[0]?.message ?? 'triggerConfig is invalid');
  }
  const { authType = 'function', methods = HTTP_METHODS, disableURLInternet = false } = reading.value;
  return { authType: checkAuthType(authType), methods: checkMethods(methods), disableURLInternet };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new FcError('InvalidArgument', `triggerConfig must be JSON text: ${reason}`, { cause });
  }
}
