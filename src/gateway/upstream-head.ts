import type { Assignment } from '../model/admission.js';
import type { Exchange } from '../model/exchange.js';
import type { Route } from '../model/route.js';
import type { Outgoing } from './http-proxy-upstream.js';

interface UpstreamHeadParts {
  readonly exchange: Exchange;
  readonly assignment: Assignment;
  readonly route: Route;
}

/** Methods without a body need no framing. For any other method Node would add a framing of its own. */
const WITHOUT_BODY: ReadonlySet<string | undefined> = new Set(['GET', 'HEAD', 'DELETE', 'OPTIONS', 'TRACE']);

/** The head that the instance receives: the client's lines, those of Function Compute, and those of the affinity. */
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
