import { STATUS_CODES } from 'node:http';
import type { FcError } from '../model/errors.js';
import type { Exchange } from '../model/exchange.js';

/** Answers by an error in the form of Function Compute (spec §5.4): without its cause, Set-Cookie and Content-Disposition. */
export function refuse(exchange: Exchange, error: FcError): void {
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
  exchange.writeHead({ status: error.status, reason, lines }, body.length);
  exchange.sink.end(body);
}
