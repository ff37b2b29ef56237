import { FcError } from '../model/errors.js';

/** A wrong command line: exit code 2, and no request was sent. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  readonly fix: string | undefined;

  constructor(message: string, { fix, cause }: { readonly fix?: string; readonly cause?: unknown } = {}) {
    super(message, { cause });
    this.fix = fix;
  }
}

/** A configuration that cannot be used: exit code 2. */
export class ConfigError extends UsageError {
  /** The complaints, each as `s.yaml:LINE:COL: …`. */
  readonly complaints: readonly string[];

  constructor(
    message: string,
    { complaints, fix }: { readonly complaints: readonly string[]; readonly fix?: string },
  ) {
    super(message, { fix });
    this.complaints = complaints;
  }
}

/** A failed operation of the command itself. Default exit code: 1. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly code: string;
  readonly exitCode: number;
  readonly fix: string | undefined;

  constructor(
    message: string,
    {
      code,
      exitCode = 1,
      fix,
      cause,
    }: {
      readonly code: string;
      readonly exitCode?: number;
      readonly fix?: string;
      readonly cause?: unknown;
    },
  ) {
    super(message, { cause });
    this.code = code;
    this.exitCode = exitCode;
    this.fix = fix;
  }
}

/** A refusal of the emulator, with help for people. With `-o json`, the error is the API's own object. */
export class ExplainedError extends Error {
  override readonly name = 'ExplainedError';
  readonly refusal: FcError;
  /** Lines below the message. */
  readonly details: string | undefined;
  readonly fix: string | undefined;

  constructor(
    refusal: FcError,
    words: { readonly message?: string; readonly details?: string; readonly fix?: string | undefined },
  ) {
    super(words.message ?? refusal.message, { cause: refusal });
    this.refusal = refusal;
    this.details = words.details;
    this.fix = words.fix ?? refusal.fix;
  }
}

/**
 * Runs a check of the user's words. A refusal is a wrong command line, not a failed operation.
 * @throws UsageError in place of an InvalidArgument
 */
export function asUsage<T>(judge: () => T): T {
  try {
    return judge();
  } catch (error) {
    if (error instanceof FcError && error.code === 'InvalidArgument')
      throw new UsageError(error.message, { fix: error.fix, cause: error });
    throw error;
  }
}
