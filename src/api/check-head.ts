import type { IncomingMessage } from 'node:http';
import { FcError } from '../model/errors.js';
import { checkHeaderBytes, checkHost, checkLineCount } from '../model/head-rules.js';
import { HeaderLines } from '../model/headers.js';
import type { HostVerdict } from '../model/host-rule.js';

/**
 * Refuses what no honest caller of a control plane sends: names rebound to this machine, pages of other origins, pre-flights,
 * WebSockets, heads that are too large. Runs before any other code reads the request.
 * @throws InvalidArgument, AccessDenied, RequestHeaderFieldsTooLarge
 */
export function checkHead(request: IncomingMessage, hostVerdict: (host: string) => HostVerdict): void {
  const lines = new HeaderLines(request.rawHeaders);
  checkLineCount(lines.size);
  // Each line also has a colon, a blank and its end.
  checkHeaderBytes(lines.flat.reduce((sum, part) => sum + part.length + 2, 0));
  const [host = '', ...others] = lines.all('host');
  checkHost(lines.has('host') ? 1 + others.length : 0, host, hostVerdict);
  checkOrigin(lines, host);
  if (request.method === 'OPTIONS' && isPreflight(lines)) {
    throw new FcError('AccessDenied', 'the control plane is not open to other origins');
  }
  checkUpgrade(lines);
}

/** A page may call only the address that served it (quality T4). Only browsers send these two headers. */
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

/** An origin omits the default port of its scheme. */
function ownOrigin(host: string): string {
  return host.toLowerCase().replace(/:80$/, '');
}

function isPreflight(lines: HeaderLines): boolean {
  return lines.has('origin') || lines.has('access-control-request-method');
}

/** A WebSocket client needs a 101, which the control plane never sends. Every other offer of a protocol is ignored (RFC 9110 §7.8). */
function checkUpgrade(lines: HeaderLines): void {
  const protocols = lines.all('upgrade').flatMap((value) => value.toLowerCase().split(','));
  if (!protocols.some((protocol) => protocol.trim() === 'websocket')) return;
  throw new FcError('InvalidArgument', 'the control plane has no WebSockets');
}
