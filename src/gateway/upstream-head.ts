import type { Assignment } from '../model/admission.js';
import type { CheckedRequest } from './check-request.js';
import type { Exchange } from './exchange.js';
import type { Outgoing } from './http-proxy-upstream.js';
import type { Route } from './route.js';

interface UpstreamHeadParts {
  readonly exchange: Exchange;
  readonly assignment: Assignment;
  readonly head: CheckedRequest;
  readonly route: Route;
}

/** Methods that say nothing about a body by having none; with any other Node would announce one. */
const WITHOUT_BODY: ReadonlySet<string | undefined> = new Set(['GET', 'HEAD', 'DELETE', 'OPTIONS', 'TRACE']);

/** What the instance receives: the client's own lines, what Function Compute tells every handler, what the strategy announces. */
export function upstreamHead({ exchange, assignment, head, route }: UpstreamHeadParts): Outgoing {
  const { request, requestId, upgrade } = exchange;
  const lines = [head.host.name, head.host.value].concat(head.lines, route.commonLines);
  lines.push('x-fc-request-id', requestId);
  for (const line of route.affinity.addedRequestLines?.(assignment) ?? []) lines.push(...line);
  if (upgrade) lines.push('Connection', 'Upgrade', 'Upgrade', 'websocket');
  else if (!head.isFramed && !WITHOUT_BODY.has(request.method)) lines.push('Content-Length', '0');
  return { assignment, target: request.url ?? '/', lines };
}
