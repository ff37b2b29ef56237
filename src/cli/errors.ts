import { FcError } from '../model/errors.js';

/** The command line was misused: exit code 2, and nothing was sent. */
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
  /** Each as `s.yaml:LINE:COL: …`. */
  readonly complaints: readonly string[];

  constructor(
    message: string,
    { complaints, fix }: { readonly complaints: readonly string[]; readonly fix?: string },
  ) {
    super(message, { fix });
    this.complaints = complaints;
  }
}

/** An operation of the command itself failed: exit code 1, unless another is usual. */
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

/** A refusal of the emulator, with what helps a person. With `-o json` it stays the API's own object. */
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
 * Runs what judges the user's words: a refusal there is a misuse, not a failed operation.
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
