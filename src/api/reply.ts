import { type ServerResponse, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { FcError } from '../model/errors.js';
import type { Reply } from './operation.js';

/** The headers that differ in every reply. */
export interface ApiReplyHead {
  readonly requestId: string;
  /** The header `Date`, by the session clock, like every time in a body. */
  readonly sentAt: Date;
}

const JSON_TYPE = 'application/json; charset=utf-8';
const HTML_TYPE = 'text/html; charset=utf-8';
const POLICY = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";
/** A page may load nothing, run nothing and be in no frame (quality T24). */
const PAGE_HEADERS = {
  'Content-Security-Policy': POLICY,
  'X-Frame-Options': 'DENY',
  'Referrer-Policy': 'no-referrer',
};
/** The console may load, and ask, what this address serves. */
const CONSOLE_HEADERS = {
  ...PAGE_HEADERS,
  'Content-Security-Policy': `${POLICY}; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; require-trusted-types-for 'script'`,
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
};

/** Writes a reply. Resolves for a stream when the stream has ended. */
export async function sendReply(response: ServerResponse, reply: Reply, head: ApiReplyHead): Promise<void> {
  switch (reply.kind) {
    case 'json':
      return sendText(response, { status: reply.status ?? 200, text: JSON.stringify(reply.body) }, head);
    case 'page':
      for (const [name, value] of Object.entries(PAGE_HEADERS)) response.setHeader(name, value);
      return sendText(response, { status: 200, type: HTML_TYPE, text: reply.html }, head);
    case 'file':
      return sendFile(response, reply, head);
    case 'moved':
      response.writeHead(308, { ...commonHeaders(head), Location: reply.to, 'Content-Length': 0 });
      response.end();
      return;
    case 'empty':
      response.writeHead(204, commonHeaders(head));
      response.end();
      return;
    case 'written':
      return;
    case 'stream':
      return sendStream(response, reply, head);
  }
}

/** The one place where an error becomes HTTP. */
export function sendError(response: ServerResponse, error: FcError, head: ApiReplyHead): void {
  if (response.headersSent || response.destroyed) {
    // The head is sent already. A reset shows the client that the reply is not whole.
    response.destroy();
    return;
  }
  if (error.retryAfterInSeconds !== undefined) response.setHeader('Retry-After', error.retryAfterInSeconds);
  sendText(response, { status: error.status, text: errorText(error, head) }, head);
}

/** Writes an error where Node made no response object: for a CONNECT, or for bytes that are not HTTP. */
export function sendRawError(socket: Duplex, error: FcError, head: ApiReplyHead): void {
  const body = errorText(error, head);
  const lines = [
    `HTTP/1.1 ${error.status} ${STATUS_CODES[error.status] ?? ''}`,
    ...Object.entries(commonHeaders(head)).map(([name, value]) => `${name}: ${value}`),
    `Content-Type: ${JSON_TYPE}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
  ];
  socket.end(`${lines.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy());
}

function sendText(
  response: ServerResponse,
  {
    status,
    type = JSON_TYPE,
    text,
  }: { readonly status: number; readonly type?: string; readonly text: string },
  head: ApiReplyHead,
): void {
  response.writeHead(status, {
    ...commonHeaders(head),
    'Content-Type': type,
    'Content-Length': Buffer.byteLength(text),
  });
  response.end(text);
}

/** A browser keeps the file and asks each time whether it is still the same. */
function sendFile(
  response: ServerResponse,
  { file, isKnown }: Extract<Reply, { kind: 'file' }>,
  head: ApiReplyHead,
): void {
  response.writeHead(isKnown ? 304 : 200, {
    ...commonHeaders(head),
    ...CONSOLE_HEADERS,
    'Cache-Control': 'no-cache',
    ETag: file.etag,
    // The address of the page answers other clients with other text.
    Vary: 'Accept',
    ...(!isKnown && { 'Content-Type': file.type, 'Content-Length': Buffer.byteLength(file.text) }),
  });
  response.end(isKnown ? undefined : file.text);
}

async function sendStream(
  response: ServerResponse,
  { contentType, chunks }: Extract<Reply, { kind: 'stream' }>,
  head: ApiReplyHead,
): Promise<void> {
  response.writeHead(200, { ...commonHeaders(head), 'Content-Type': contentType });
  response.flushHeaders();
  if (response.req.method === 'HEAD') {
    response.end();
    return;
  }
  for await (const chunk of chunks) {
    if (response.destroyed) return;
    if (!response.write(chunk)) await untilDrained(response);
  }
  response.end();
}

/** Resolves when the client can take more or has left. Removes both listeners. */
function untilDrained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const go = (): void => {
      response.off('drain', go);
      response.off('close', go);
      resolve();
    };
    response.on('drain', go);
    response.on('close', go);
  });
}

function errorText(error: FcError, { requestId }: ApiReplyHead): string {
  const body = error.toBody(requestId);
  if (error.code !== 'InternalServerError') return JSON.stringify(body);
  // The cause of a defect stays in the log (quality T28).
  return JSON.stringify({ ...body, Message: 'an internal error has occurred. Please retry.' });
}

/** What every reply has. */
export function commonHeaders({ requestId, sentAt }: ApiReplyHead): Readonly<Record<string, string>> {
  return {
    'X-Fc-Request-Id': requestId,
    'x-acs-request-id': requestId,
    Date: sentAt.toUTCString(),
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
  };
}
