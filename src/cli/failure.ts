import { FcError, messageOf, PortInUseError, UnreachableError } from '../model/errors.js';
import { CommandError, ConfigError, ExplainedError, UsageError } from './errors.js';

/** A failed command: the text for the user, and the exit code. */
export interface Failure {
  readonly exitCode: number;
  readonly message: string;
  /** Lines above the message, each with a place in a file. */
  readonly complaints?: readonly string[];
  /** Lines below the message, for people. */
  readonly details?: string | undefined;
  readonly fix: string | undefined;
  /** For `-o json`: the API's message, when `message` names options of the command line. */
  readonly apiMessage?: string;
  /** For `-o json`: the API's code, or a code of the command line for other errors. */
  readonly code: string;
  readonly requestId: string;
}

export const EXIT = {
  done: 0,
  failed: 1,
  misused: 2,
  unreachable: 3,
  notFound: 4,
  interrupted: 130,
} as const;

/** The only place that turns an error into an exit code. */
export function failureOf(error: unknown): Failure {
  const known = { message: messageOf(error), fix: undefined, requestId: '' };
  if (error instanceof ConfigError) {
    const { complaints, fix } = error;
    return { ...known, exitCode: EXIT.misused, code: 'InvalidArgument', fix, complaints };
  }
  if (error instanceof UsageError)
    return { ...known, exitCode: EXIT.misused, code: 'InvalidArgument', fix: error.fix };
  if (error instanceof UnreachableError)
    return { ...known, exitCode: EXIT.unreachable, code: 'Unreachable', fix: error.fix };
  if (error instanceof CommandError)
    return { ...known, exitCode: error.exitCode, code: error.code, fix: error.fix };
  if (error instanceof PortInUseError) return { ...known, exitCode: EXIT.failed, code: 'PortInUse' };
  if (error instanceof ExplainedError) {
    const { details, fix, refusal } = error;
    return { ...failureOf(refusal), message: error.message, details, fix, apiMessage: refusal.message };
  }
  if (error instanceof FcError) {
    const exitCode = error.status === 404 ? EXIT.notFound : EXIT.failed;
    return { ...known, exitCode, code: error.code, fix: error.fix, requestId: error.requestId ?? '' };
  }
  return { ...known, exitCode: EXIT.failed, code: 'InternalServerError' };
}
