import { FcError } from './errors.js';
import { HTTP_METHODS } from './function.js';
import type { HostVerdict } from './host-rule.js';
import { MAX_HEADER_BYTES, MAX_TARGET_BYTES } from './limits.js';

const MAX_HEADER_LINES = 200;

const METHODS: ReadonlySet<string | undefined> = new Set(HTTP_METHODS);

/** Origin form: a path and query of visible ASCII, without a fragment. */
const TARGET = /^\/[\x21\x22\x24-\x7e]*$/;

export interface RequestLine {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  readonly httpVersionMajor: number;
  readonly httpVersionMinor: number;
}

// What every listener asks of a request's head, whether it forwards the request or serves the API.

/** @throws MethodNotAllowed, InvalidArgument */
export function checkRequestLine({
  method,
  url = '',
  httpVersionMajor,
  httpVersionMinor,
}: RequestLine): void {
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

/** @throws RequestHeaderFieldsTooLarge */
export function checkLineCount(count: number): void {
  if (count > MAX_HEADER_LINES) {
    throw new FcError(
      'RequestHeaderFieldsTooLarge',
      `a request must have at most ${MAX_HEADER_LINES} header lines, got ${count}`,
    );
  }
}

/**
 * @param bytes of all header lines, each with its colon, a blank and its end
 * @throws InvalidArgument
 */
export function checkHeaderBytes(bytes: number): void {
  if (bytes > MAX_HEADER_BYTES) {
    throw new FcError(
      'InvalidArgument',
      `request headers must be at most ${MAX_HEADER_BYTES} bytes in all, got ${bytes}`,
    );
  }
}

/**
 * @param hosts how many Host lines there are
 * @throws InvalidArgument, AccessDenied for a name that the listener does not answer to
 */
export function checkHost(hosts: number, host: string, hostVerdict: (host: string) => HostVerdict): void {
  if (hosts === 0) throw new FcError('InvalidArgument', 'the Host header is missing');
  if (hosts > 1)
    throw new FcError('InvalidArgument', `a request must have exactly one Host header, got ${hosts}`);
  const name = host.replace(/:\d+$/, '');
  switch (hostVerdict(host)) {
    case 'allowed':
      return;
    case 'malformed':
      throw new FcError(
        'InvalidArgument',
        `the Host header must be a name or an address, with or without a port, got ${JSON.stringify(host)}`,
      );
    case 'foreign':
      throw new FcError(
        'AccessDenied',
        `access denied: host ${JSON.stringify(host)} is not one that this emulator answers to; to accept it, start the emulator with --allowed-host ${name}`,
        { fix: `--allowed-host ${name}, if that name is meant to lead here` },
      );
  }
}
