import { FcError } from './errors.js';
import type { HostVerdict } from './host-rule.js';
import { MAX_HEADER_BYTES } from './limits.js';

const MAX_HEADER_LINES = 200;

// What every listener asks of a request's head, whether it forwards the request or serves the API.

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
        `access denied: host ${JSON.stringify(host)} is not one that this emulator answers to`,
        { fix: `--allowed-host ${host.replace(/:\d+$/, '')}, if that name is meant to lead here` },
      );
  }
}
