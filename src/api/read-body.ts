import type { IncomingMessage } from 'node:http';
import { FcError } from '../model/errors.js';

/** The limit for the body of a control request (quality T16). */
const MAX_BODY_BYTES = 256 * 1024;

/**
 * Reads the JSON of a body.
 * @returns the parsed value, or undefined for an empty body, which needs no Content-Type
 * @throws InvalidArgument for another Content-Type or malformed JSON
 */
export function parseBody(bytes: Uint8Array, contentType: string | undefined): unknown {
  if (bytes.length === 0) return undefined;
  const [mediaType = ''] = (contentType ?? '').split(';');
  if (mediaType.trim().toLowerCase() !== 'application/json') {
    const got = contentType === undefined ? 'none' : JSON.stringify(contentType);
    throw new FcError('InvalidArgument', `the Content-Type of a body must be application/json, got ${got}`);
  }
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    throw new FcError('InvalidArgument', `the body must be JSON in UTF-8: ${reason(error)}`);
  }
}

/**
 * Reads a body into memory.
 * @throws EntityTooLarge as soon as the limit is passed
 */
export function readBytes(request: IncomingMessage, limit = MAX_BODY_BYTES): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = Number(request.headers['content-length'] ?? 0);
    if (size > limit) return refuse();
    size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > limit) refuse();
      else chunks.push(chunk);
    });
    request.once('end', () => resolve(Buffer.concat(chunks)));
    request.once('error', () => reject(new FcError('ClientClosedRequest', 'the client went away')));

    function refuse(): void {
      chunks.length = 0;
      request.removeAllListeners('data');
      // Reads and drops the rest, so that a client that is still sending receives the reply and not a reset.
      request.resume();
      reject(new FcError('EntityTooLarge', `payload size exceeds maximum allowed size (${limit} bytes)`));
    }
  });
}

/** The parser's message names the position of the error. */
function reason(error: unknown): string {
  return error instanceof SyntaxError ? error.message : 'a byte sequence is not UTF-8';
}
