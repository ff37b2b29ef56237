import type { IncomingHttpHeaders } from 'node:http';
import { FcError, UnreachableError } from '../../model/errors.js';

/** Whether a reply lacks the header that every reply of a control plane has; the vendor's gateway in front of it has one of its own. */
export function isForeign(headers: IncomingHttpHeaders): boolean {
  return headers['x-fc-request-id'] === undefined && headers['x-acs-request-id'] === undefined;
}

/** Another program answers at the address. */
export function noControlApi(origin: string, cause?: unknown): UnreachableError {
  return new UnreachableError(`what answers at ${origin} does not look like a fc-affinity control API`, {
    cause,
    fix: "name the control API with --endpoint: its own port, not that of a function's URL",
  });
}

export function tooSlow(origin: string, timeoutMs: number): UnreachableError {
  return new UnreachableError(`${origin} did not answer within ${timeoutMs / 1000} s`);
}

/** @returns an error of this project unchanged; any other as an UnreachableError that explains it */
export function unreachable(origin: string, error: unknown): FcError | UnreachableError {
  if (error instanceof FcError || error instanceof UnreachableError) return error;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  // A parser error: the program that answers does not speak HTTP, or its lines are not JSON.
  if (code.startsWith('HPE_') || error instanceof SyntaxError) return noControlApi(origin, error);
  return new UnreachableError(messageOf(origin, code, error), {
    cause: error,
    fix: 'start it with fc-affinity serve, or name it with --endpoint',
  });
}

function messageOf(origin: string, code: string, error: unknown): string {
  switch (code) {
    case 'ECONNREFUSED':
      return `nothing listens at ${origin}`;
    case 'ECONNRESET':
      return `${origin} closed the connection before it had answered`;
    default:
      return `${origin} cannot be reached (${code || String(error)})`;
  }
}
