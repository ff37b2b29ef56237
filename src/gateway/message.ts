import type { Visit } from '../model/admission.js';
import type { CheckedRequest } from './check-request.js';
import type { Door } from './door.js';
import type { Exchange } from './exchange.js';
import type { Outgoing } from './link.js';

interface MessageParts {
  readonly exchange: Exchange;
  readonly visit: Visit;
  readonly head: CheckedRequest;
  readonly door: Door;
}

/** Methods that say nothing about a body by having none; with any other Node would announce one. */
const WITHOUT_BODY: ReadonlySet<string | undefined> = new Set(['GET', 'HEAD', 'DELETE', 'OPTIONS', 'TRACE']);

/** What the instance receives: the client's own lines, what Function Compute tells every handler, what the strategy announces. */
export function messageFor({ exchange, visit, head, door }: MessageParts): Outgoing {
  const { request, requestId, upgrade } = exchange;
  const lines = [head.host.name, head.host.value].concat(head.lines, door.commonLines);
  lines.push('x-fc-request-id', requestId);
  for (const line of door.affinity.announce?.(visit) ?? []) lines.push(...line);
  if (upgrade) lines.push('Connection', 'Upgrade', 'Upgrade', 'websocket');
  else if (!head.isFramed && !WITHOUT_BODY.has(request.method)) lines.push('Content-Length', '0');
  return { visit, target: request.url ?? '/', lines };
}
