import type { PoolView } from './pool-view.js';

/**
 * Every way the emulator can refuse, with the HTTP status it has on the wire. Closed: a code that is not here cannot be raised.
 * Codes marked `emulator` have no published counterpart; the rest are Function Compute's own.
 */
export const ERROR_STATUS = {
  InvalidArgument: 400,
  MissingRequiredHeader: 400,
  PathNotSupported: 400,
  EntityTooLarge: 400,
  /** emulator: a session that ended and may not be used again (`disableSessionIdReuse`). */
  SessionExpired: 400,
  AccessDenied: 403,
  SignatureNotMatch: 403,
  InvalidAccessKeyID: 403,
  FunctionNotFound: 404,
  AliasNotFound: 404,
  VersionNotFound: 404,
  TriggerNotFound: 404,
  /** emulator */
  SessionNotFound: 404,
  /** emulator */
  InstanceNotFound: 404,
  /** emulator */
  RequestNotFound: 404,
  /** emulator: a file of the console. */
  PageNotFound: 404,
  /** emulator */
  MethodNotAllowed: 405,
  FunctionAlreadyExists: 409,
  TriggerAlreadyExists: 409,
  AliasAlreadyExists: 409,
  /** emulator */
  SessionAlreadyExists: 409,
  /** emulator: the operation does not fit the session's status. */
  InvalidSessionStatus: 409,
  ConcurrentUpdateError: 409,
  CAExited: 412,
  CAFileNotFound: 412,
  FunctionNotStarted: 412,
  /** emulator: the initializer of the function failed, or did not answer in time. */
  FunctionInitializationFailed: 412,
  PreconditionFailed: 412,
  ResourceExhausted: 429,
  /** emulator: more header lines than the gateway takes. */
  RequestHeaderFieldsTooLarge: 431,
  ClientClosedRequest: 499,
  InternalServerError: 500,
  BadResponse: 502,
  /** emulator: the instance went away, or closed the connection, without an answer. */
  ProcessExited: 502,
  ResourceThrottled: 503,
  /** emulator: the instance keeps crashing and is given time, or the emulator is ending. */
  ServiceUnavailable: 503,
  /** emulator */
  FunctionTimeout: 504,
} as const;

export type ErrorCode = keyof typeof ERROR_STATUS;

/** The body of every refusal on the wire. */
export interface ErrorBody {
  readonly RequestId: string;
  readonly Code: string;
  readonly Message: string;
}

interface FcErrorOptions {
  readonly cause?: unknown;
  /** What the user can do about it, for the command line. */
  readonly fix?: string;
  readonly retryAfterInSeconds?: number;
  /** The instances, none of which takes the request. Kept in the request record; not sent over the wire. */
  readonly pool?: PoolView;
  /** The methods that are allowed. */
  readonly allow?: readonly string[];
  /** Known when the error came over the wire. */
  readonly requestId?: string;
  /** The HTTP status of an error that came over the wire with a code that is not in the table. */
  readonly status?: number;
}

/** The one error of the emulator. Raised where the fact is known, turned into HTTP and into an exit code in one place each. */
export class FcError extends Error {
  override readonly name = 'FcError';
  readonly code: ErrorCode;
  readonly fix: string | undefined;
  readonly retryAfterInSeconds: number | undefined;
  readonly pool: PoolView | undefined;
  readonly allow: readonly string[] | undefined;
  readonly requestId: string | undefined;
  readonly status: number;

  constructor(code: ErrorCode, message: string, options: FcErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.fix = options.fix;
    this.retryAfterInSeconds = options.retryAfterInSeconds;
    this.pool = options.pool;
    this.allow = options.allow;
    this.requestId = options.requestId;
    this.status = options.status ?? ERROR_STATUS[code];
  }

  /** @returns the body that goes over the wire, under the given request ID */
  toBody(requestId: string): ErrorBody {
    return { RequestId: requestId, Code: this.code, Message: this.message };
  }
}

/** Nothing answers at the address: not a refusal of the emulator, so not an {@link FcError}. */
export class UnreachableError extends Error {
  override readonly name = 'UnreachableError';
  readonly fix: string | undefined;

  constructor(message: string, options: { readonly cause?: unknown; readonly fix?: string } = {}) {
    super(message, { cause: options.cause });
    this.fix = options.fix;
  }
}

export function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(ERROR_STATUS, code);
}

/** @returns the error itself when it is ours, else an `InternalServerError` with the cause kept out of its message */
export function asFcError(error: unknown): FcError {
  if (error instanceof FcError) return error;
  return new FcError('InternalServerError', 'an internal error has occurred. Please retry.', {
    cause: error,
  });
}

/** Another process listens there. */
export class PortInUseError extends Error {
  override readonly name = 'PortInUseError';

  constructor(
    readonly host: string,
    readonly port: number,
  ) {
    super(`port ${port} is in use`);
  }
}

/** @returns the message of whatever was thrown */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
