import { FcError } from './errors.js';
import { HTTP_METHODS, type HttpTrigger, LATEST, TRIGGER_AUTH_TYPES } from './function.js';

/** What a trigger may leave to its defaults. */
export type TriggerInput = Pick<HttpTrigger, 'functionName' | 'triggerName'> & Partial<HttpTrigger>;

const TRIGGER_NAME = /^[A-Za-z_][A-Za-z0-9_-]{0,127}$/;

/**
 * Checks an HTTP trigger against the API's rules and fills in every default.
 * @throws InvalidArgument
 */
export function completeTrigger({
  functionName,
  triggerName,
  qualifier = LATEST,
  authType = 'anonymous',
  methods = HTTP_METHODS,
  disableURLInternet = false,
  customDomain = false,
}: TriggerInput): HttpTrigger {
  checkTriggerName(triggerName);
  checkAuthType(authType);
  checkMethods(methods);
  return { functionName, triggerName, qualifier, authType, methods, disableURLInternet, customDomain };
}

/** @throws InvalidArgument; 1–128 letters, digits, `_`, `-`, the first a letter or `_` */
function checkTriggerName(name: string): void {
  if (TRIGGER_NAME.test(name)) return;
  throw new FcError(
    'InvalidArgument',
    `triggerName must be 1 to 128 letters, digits, "_" or "-", the first a letter or "_", got ${JSON.stringify(name)}`,
  );
}

function checkAuthType(authType: string): void {
  const known: readonly string[] = TRIGGER_AUTH_TYPES;
  if (known.includes(authType)) return;
  const isReal = authType === 'jwt' || authType === 'bearer';
  throw new FcError(
    'InvalidArgument',
    isReal
      ? `authType "${authType}" is not emulated; use "anonymous" or "function"`
      : `authType must be "anonymous" or "function", got ${JSON.stringify(authType)}`,
  );
}

function checkMethods(methods: readonly string[]): void {
  const known: readonly string[] = HTTP_METHODS;
  if (methods.length > 0 && methods.every((method) => known.includes(method))) return;
  throw new FcError(
    'InvalidArgument',
    `methods must be some of ${HTTP_METHODS.join(', ')}, got ${JSON.stringify(methods)}`,
  );
}

/**
 * A version or an alias has at most one HTTP trigger.
 * @param others the triggers of the same function
 * @throws TriggerAlreadyExists
 */
export function checkUnlike({ triggerName, qualifier }: HttpTrigger, others: Iterable<HttpTrigger>): void {
  for (const other of others) {
    if (other.triggerName === triggerName)
      throw new FcError('TriggerAlreadyExists', `trigger '${triggerName}' already exists`);
    if (other.qualifier === qualifier)
      throw new FcError(
        'TriggerAlreadyExists',
        `qualifier '${qualifier}' has an HTTP trigger, '${other.triggerName}', and can have only one`,
      );
  }
}
