import { STATUS_CODES } from 'node:http';
import { FcError } from '../model/errors.js';
import type { Exchange } from '../model/exchange.js';
import type { Exit } from '../model/instance.js';
import { badResponse } from './reply-head.js';

/** The refusal for a connection to the instance that failed before the head of a reply (spec P-EXIT). */
export function failureOf(error: NodeJS.ErrnoException): FcError {
  if (error.code?.startsWith('HPE_')) return badResponse('it cannot be parsed');
  return new FcError('ProcessExited', 'Process exited unexpectedly before completing request', {
    cause: error,
  });
}

/** @returns the failure of a request together with what the process printed last, if the process ended */
export function explainedBy(exit: Exit | undefined, failure: FcError): FcError {
  if (exit === undefined || exit.lastLines.length === 0) return failure;
  const { cause } = failure;
  return new FcError(failure.code, `${failure.message}\nLogs:\n${exit.lastLines.join('\n')}`, {
    cause,
    ...(exit.fix !== undefined && { fix: exit.fix }),
  });
}

export function timeoutFailure(timeoutInSeconds: number): FcError {
  return new FcError('FunctionTimeout', `Function time out after ${timeoutInSeconds} seconds`, {
    fix: `--timeout, for more than ${timeoutInSeconds} s`,
  });
}

/** Methods that Function Compute sends again (spec P-EXIT, U38). */
const RETRIED: ReadonlySet<string | undefined> = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE']);

interface Failed {
  readonly error: NodeJS.ErrnoException;
  readonly method: string | undefined;
  readonly attempts: number;
  readonly hasBody: boolean;
  readonly bodyTouched: boolean;
  readonly replyBegun: boolean;
}

/** @returns why the request may be sent once more; undefined when the instance may have executed it */
export function retryOf(failed: Failed): 'reset' | 'refused' | undefined {
  if (failed.attempts > 1 || failed.error.code?.startsWith('HPE_')) return undefined;
  if (failed.error.code === 'ECONNREFUSED') return failed.bodyTouched ? undefined : 'refused';
  return failed.hasBody || failed.replyBegun || !RETRIED.has(failed.method) ? undefined : 'reset';
}

/**
 * Answers with an error in the form of Function Compute (spec §5.4), without its cause, Set-Cookie and Content-Disposition.
 * @returns the status that the client receives
 */
export function refuse(exchange: Exchange, error: FcError): number {
  const { requestId } = exchange;
  const body = Buffer.from(JSON.stringify(error.toBody(requestId)));
  const lines = [
    'X-Fc-Request-Id',
    requestId,
    'Content-Type',
    'application/json',
    'Content-Length',
    String(body.length),
  ];
  if (error.retryAfterInSeconds !== undefined) lines.push('Retry-After', String(error.retryAfterInSeconds));
  if (error.allow !== undefined) lines.push('Allow', error.allow.join(', '));
  const reason = STATUS_CODES[error.status] ?? 'Unknown';
  const sent = exchange.writeHead({ status: error.status, reason, lines, refusal: error }, body.length);
  exchange.sink.end(body);
  return sent;
}
