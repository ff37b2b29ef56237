import type { Visit } from '../model/admission.js';
import { asFcError } from '../model/errors.js';
import { HeaderLines } from '../model/headers.js';
import { Attempt } from './attempt.js';
import type { CheckedRequest } from './check-request.js';
import { discardBody } from './discard-body.js';
import type { Door } from './door.js';
import type { Ending } from './ending.js';
import type { Exchange } from './exchange.js';

/**
 * The one path of every request, upgrades too: who is it, where to, there, and back. Never rejects.
 * @returns when the stay is over and nothing is left to do for the request
 */
export async function serve(exchange: Exchange, head: CheckedRequest, door: Door): Promise<void> {
  const { request } = exchange;
  let visit: Visit | undefined;
  let ending: Ending = { answered: false };
  try {
    const identity = door.affinity.identify({
      method: request.method ?? '',
      target: request.url ?? '',
      headers: new HeaderLines(request.rawHeaders),
    });
    visit = await door.admission.admit({
      requestId: exchange.requestId,
      qualifier: door.qualifier,
      identity,
    });
    ending = await tryOn(visit, exchange, head, door);
    if (ending.retry !== undefined && !exchange.closed) {
      const left = visit;
      visit = undefined;
      if (ending.retry === 'refused') door.link.forget(left.instanceId);
      visit = await left.retry(ending.retry);
      ending = await tryOn(visit, exchange, head, door);
    }
  } catch (error) {
    ending = { answered: false, failure: asFcError(error) };
  }
  // The place is given back before the client learns of a failure, so that its next request finds it free.
  visit?.leave({ answered: ending.answered });
  if (ending.failure !== undefined) exchange.refuse(ending.failure, { close: door.draining });
  if (head.hasBody) discardBody(exchange, door.clock);
}

function tryOn(visit: Visit, exchange: Exchange, head: CheckedRequest, door: Door): Promise<Ending> {
  exchange.attempts += 1;
  exchange.decision = visit.decision;
  exchange.admittedAt = door.clock.now();
  return Attempt.run({ exchange, visit, head, door });
}
