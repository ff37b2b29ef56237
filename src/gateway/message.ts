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

/** What the instance receives: the client's own lines, what Function Compute tells every handler, what the strategy announces. */
export function messageFor({ exchange, visit, head, door }: MessageParts): Outgoing {
  const announced = door.affinity.announce?.(visit).flat() ?? [];
  return {
    visit,
    target: exchange.request.url ?? '/',
    host: head.host,
    lines: [head.lines, door.commonLines, ['x-fc-request-id', exchange.requestId], announced],
  };
}
