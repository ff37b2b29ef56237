import { checkIdleTimeout } from '../model/affinity-rules.js';
import { checkSessionId, LIMITS } from '../model/limits.js';
import type { CreateSessionInput, UpdateSessionInput } from '../model/session.js';
import { checkBody } from './check.js';
import { flag, integer, object, optional, string } from './fields.js';
import { MOUNTS } from './mounts.js';

/**
 * Reads the body of CreateSession. It passes unknown keys over, as Function Compute does: newer SDKs send more
 * (`allowInternetAccess`, `enableAutoPause`, `network`, …), which have no meaning here.
 * @param body parsed JSON; undefined when there was none
 * @throws InvalidArgument
 */
export function parseCreateSession(body: unknown, maxTTL?: number): CreateSessionInput {
  const { sessionId, ...terms } = checkBody(sessionBodies(maxTTL).create, body ?? {});
  checkTerms(terms, maxTTL);
  // An empty ID counts as absent (spec §1.3).
  if (sessionId === undefined || sessionId === '') return terms;
  checkSessionId(sessionId);
  return { ...terms, sessionId };
}

/** Reads the body of UpdateSession: an absent field stays as it is. @throws InvalidArgument */
export function parseUpdateSession(body: unknown, maxTTL?: number): UpdateSessionInput {
  const terms = checkBody(sessionBodies(maxTTL).update, body ?? {});
  checkTerms(terms, maxTTL);
  return terms;
}

const made = new Map<number | undefined, ReturnType<typeof makeSchemas>>();

/** The bodies of CreateSession and UpdateSession. Making a schema takes a hundred times as long as using it. */
export function sessionBodies(maxTTL: number | undefined): ReturnType<typeof makeSchemas> {
  const known = made.get(maxTTL);
  if (known !== undefined) return known;
  const schemas = makeSchemas(maxTTL);
  made.set(maxTTL, schemas);
  return schemas;
}

function makeSchemas(maxTTL: number = LIMITS.sessionTTLInSeconds[1]) {
  const terms = {
    sessionTTLInSeconds: optional(integer(LIMITS.sessionTTLInSeconds[0], maxTTL)),
    sessionIdleTimeoutInSeconds: optional(integer(LIMITS.sessionIdleTimeoutInSeconds[0], maxTTL)),
    disableSessionIdReuse: optional(flag()),
    ...MOUNTS,
  };
  return { update: object(terms), create: object({ ...terms, sessionId: optional(string()) }) };
}

/** Checks two times of one body against each other. The scheduler checks them against the terms of the session. */
function checkTerms(terms: UpdateSessionInput, maxTTL: number = LIMITS.sessionTTLInSeconds[1]): void {
  const { sessionTTLInSeconds: ttl, sessionIdleTimeoutInSeconds: idle } = terms;
  if (ttl !== undefined && idle !== undefined) checkIdleTimeout(idle, ttl, maxTTL);
}
