import type { IncomingMessage, InformationEvent } from 'node:http';
import { isConnectionField, nominatedHeaders, withoutHeaders } from '../model/connection-fields.js';
import { FcError } from '../model/errors.js';
import type { ExchangeReply } from '../model/exchange.js';
import { HeaderLines } from '../model/headers.js';

export type RawReply = Pick<IncomingMessage, 'statusCode' | 'statusMessage' | 'rawHeaders'>;

/** The part of the function's reply head that may reach the client. */
export interface CheckedReply {
  readonly status: number;
  readonly reason: string;
  /** Of the body, where it is stated. */
  readonly length: number | undefined;
  readonly headers: HeaderLines;
}

/** Response headers (spec §7). */
const MAX_REPLY_HEADER_BYTES = 8192;
const CONTENT_LENGTH = /^[0-9]{1,16}$/;
const FORBIDDEN_BYTE = /[^\t\x20-\x7e\x80-\xff]/;
const FORBIDDEN_BYTES = /[^\t\x20-\x7e\x80-\xff]/g;

/**
 * @param dropped names in lower case that the function may not set, in addition to `x-fc-*` and hop-by-hop fields
 * @param ours flat: the gateway's own lines, which stand first
 * @throws BadResponse
 */
export function checkReply(
  reply: RawReply,
  dropped: Pick<ReadonlySet<string>, 'has'>,
  ours: readonly string[] = [],
): CheckedReply {
  const { statusCode: status = 0, statusMessage = '', rawHeaders } = reply;
  if (status < 200 || status > 999) throw badResponse(`status ${status}`);

  let lines: string[] = [];
  let connection: string[] | undefined;
  let lengths = 0;
  let codings = 0;
  let length: number | undefined;
  let bytes = 0;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const rawName = rawHeaders[at] ?? '';
    const value = rawHeaders[at + 1] ?? '';
    const name = rawName.toLowerCase();
    bytes += rawName.length + value.length + 4;
    if (FORBIDDEN_BYTE.test(value)) throw badResponse('a forbidden byte in a header');
    if (name === 'content-length') {
      if (!CONTENT_LENGTH.test(value) || ++lengths > 1) throw badResponse('an invalid Content-Length');
      // A 204 has no body, so it must not state a length.
      if (status === 204) continue;
      length = Number(value);
    } else if (name === 'transfer-encoding') {
      if (value.toLowerCase() !== 'chunked' || ++codings > 1)
        throw badResponse(`the transfer coding ${JSON.stringify(value)}`);
    } else if (name === 'connection') {
      connection ??= [];
      connection.push(value);
    }
    if (dropped.has(name) || name.startsWith('x-fc-') || isConnectionField(name)) continue;
    lines.push(rawName, value);
  }
  if (bytes > MAX_REPLY_HEADER_BYTES)
    throw badResponse(`more than ${MAX_REPLY_HEADER_BYTES} bytes of headers`);

  const nominated = connection && nominatedHeaders(connection);
  if (nominated !== undefined) {
    if (nominated.has('content-length')) throw badResponse('a Connection header that names Content-Length');
    lines = withoutHeaders(lines, nominated);
  }
  return {
    status,
    length,
    reason: statusMessage.replace(FORBIDDEN_BYTES, ''),
    headers: new HeaderLines(ours.concat(lines)),
  };
}

/**
 * @returns the head of an interim reply, the handler's own 100 included (spec U47)
 * @throws BadResponse
 */
export function checkInterim({ statusCode, statusMessage, rawHeaders }: InformationEvent): ExchangeReply {
  const { reason, headers } = checkReply({ statusCode: 204, statusMessage, rawHeaders }, NOTHING);
  return { status: statusCode, reason, lines: headers.flat };
}

/**
 * @returns the headers of the 101 for the client, without a Set-Cookie in the name of Function Compute (spec C26)
 * @throws BadResponse
 */
export function checkSwitch(reply: RawReply, requestId: string): Record<string, string[]> {
  const lines = checkReply({ ...rawPartsOf(reply), statusCode: 200 }, NOTHING).headers;
  lines.remove('set-cookie', (value) => value.trimStart().toLowerCase().startsWith('x-fc-'));
  const headers: Record<string, string[]> = Object.create(null);
  const { flat } = lines;
  for (let at = 0; at < flat.length; at += 2) {
    const name = flat[at] ?? '';
    headers[name] = [...(headers[name] ?? []), flat[at + 1] ?? ''];
  }
  return { ...headers, 'X-Fc-Request-Id': [requestId], Connection: ['Upgrade'], Upgrade: ['websocket'] };
}

const NOTHING: ReadonlySet<string> = new Set();

function rawPartsOf({ statusMessage, rawHeaders }: RawReply): RawReply {
  return { statusMessage, rawHeaders };
}

export function badResponse(what: string): FcError {
  return new FcError('BadResponse', `the function's response is not valid: ${what}`);
}
