import { isConnectionField, nominatedHeaders, withoutHeaders } from '../model/connection-fields.js';
import { FcError } from '../model/errors.js';
import {
  checkHeaderBytes,
  checkHost,
  checkLineCount,
  checkRequestLine,
  type RequestLine,
} from '../model/head-rules.js';
import type { HostVerdict } from '../model/host-rule.js';

interface RawRequest extends RequestLine {
  /** Flat. */
  readonly rawHeaders: readonly string[];
}

export interface RequestRules {
  readonly hostVerdict: (host: string) => HostVerdict;
  readonly maxBodyBytes: number;
  /** Names in lower case that no Connection line may name, in addition to PROTECTED. */
  readonly sessionHeaders: readonly string[];
}

/** The part of a request's head that the instance may see. */
export interface CheckedRequest {
  readonly host: { readonly name: string; readonly value: string };
  /** Flat, without Host, hop-by-hop headers and `x-fc-*`; in the client's order and letter case. Framing fields are among them. */
  readonly lines: readonly string[];
  readonly hasBody: boolean;
  /** Whether the client states the length of the body, also of an empty one. */
  readonly isFramed: boolean;
}

const CONTENT_LENGTH = /^(?:0|[1-9][0-9]{0,15})$/;
const FORBIDDEN_BYTE = /[^\t\x20-\x7e\x80-\xff]/;
/** Without one of these lines the request would end elsewhere, or belong to another session or host. */
const PROTECTED = ['content-length', 'transfer-encoding', 'host', 'cookie', 'mcp-session-id'];

/**
 * Checks a request before it causes any other work, in one pass over its lines.
 * After a refused request nobody knows where the next one starts, so the connection must be closed.
 * @throws InvalidArgument, MethodNotAllowed, AccessDenied, EntityTooLarge, RequestHeaderFieldsTooLarge
 */
export function checkRequest(request: RawRequest, rules: RequestRules): CheckedRequest {
  const { rawHeaders } = request;
  checkLineCount(rawHeaders.length / 2);
  checkRequestLine(request);

  let lines: string[] = [];
  const found = new Found(request.httpVersionMinor);
  let bytes = 0;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? '';
    const value = rawHeaders[at + 1] ?? '';
    bytes += name.length + value.length + 4;
    if (FORBIDDEN_BYTE.test(value)) throw malformed('a header value holds a forbidden byte');
    if (found.keeps(name, value)) lines.push(name, value);
  }
  checkHeaderBytes(bytes);
  checkHost(found.hosts, found.host, rules.hostVerdict);
  const hasBody = checkFraming(found, request, rules);
  if (found.encodings > 0) setValue(lines, 'transfer-encoding', 'chunked');
  const nominated = found.connection && nominatedHeaders(found.connection);
  if (nominated !== undefined) {
    checkNominated(nominated, rules);
    lines = withoutHeaders(lines, nominated);
  }
  return {
    host: { name: found.hostName, value: found.host },
    lines,
    hasBody,
    isFramed: found.lengths + found.encodings > 0,
  };
}

/**
 * Whether a request offers a WebSocket: a GET of HTTP/1.1 for version 13, without a body. The gateway ignores any other offer
 * (spec U48).
 */
export function offersWebSocket(request: RawRequest): boolean {
  const found = new Found(request.httpVersionMinor);
  const { rawHeaders } = request;
  for (let at = 0; at < rawHeaders.length; at += 2)
    found.keeps(rawHeaders[at] ?? '', rawHeaders[at + 1] ?? '');
  return isWebSocketOffer(found, request);
}

/** The lines that the gateway reads itself, and a count of each line that may occur only once. */
class Found {
  readonly #httpVersionMinor: number;
  hosts = 0;
  hostName = 'Host';
  host = '';
  lengths = 0;
  length = '';
  encodings = 0;
  encoding = '';
  protocols: string[] = [];
  webSocketVersions = 0;
  webSocketVersion = '';
  connection: string[] | undefined;

  constructor(httpVersionMinor: number) {
    this.#httpVersionMinor = httpVersionMinor;
  }

  /** @returns whether the line is forwarded to the instance */
  keeps(rawName: string, value: string): boolean {
    const name = rawName.toLowerCase();
    switch (name) {
      case 'host':
        this.hosts += 1;
        this.hostName = rawName;
        this.host = value;
        return false;
      case 'content-length':
        this.lengths += 1;
        this.length = value;
        return true;
      case 'transfer-encoding':
        this.encodings += 1;
        this.encoding = value;
        return true;
      case 'connection':
        this.connection ??= [];
        this.connection.push(value);
        return false;
      case 'upgrade':
        this.protocols.push(...value.toLowerCase().split(',').map(trimmed));
        return false;
      case 'expect':
        // RFC 9110 §10.1.1: the expectation of a client of HTTP/1.0 is ignored.
        return this.#httpVersionMinor > 0;
      case 'sec-websocket-version':
        this.webSocketVersions += 1;
        this.webSocketVersion = value;
        return true;
      default:
        return !name.startsWith('x-fc-') && !isConnectionField(name);
    }
  }
}

/** @returns whether the request has a body */
function checkFraming(
  { lengths, length, encodings, encoding }: Found,
  { httpVersionMinor }: RawRequest,
  { maxBodyBytes }: RequestRules,
): boolean {
  if (encodings > 0) {
    if (lengths > 0) throw malformed('a request must not have both Content-Length and Transfer-Encoding');
    if (encodings > 1 || encoding.toLowerCase() !== 'chunked') {
      throw malformed('Transfer-Encoding must be "chunked" and be sent once');
    }
    if (httpVersionMinor === 0) throw malformed('Transfer-Encoding needs HTTP/1.1');
    return true;
  }
  if (lengths === 0) return false;
  if (lengths > 1 || !CONTENT_LENGTH.test(length)) {
    throw malformed('Content-Length must be a decimal number and be sent once');
  }
  if (Number(length) > maxBodyBytes) throw bodyTooLarge(maxBodyBytes);
  return length !== '0';
}

function isWebSocketOffer(found: Found, { method, httpVersionMinor }: RawRequest): boolean {
  const isVersion13 = found.webSocketVersions === 1 && found.webSocketVersion === '13';
  const hasBody = found.encodings > 0 || (found.lengths > 0 && found.length !== '0');
  return (
    method === 'GET' &&
    httpVersionMinor === 1 &&
    found.protocols.includes('websocket') &&
    isVersion13 &&
    !hasBody
  );
}

function checkNominated(nominated: ReadonlySet<string>, { sessionHeaders }: RequestRules): void {
  for (const name of [...PROTECTED, ...sessionHeaders]) {
    if (nominated.has(name)) throw malformed(`the Connection header must not name "${name}"`);
  }
}

export function bodyTooLarge(maxBodyBytes: number): FcError {
  return new FcError('EntityTooLarge', `payload size exceeds maximum allowed size (${maxBodyBytes} bytes)`);
}

/** Replaces the value of a name that occurs once. */
function setValue(flat: string[], name: string, value: string): void {
  for (let at = 0; at < flat.length; at += 2) if (flat[at]?.toLowerCase() === name) flat[at + 1] = value;
}

function trimmed(token: string): string {
  return token.trim();
}

function malformed(message: string): FcError {
  return new FcError('InvalidArgument', message);
}
