import { z } from 'zod';
import { FcError } from '../model/errors.js';
import type { FunctionInput } from '../model/function-input.js';
import { type Reading, read, withoutUndefined } from './check.js';
import { flag, list, number, object, optional, string } from './fields.js';
import { MOUNTS } from './mounts.js';

/** Where the code of a function is: a zip archive in base64, or an object in OSS. */
export interface CodeInput {
  readonly zipFile?: string;
  readonly ossBucketName?: string;
  readonly ossObjectName?: string;
  readonly checksum?: string;
}

/** What the body of CreateFunction or UpdateFunction says. */
export interface FunctionBody {
  /** What the emulator uses. An absent field has its default, or stays as it is. */
  readonly input: Omit<FunctionInput, 'functionName'> & { readonly functionName?: string };
  readonly code?: CodeInput;
  /** Everything else, which a reply repeats. */
  readonly echo: Readonly<Record<string, unknown>>;
}

const text = () => optional(string());
const texts = () => optional(list(string(), 'a list of strings'));
const whole = () => optional(z.int({ error: 'an integer' }));
const anyObject = () => optional(z.record(z.string(), z.unknown(), { error: 'a JSON object' }));
const objects = () => optional(list(z.record(z.string(), z.unknown(), { error: 'a JSON object' }), 'a list'));

const HOOK = optional(object({ handler: text(), timeout: whole(), command: texts() }));

const AFFINITY_CONFIG = object({
  sessionConcurrencyPerInstance: whole(),
  sessionTTLInSeconds: whole(),
  sessionIdleTimeoutInSeconds: whole(),
  disableSessionIdReuse: optional(flag()),
  affinityHeaderFieldName: text(),
  sseEndpointPath: text(),
});

/** A text of JSON, which counts as absent when it is empty. */
const AFFINITY_TEXT = optional(
  z
    .string({ error: 'a string of JSON' })
    .transform((json, context): unknown => {
      if (json.trim() === '') return undefined;
      try {
        return JSON.parse(json);
      } catch {
        context.addIssue({ code: 'custom', message: 'a string of JSON', input: json });
        return z.NEVER;
      }
    })
    .pipe(optional(AFFINITY_CONFIG)),
);

/** The fields that the emulator uses. Their ranges are in the model, which every border shares. */
const USED = {
  functionName: text(),
  description: text(),
  runtime: text(),
  handler: text(),
  cpu: optional(number()),
  memorySize: whole(),
  diskSize: whole(),
  timeout: whole(),
  instanceConcurrency: whole(),
  instanceIsolationMode: text(),
  environmentVariables: optional(z.record(z.string(), string(), { error: 'an object of strings' })),
  sessionAffinity: text(),
  sessionAffinityConfig: AFFINITY_TEXT,
  customRuntimeConfig: optional(
    object({
      command: texts(),
      args: texts(),
      port: whole(),
      healthCheckConfig: optional(
        object({
          httpGetUrl: text(),
          initialDelaySeconds: whole(),
          periodSeconds: whole(),
          timeoutSeconds: whole(),
          failureThreshold: whole(),
          successThreshold: whole(),
        }),
      ),
    }),
  ),
  customContainerConfig: optional(
    object({ image: text(), entrypoint: texts(), command: texts(), port: whole() }),
  ),
  instanceLifecycleConfig: optional(object({ initializer: HOOK, preStop: HOOK })),
  // The emulator's own: Function Compute passes them over.
  codeDirectory: text(),
  minInstances: whole(),
  maxInstances: whole(),
  startTimeoutInSeconds: whole(),
  drainTimeoutInSeconds: whole(),
};

/** The fields that replies repeat: their kinds are checked, because the official SDK cannot read another kind. */
const ECHOED = {
  role: text(),
  disableInjectCredentials: text(),
  resourceGroupId: text(),
  idleTimeout: whole(),
  internetAccess: optional(flag()),
  disableOndemand: optional(flag()),
  enableLongLiving: optional(flag()),
  layers: texts(),
  tags: objects(),
  logConfig: anyObject(),
  vpcConfig: anyObject(),
  ...MOUNTS,
  tracingConfig: anyObject(),
  customDNS: anyObject(),
  gpuConfig: anyObject(),
};

const CODE = optional(
  object({ zipFile: text(), ossBucketName: text(), ossObjectName: text(), checksum: text() }),
);

/** The body of CreateFunction and UpdateFunction. */
export const FUNCTION_BODY = object({ ...USED, ...ECHOED, code: CODE });

/** What only a reply has. A body that says it is not believed. */
const REPLY_ONLY = ['lockInfo', 'invocationRestriction'];

/** Deeper values are refused: they may be deeper than the stack. */
const DEEPEST = 100;

/**
 * Reads a function as CreateFunction, UpdateFunction and fc3's props have it: the kinds of the fields. The ranges and what fits together
 * are for `functionIssues`. Unknown fields are kept to be repeated.
 * @returns what it says, or every issue
 */
export function readFunction(body: unknown, whole = 'the body'): Reading<FunctionBody> {
  if (isDeeper(body, DEEPEST)) {
    const message = `${whole} must not be nested deeper than ${DEEPEST} levels`;
    return { issues: [{ path: '', rule: 'format', message }] };
  }
  const reading = read(FUNCTION_BODY, body, { whole, isJson: true });
  if (!('value' in reading)) return reading;
  const { code, ...known } = reading.value;
  const container = field(body, 'customContainerConfig');
  return {
    value: {
      // The border where JSON becomes a function: the schema has checked the kinds.
      input: only(known, USED) as FunctionBody['input'],
      ...(code !== undefined && { code }),
      echo: {
        ...unknownFields(body),
        ...only(known, ECHOED),
        ...(known.customContainerConfig !== undefined && { customContainerConfig: container }),
      },
    },
  };
}

/** @throws InvalidArgument with the first issue */
export function parseFunction(body: unknown): FunctionBody {
  const reading = readFunction(body);
  if ('value' in reading) return reading.value;
  throw new FcError('InvalidArgument', reading.issues[0]?.message ?? 'the body is invalid');
}

/** The field of an object whose keys have any letter case. */
function field(body: unknown, name: string): unknown {
  if (typeof body !== 'object' || body === null) return undefined;
  return Object.entries(body).findLast(([key]) => key.toLowerCase() === name.toLowerCase())?.[1];
}

function unknownFields(body: unknown): Record<string, unknown> {
  if (typeof body !== 'object' || body === null) return {};
  const known = new Set(
    ['code', ...REPLY_ONLY, ...Object.keys(USED), ...Object.keys(ECHOED)].map((key) => key.toLowerCase()),
  );
  return Object.fromEntries(
    Object.entries(body).filter(([key, value]) => value !== null && !known.has(key.toLowerCase())),
  );
}

function only(values: object, table: object): Record<string, unknown> {
  return withoutUndefined(
    Object.fromEntries(Object.entries(values).filter(([key]) => Object.hasOwn(table, key))),
  ) as Record<string, unknown>;
}

function isDeeper(value: unknown, levels: number): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > levels) return true;
    level = level.flatMap((one) => (typeof one === 'object' && one !== null ? Object.values(one) : []));
  }
  return false;
}
