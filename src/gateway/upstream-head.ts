import type { Assignment } from '../model/admission.js';
import type { Exchange } from '../model/exchange.js';
import type { Route } from '../model/route.js';
import type { Outgoing } from './http-proxy-upstream.js';

interface UpstreamHeadParts {
  readonly exchange: Exchange;
  readonly assignment: Assignment;
  readonly route: Route;
}

/** Methods that say nothing about a body by having none; with any other Node would announce one. */
const WITHOUT_BODY: ReadonlySet<string | undefined> = new Set(['GET', 'HEAD', 'DELETE', 'OPTIONS', 'TRACE']);

/** What the instance receives: the client's own lines, what Function Compute tells every handler, and the affinity's lines. */
export function upstreamHead({ exchange, assignment, route }: UpstreamHeadParts): Outgoing {
  const { requestId, head, upgrade } = exchange;
  const { method, target, forwardedLines, isFramed } = head;
  const lines = forwardedLines.concat(route.requestLines);
  lines.push('x-fc-request-id', requestId);
  for (const line of route.affinity.addedRequestLines?.(assignment) ?? []) lines.push(...line);
  if (upgrade !== undefined) lines.push('Connection', 'Upgrade', 'Upgrade', 'websocket');
  else if (!isFramed && !WITHOUT_BODY.has(method)) lines.push('Content-Length', '0');
  return { assignment, method, target, lines };
}
