import type { IncomingMessage } from 'node:http';
import type { Assignment } from '../model/admission.js';
import type { Exchange } from './exchange.js';
import { badResponse, checkReply } from './reply-head.js';
import type { Route } from './route.js';

interface ReplyParts {
  readonly exchange: Exchange;
  readonly assignment: Assignment;
  readonly route: Route;
}

/**
 * Writes the head of the function's reply to the client, amended by the strategy.
 * @returns how long its body is, where that is said
 * @throws BadResponse, and what the strategy throws; nothing has been written then
 */
export function writeReplyHead(
  { exchange, assignment, route }: ReplyParts,
  reply: IncomingMessage,
): number | undefined {
  const { request, response, requestId } = exchange;
  const ours = ['X-Fc-Request-Id', requestId].concat(route.repliesAdded);
  const { status, reason, length, headers } = checkReply(reply, route.repliesDropped, ours);
  route.affinity.onResponse(assignment, { status, headers });
  exchange.hasOpenEnd = length === undefined;
  exchange.endsByClosing = request.httpVersionMinor === 0 && length === undefined;
  if (route.draining) response.shouldKeepAlive = false;
  try {
    response.writeHead(status, reason, headers.flat);
  } catch {
    throw badResponse('a header that cannot be passed on');
  }
  return length;
}
