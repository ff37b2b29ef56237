import { checkIdleTimeout } from '../model/affinity-rules.js';
import type { Revision } from '../model/function.js';
import { checkRange, LIMITS } from '../model/limits.js';
import {
  MOUNT_FIELDS,
  type SessionMounts,
  type SessionTerms,
  type UpdateSessionInput,
} from '../model/session.js';

/** The terms of a session that a request opens: those of the function. */
export function termsOf({ config }: Revision, qualifier: string): SessionTerms {
  const { disableSessionIdReuse, ...times } = config.sessionAffinityConfig;
  // A session of MCP_SSE ends with its stream.
  const endsWithStream = config.sessionAffinity === 'MCP_SSE';
  return {
    functionName: config.functionName,
    qualifier,
    sessionAffinityType: config.sessionAffinity,
    sessionTTLInSeconds: endsWithStream ? Infinity : times.sessionTTLInSeconds,
    sessionIdleTimeoutInSeconds: endsWithStream ? Infinity : times.sessionIdleTimeoutInSeconds,
    disableSessionIdReuse,
  };
}

/**
 * The terms with the given values changed. A value that the caller leaves out never causes a refusal (spec U2).
 * @param maxTTL the longest TTL that may be asked for, in seconds; FC's own limit unless lifted
 * @throws InvalidArgument
 */
export function amend(
  terms: SessionTerms,
  wishes: UpdateSessionInput,
  maxTTL: number = LIMITS.sessionTTLInSeconds[1],
): SessionTerms {
  const ttl = wishes.sessionTTLInSeconds ?? terms.sessionTTLInSeconds;
  const idle = wishes.sessionIdleTimeoutInSeconds;
  checkRange('sessionTTLInSeconds', ttl, [
    LIMITS.sessionTTLInSeconds[0],
    Math.max(maxTTL, terms.sessionTTLInSeconds),
  ]);
  if (idle !== undefined) checkIdleTimeout(idle, ttl, maxTTL);
  return {
    ...terms,
    sessionTTLInSeconds: ttl,
    sessionIdleTimeoutInSeconds: idle ?? terms.sessionIdleTimeoutInSeconds,
    disableSessionIdReuse: wishes.disableSessionIdReuse ?? terms.disableSessionIdReuse,
    ...mountsOf(wishes),
  };
}

function mountsOf(wishes: SessionMounts): SessionMounts {
  return Object.fromEntries(
    MOUNT_FIELDS.filter((field) => wishes[field] !== undefined).map((field) => [field, wishes[field]]),
  );
}
