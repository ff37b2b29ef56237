import type { IncomingMessage, InformationEvent, OutgoingMessage } from 'node:http';
import type { Assignment } from '../model/admission.js';
import type { BodyWatcher } from '../model/affinity.js';
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
 * @returns how long its body is, where that is said, and what must see it
 * @throws BadResponse, and what the strategy throws; nothing has been written then
 */
export function writeReplyHead(
  { exchange, assignment, route }: ReplyParts,
  reply: IncomingMessage,
): { readonly length: number | undefined; readonly watch: BodyWatcher | undefined } {
  const { request, response, requestId } = exchange;
  const ours = ['X-Fc-Request-Id', requestId].concat(route.repliesAdded);
  const { status, reason, length, headers } = checkReply(reply, route.repliesDropped, ours);
  const watch = route.affinity.onResponse(assignment, {
    requestMethod: request.method ?? '',
    status,
    headers,
  });
  exchange.hasOpenEnd = length === undefined;
  exchange.endsByClosing = request.httpVersionMinor === 0 && length === undefined;
  if (route.draining) response.shouldKeepAlive = false;
  try {
    response.writeHead(status, reason, headers.flat);
  } catch {
    throw badResponse('a header that cannot be passed on');
  }
  return { length, watch };
}

/** What Node keeps to itself: writes before the head, in the turn of the reply on its connection. */
interface RawWriter {
  _writeRaw(text: string, encoding: 'latin1'): boolean;
}

const NONE: ReadonlySet<string> = new Set();

/**
 * Passes an interim reply on, the handler's own 100 included (spec U47). A client of HTTP/1.0 gets none. While a client reads slower
 * than hints come, it misses hints, so that they never fill the memory.
 * @throws BadResponse
 */
export function writeInterimHead({ request, response, socket }: Exchange, interim: InformationEvent): void {
  const { statusCode, statusMessage, rawHeaders } = interim;
  if (request.httpVersionMinor === 0 || response.headersSent) return;
  if (statusCode === 100) {
    response.writeContinue();
    return;
  }
  if (socket.writableNeedDrain || response.writableLength > response.writableHighWaterMark) return;
  const { reason, headers } = checkReply({ statusCode: 204, statusMessage, rawHeaders }, NONE);
  const lines = [`HTTP/1.1 ${statusCode} ${reason}`];
  for (let at = 0; at < headers.flat.length; at += 2)
    lines.push(`${headers.flat[at]}: ${headers.flat[at + 1]}`);
  const writer = response as OutgoingMessage as unknown as RawWriter;
  writer._writeRaw(`${lines.join('\r\n')}\r\n\r\n`, 'latin1');
}
