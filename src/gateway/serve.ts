import type { Assignment } from '../model/admission.js';
import { asFcError } from '../model/errors.js';
import { HeaderLines } from '../model/headers.js';
import { Attempt } from './attempt.js';
import type { AttemptResult } from './attempt-result.js';
import type { CheckedRequest } from './check-request.js';
import { discardBody } from './discard-body.js';
import type { Exchange } from './exchange.js';
import { explainedBy } from './failures.js';
import type { Route } from './route.js';

/**
 * The one path of every request, upgrades too: who is it, where to, there, and back. Never rejects.
 * @returns when the stay is over and nothing is left to do for the request
 */
export async function serve(exchange: Exchange, head: CheckedRequest, route: Route): Promise<void> {
  const { request } = exchange;
  let assignment: Assignment | undefined;
  let result: AttemptResult = { answered: false };
  try {
    const identity = route.affinity.identify({
      method: request.method ?? '',
      target: request.url ?? '',
      headers: new HeaderLines(request.rawHeaders),
    });
    const { requestId } = exchange;
    assignment = await whileOpen(
      exchange,
      route.admission.admit({ requestId, qualifier: route.qualifier, identity }),
    );
    if (assignment === undefined) return;
    result = await tryOn(assignment, exchange, head, route);
    if (result.retry !== undefined && !exchange.closed) {
      const left = assignment;
      assignment = undefined;
      if (result.retry === 'refused') route.upstream.forget(left.instanceId);
      assignment = await whileOpen(exchange, left.retry(result.retry));
      if (assignment === undefined) return;
      result = await tryOn(assignment, exchange, head, route);
    }
  } catch (error) {
    result = { answered: false, failure: asFcError(error) };
  }
  if (result.failure?.code === 'ProcessExited' && assignment !== undefined && !exchange.closed)
    result = { ...result, failure: explainedBy(await assignment.exit(), result.failure) };
  if (assignment !== undefined) exchange.decision = assignment.decision;
  // The slot is given back before the client learns of a failure, so that its next request finds it free.
  assignment?.release({ answered: result.answered });
  if (result.failure !== undefined) exchange.refuse(result.failure, { close: route.draining });
  if (head.hasBody) discardBody(exchange, route.clock);
}

/**
 * Waits for an instance as long as the client waits, so that a request without a client is over at once (C13).
 * @returns undefined when the client has left; the assignment is then released when it comes
 */
async function whileOpen(
  exchange: Exchange,
  admission: Promise<Assignment>,
): Promise<Assignment | undefined> {
  const closed = exchange.whenClosed().then(() => undefined);
  const assignment = await Promise.race([admission, closed]);
  exchange.onClosed = () => {};
  if (assignment !== undefined) return assignment;
  exchange.noteUnfinished();
  admission.then(
    (late) => late.release({ answered: false }),
    // A refusal that nobody waits for.
    () => {},
  );
  return undefined;
}

function tryOn(
  assignment: Assignment,
  exchange: Exchange,
  head: CheckedRequest,
  route: Route,
): Promise<AttemptResult> {
  exchange.attempts += 1;
  exchange.decision = assignment.decision;
  route.emit?.(() => ({
    type: 'request.admitted',
    requestId: exchange.requestId,
    decision: assignment.decision,
  }));
  exchange.admittedAt = route.clock.now();
  return Attempt.run({ exchange, assignment, head, route });
}
