import { isProtocolField } from './connection-fields.js';
import { FcError } from './errors.js';

/** The ranges of the API, inclusive. */
export const LIMITS = {
  sessionConcurrencyPerInstance: [1, 200],
  sessionTTLInSeconds: [1, 21600],
  sessionIdleTimeoutInSeconds: [0, 21600],
  instanceConcurrency: [1, 200],
  timeout: [1, 86400],
  /** Cores; a multiple of 0.05. */
  cpu: [0.05, 16],
  /** Megabytes; a multiple of 64. */
  memorySize: [128, 32768],
  port: [1, 65535],
  initializerTimeout: [1, 300],
  preStopTimeout: [1, 90],
  initialDelaySeconds: [0, 120],
  periodSeconds: [1, 120],
  timeoutSeconds: [1, 3],
  failureThreshold: [1, 120],
  successThreshold: [1, 120],
  /** As many as the scheduler's index of instances holds. */
  maxInstances: [1, 32768],
  /** Entries on one page of a list. */
  limit: [1, 100],
  /** Requests of one answer. */
  requests: [1, 10_000],
  /** One move of the session clock. Ten years: a caller who asks for more has mistaken the unit. */
  advanceInMs: [0, 10 * 366 * 24 * 3600 * 1000],
} as const;

export const DEFAULT_SESSIONS_PER_INSTANCE = 20;
export const DEFAULT_SESSION_TTL_IN_SECONDS = 21600;
export const DEFAULT_SESSION_IDLE_IN_SECONDS = 1800;
export const DEFAULT_SSE_ENDPOINT_PATH = '/sse';

/** Requests in flight on one instance, shared by its sessions (documented: fixed with any affinity). */
export const REQUESTS_PER_INSTANCE = 200;

/** How long an ended session is listed, and its ID refused under `disableSessionIdReuse` (documented: 3 days). */
export const EXPIRED_RETENTION_MS = 3 * 24 * 3600 * 1000;
/** Expired records kept at most; the oldest go first. */
export const EXPIRED_RECORDS_KEPT = 100_000;

/** The head of a request (spec §7): header lines in all, and path with query. */
export const MAX_HEADER_BYTES = 8192;
export const MAX_TARGET_BYTES = 4096;
/** The body of a synchronous request. */
export const MAX_BODY_BYTES = 32 * 1024 * 1024;

const SESSION_ID = /^[A-Za-z0-9_][A-Za-z0-9_-]{0,63}$/;
const MCP_SESSION_ID = /^[\x21-\x7e]{1,1024}$/;
/** Without a flag, since a JSON Schema knows none. */
export const AFFINITY_HEADER = /^(?![xX]-[fF][cC]-)[A-Za-z][A-Za-z0-9_-]{4,39}$/;
const FUNCTION_NAME = /^[A-Za-z_][A-Za-z0-9_-]{0,63}$/;
const UTF8 = new TextEncoder();
const VARIABLE_NAME = /^[A-Za-z][A-Za-z0-9_]*$/;

/** 1–64 letters, digits, `_`, `-`, the first not `-`. */
export function isSessionId(text: string): boolean {
  return SESSION_ID.test(text);
}

/** What an MCP server may choose as a session ID: visible ASCII, at most 1,024 characters (spec U16). */
export function isMcpSessionId(text: string): boolean {
  return MCP_SESSION_ID.test(text);
}

/** @throws InvalidArgument when `value` is not an integer of the range */
export function checkRange(name: string, value: number, [least, most]: readonly [number, number]): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  throw new FcError('InvalidArgument', `${name} must be an integer from ${least} to ${most}, got "${value}"`);
}

/** @throws InvalidArgument when the ID breaks the grammar of session IDs */
export function checkSessionId(sessionId: string): void {
  if (isSessionId(sessionId)) return;
  const shown = JSON.stringify(sessionId.length > 80 ? `${sessionId.slice(0, 80)}…` : sessionId);
  throw new FcError(
    'InvalidArgument',
    `sessionId must be 1 to 64 letters, digits, "_" or "-", the first not "-", got ${shown}`,
  );
}

/**
 * 5–40 letters, digits, `-`, `_`, the first a letter, not beginning with `x-fc-`; and not a name that HTTP itself uses for one
 * connection or message: a session ID under such a name would break every exchange.
 * @throws InvalidArgument
 */
export function checkAffinityHeaderFieldName(name: string): void {
  if (isProtocolField(name.toLowerCase())) {
    throw new FcError(
      'InvalidArgument',
      `affinityHeaderFieldName must not be a header that HTTP itself uses for one connection or message, got ${JSON.stringify(name)}`,
    );
  }
  if (AFFINITY_HEADER.test(name)) return;
  throw new FcError(
    'InvalidArgument',
    `affinityHeaderFieldName must be 5 to 40 letters, digits, "-" or "_", begin with a letter and not with "x-fc-", got ${JSON.stringify(name)}`,
  );
}

/** @throws InvalidArgument; 1–64 letters, digits, `_`, `-`, the first a letter or `_` */
export function checkFunctionName(name: string): void {
  if (FUNCTION_NAME.test(name)) return;
  throw new FcError(
    'InvalidArgument',
    `functionName must be 1 to 64 letters, digits, "_" or "-", the first a letter or "_", got ${JSON.stringify(name)}`,
  );
}

/** @throws InvalidArgument for a name that is reserved or malformed, or for more than 4 KB in all */
export function checkEnvironmentVariables(variables: Readonly<Record<string, string>>): void {
  let bytes = 0;
  for (const [name, value] of Object.entries(variables)) {
    if (name.startsWith('FC_')) {
      throw new FcError('InvalidArgument', `The environment variable name '${name}' is reserved`);
    }
    if (!VARIABLE_NAME.test(name)) {
      throw new FcError(
        'InvalidArgument',
        `an environment variable's name must be letters, digits or "_" and begin with a letter, got ${JSON.stringify(name)}`,
      );
    }
    bytes += UTF8.encode(name).length + UTF8.encode(value).length;
  }
  if (bytes > 4096) {
    throw new FcError(
      'InvalidArgument',
      `environment variables must be at most 4096 bytes in all, got ${bytes}`,
    );
  }
}
