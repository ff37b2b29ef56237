import type { Assignment } from '../model/admission.js';
import type { Clock } from '../model/clock.js';
import { asFcError } from '../model/errors.js';
import type { Exchange, Handle } from '../model/exchange.js';
import { HeaderLines } from '../model/headers.js';
import type { Route } from '../model/route.js';
import { Attempt } from './attempt.js';
import { explainedBy, refuse } from './failures.js';
import type { HttpProxyUpstream } from './http-proxy-upstream.js';
import type { AttemptResult, RequestTrail } from './request-trail.js';

export interface HandleOptions {
  /** The process clock. */
  readonly clock: Clock;
  readonly upstream: HttpProxyUpstream;
  readonly beginTrail: (exchange: Exchange, route: Route) => RequestTrail;
}

/** One request and the parts that serve it. */
interface Way {
  readonly exchange: Exchange;
  readonly route: Route;
  readonly trail: RequestTrail;
  readonly upstream: HttpProxyUpstream;
  readonly clock: Clock;
}

/** @returns the one path of every request, upgrades too: identify, admit, forward, release, record */
export function createHandle({ clock, upstream, beginTrail }: HandleOptions): Handle {
  return (exchange, route) => serve({ exchange, route, trail: beginTrail(exchange, route), upstream, clock });
}

/** Sends the request to its instance, at most twice. The slot is released before the client learns of a failure. */
async function serve(way: Way): Promise<void> {
  const { exchange, trail, upstream } = way;
  let assignment: Assignment | undefined;
  let result: AttemptResult = { answered: false };
  try {
    const admitted = admit(way);
    assignment = admitted instanceof Promise ? await admitted : admitted;
    if (assignment !== undefined) result = await tryOn(assignment, way);
    if (result.retry !== undefined && assignment !== undefined && !exchange.isOver) {
      const { retry } = result;
      const left = assignment;
      assignment = undefined;
      result = { answered: false };
      if (retry === 'refused') upstream.forget(left.instanceId);
      assignment = await whileOpen(left.retry(retry), way);
      if (assignment !== undefined) result = await tryOn(assignment, way);
    }
  } catch (error) {
    result = { answered: false, failure: asFcError(error) };
  }
  if (result.failure?.code === 'ProcessExited' && assignment !== undefined && !exchange.isOver)
    result = { ...result, failure: explainedBy(await assignment.exit(), result.failure) };
  if (assignment !== undefined) trail.decided(assignment);
  assignment?.release({ answered: result.answered });
  if (result.failure !== undefined && !exchange.isOver) {
    trail.refused(result.failure, refuse(exchange, result.failure));
  } else if (result.failure !== undefined) {
    trail.unfinished(await exchange.over);
  }
  trail.end();
}

function admit(way: Way): Assignment | Promise<Assignment | undefined> {
  const { exchange, route, trail } = way;
  const { requestId, head } = exchange;
  const { method, target, lines } = head;
  // An affinity only reads the lines, so they need no copy.
  const headers = new HeaderLines(lines as string[]);
  const identity = route.affinity.identify({ method, target, headers });
  trail.identity = identity;
  const admitted = route.admission.admit({ requestId, qualifier: route.qualifier, identity });
  return admitted instanceof Promise ? whileOpen(admitted, way) : admitted;
}

/**
 * Waits for an instance as long as the client waits, so that a request without a client is over at once (C13).
 * @returns undefined when the client has left; the assignment is then released when it comes
 */
function whileOpen(
  admission: Promise<Assignment>,
  { exchange, trail }: Way,
): Promise<Assignment | undefined> {
  let isWaiting = true;
  return new Promise((resolve, reject) => {
    void exchange.over.then((outcome) => {
      if (!isWaiting) return;
      isWaiting = false;
      trail.unfinished(outcome);
      resolve(undefined);
    });
    admission.then(
      (assignment) => {
        if (!isWaiting) assignment.release({ answered: false });
        isWaiting = false;
        resolve(assignment);
      },
      (error: unknown) => {
        isWaiting = false;
        // Without effect when the client has left.
        reject(error);
      },
    );
  });
}

function tryOn(
  assignment: Assignment,
  { exchange, route, trail, upstream, clock }: Way,
): Promise<AttemptResult> {
  trail.admitted(assignment);
  return Attempt.run({ exchange, route, assignment, trail, upstream, clock });
}
