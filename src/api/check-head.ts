import type { IncomingMessage } from 'node:http';
import { FcError } from '../model/errors.js';
import { HeaderLines } from '../model/headers.js';
import type { HostVerdict } from '../model/host-rule.js';
import { MAX_HEADER_BYTES } from '../model/limits.js';

const MAX_HEADER_LINES = 200;

/**
 * Keeps out what no honest caller of a control plane sends: names rebound to this machine, pages of other origins, pre-flights,
 * WebSockets, heads out of all measure. Nothing of the request is acted on before.
 * @throws InvalidArgument, AccessDenied, RequestHeaderFieldsTooLarge
 */
export function checkHead(request: IncomingMessage, hostVerdict: (host: string) => HostVerdict): void {
  const lines = new HeaderLines(request.rawHeaders);
  checkSize(lines);
  const host = checkHost(lines, hostVerdict);
  checkOrigin(lines, host);
  if (request.method === 'OPTIONS' && isPreflight(lines)) {
    throw new FcError('AccessDenied', 'the control plane is not open to other origins');
  }
  checkUpgrade(lines);
}

function checkSize(lines: HeaderLines): void {
  if (lines.size > MAX_HEADER_LINES) {
    throw new FcError(
      'RequestHeaderFieldsTooLarge',
      `a request may have ${MAX_HEADER_LINES} header lines, got ${lines.size}`,
    );
  }
  // Each line also has a colon, a space and its end.
  const bytes = lines.flat.reduce((sum, part) => sum + part.length + 2, 0);
  if (bytes > MAX_HEADER_BYTES) {
    throw new FcError(
      'InvalidArgument',
      `header lines must be at most ${MAX_HEADER_BYTES} bytes in all, got ${bytes}`,
    );
  }
}

function checkHost(lines: HeaderLines, hostVerdict: (host: string) => HostVerdict): string {
  const [host, ...others] = lines.all('host');
  if (host === undefined) throw new FcError('InvalidArgument', 'the Host header is missing');
  if (others.length > 0) throw new FcError('InvalidArgument', 'the Host header is given more than once');
  switch (hostVerdict(host)) {
    case 'allowed':
      return host;
    case 'malformed':
      throw new FcError('InvalidArgument', `the Host header is malformed: ${JSON.stringify(host)}`);
    case 'foreign':
      throw new FcError(
        'AccessDenied',
        `host ${JSON.stringify(host)} is not allowed here, expected a loopback name or one of --allowed-host`,
      );
  }
}

/** A page may call only what served it (quality T4); who is no browser sends neither line. */
function checkOrigin(lines: HeaderLines, host: string): void {
  const own = ownOrigin(host);
  for (const origin of lines.all('origin')) {
    if (ownOrigin(origin.replace(/^http:\/\//i, '')) === own && /^http:\/\//i.test(origin)) continue;
    throw new FcError('AccessDenied', `origin ${JSON.stringify(origin)} may not use the control plane`);
  }
  for (const site of lines.all('sec-fetch-site')) {
    if (site === 'same-origin' || site === 'none') continue;
    throw new FcError('AccessDenied', `a ${JSON.stringify(site)} page may not use the control plane`);
  }
}

/** An origin leaves out the port that its scheme implies. */
function ownOrigin(host: string): string {
  return host.toLowerCase().replace(/:80$/, '');
}

function isPreflight(lines: HeaderLines): boolean {
  return lines.has('origin') || lines.has('access-control-request-method');
}

/** A WebSocket client would wait for its 101 in vain. Every other offer of a protocol is ignored (RFC 9110 §7.8). */
function checkUpgrade(lines: HeaderLines): void {
  const protocols = lines.all('upgrade').flatMap((value) => value.toLowerCase().split(','));
  if (!protocols.some((protocol) => protocol.trim() === 'websocket')) return;
  throw new FcError('InvalidArgument', 'the control plane has no WebSockets');
}
