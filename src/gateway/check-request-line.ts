import type { IncomingMessage } from 'node:http';
import { FcError } from '../model/errors.js';
import { HTTP_METHODS } from '../model/function.js';
import { MAX_TARGET_BYTES } from '../model/limits.js';

export type RawRequest = Pick<
  IncomingMessage,
  'method' | 'url' | 'httpVersionMajor' | 'httpVersionMinor' | 'rawHeaders'
>;

const METHODS: ReadonlySet<string | undefined> = new Set(HTTP_METHODS);

/** Origin form: a path and query of visible ASCII, without a fragment. */
const TARGET = /^\/[\x21\x22\x24-\x7e]*$/;

/** @throws MethodNotAllowed, InvalidArgument */
export function checkRequestLine({ method, url = '', httpVersionMajor, httpVersionMinor }: RawRequest): void {
  if (!METHODS.has(method)) {
    throw new FcError('MethodNotAllowed', `method "${method}" is not one of ${HTTP_METHODS.join(', ')}`, {
      allow: HTTP_METHODS,
    });
  }
  if (httpVersionMajor !== 1 || httpVersionMinor > 1) {
    throw new FcError('InvalidArgument', 'the protocol must be HTTP/1.1 or HTTP/1.0');
  }
  if (url.length > MAX_TARGET_BYTES) {
    throw new FcError(
      'InvalidArgument',
      `path and query must be at most ${MAX_TARGET_BYTES} bytes, got ${url.length}`,
    );
  }
  if (!TARGET.test(url)) {
    throw new FcError(
      'InvalidArgument',
      'the request target must be a path that begins with "/", of visible ASCII without "#"',
    );
  }
}
