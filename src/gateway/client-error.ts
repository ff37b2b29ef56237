import type { Socket } from 'node:net';
import { FcError } from '../model/errors.js';

/**
 * What to answer when Node's parser gives up on a connection.
 * @returns undefined when there is nobody to answer: the connection is broken, or never said anything
 */
export function clientErrorOf({ code = '' }: NodeJS.ErrnoException, socket: Socket): FcError | undefined {
  if (!socket.writable || socket.bytesRead === 0) return undefined;
  if (code === 'HPE_HEADER_OVERFLOW') {
    return new FcError('RequestHeaderFieldsTooLarge', 'the head of the request is too large');
  }
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') {
    return new FcError('InvalidArgument', 'the head of the request did not arrive in time');
  }
  if (code.startsWith('HPE_')) return new FcError('InvalidArgument', 'the request is not valid HTTP/1.1');
  return undefined;
}
