import { FcError } from './errors.js';
import {
  HTTP_METHODS,
  type HttpMethod,
  type HttpTrigger,
  LATEST,
  TRIGGER_AUTH_TYPES,
  type TriggerAuthType,
} from './function.js';

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
  return {
    functionName,
    triggerName: checkTriggerName(triggerName),
    qualifier,
    authType: checkAuthType(authType),
    methods: checkMethods(methods),
    disableURLInternet,
    customDomain,
  };
}

/** @throws InvalidArgument; 1–128 letters, digits, `_`, `-`, the first a letter or `_` */
function checkTriggerName(name: string): string {
  if (TRIGGER_NAME.test(name)) return name;
  throw new FcError(
    'InvalidArgument',
    `triggerName must be 1 to 128 letters, digits, "_" or "-", the first a letter or "_", got ${JSON.stringify(name)}`,
  );
}

/** @throws InvalidArgument */
export function checkAuthType(authType: string): TriggerAuthType {
  const known = TRIGGER_AUTH_TYPES.find((one) => one === authType);
  if (known !== undefined) return known;
  const isReal = authType === 'jwt' || authType === 'bearer';
  throw new FcError(
    'InvalidArgument',
    isReal
      ? `authType "${authType}" is not emulated; use "anonymous" or "function"`
      : `authType must be "anonymous" or "function", got ${JSON.stringify(authType)}`,
  );
}

/** @throws InvalidArgument for an unknown method, and for none */
export function checkMethods(methods: readonly string[]): readonly HttpMethod[] {
  const known = HTTP_METHODS.filter((method) => methods.includes(method));
  if (known.length > 0 && known.length === new Set(methods).size) return known;
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
