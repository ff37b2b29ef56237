import type { IncomingMessage } from 'node:http';
import type { Visit } from '../model/admission.js';
import type { Door } from './door.js';
import type { Exchange } from './exchange.js';
import { badResponse, checkReply } from './reply-head.js';

interface ReplyParts {
  readonly exchange: Exchange;
  readonly visit: Visit;
  readonly door: Door;
}

/**
 * Writes the head of the function's reply to the client, amended by the strategy.
 * @returns how long its body is, where that is said
 * @throws BadResponse, and what the strategy throws; nothing has been written then
 */
export function writeReplyHead(
  { exchange, visit, door }: ReplyParts,
  reply: IncomingMessage,
): number | undefined {
  const { request, response, requestId } = exchange;
  const ours = ['X-Fc-Request-Id', requestId].concat(door.repliesAdded);
  const { status, reason, length, headers } = checkReply(reply, door.repliesDropped, ours);
  door.affinity.settle(visit, { status, headers });
  exchange.endsByClosing = request.httpVersionMinor === 0 && length === undefined;
  if (door.draining) response.shouldKeepAlive = false;
  try {
    response.writeHead(status, reason, headers.flat);
  } catch {
    throw badResponse('a header that cannot be passed on');
  }
  return length;
}
