import type { Decision } from '../model/admission.js';
import type { SessionAffinity } from '../model/affinity.js';
import type { ErrorCode } from '../model/errors.js';
import type { Identity } from '../model/identity.js';
import type { CookieEvidence, RequestEvidence } from '../model/request-record.js';

/** The longest text that a record keeps of a header. */
const LONGEST_TEXT = 256;

/** The kept headers: the name in lower case, and the field of the evidence. */
const KEPT: ReadonlyMap<string, Exclude<keyof RequestEvidence, 'cookie'>> = new Map([
  ['origin', 'origin'],
  ['user-agent', 'userAgent'],
  ['sec-fetch-site', 'secFetchSite'],
  ['sec-fetch-mode', 'secFetchMode'],
  ['sec-fetch-dest', 'secFetchDest'],
]);

interface Witnessed {
  /** Flat. */
  readonly lines: readonly string[];
  readonly affinity: SessionAffinity['type'] | undefined;
  readonly identity: Identity | undefined;
  readonly decision: Decision | undefined;
  readonly refusal: ErrorCode | undefined;
}

/** @returns what a diagnosis needs to know of a request beside its record */
export function evidenceOf(witnessed: Witnessed): RequestEvidence {
  const { lines } = witnessed;
  const evidence: { -readonly [key in keyof RequestEvidence]: RequestEvidence[key] } = {};
  const cookie = cookieEvidence(witnessed);
  if (cookie !== undefined) evidence.cookie = cookie;
  for (let at = 0; at < lines.length; at += 2) {
    const name = lines[at] ?? '';
    if (name.length !== 6 && name.length !== 10 && name.length !== 14) continue;
    const key = KEPT.get(name.toLowerCase());
    if (key !== undefined) evidence[key] ??= (lines[at + 1] ?? '').slice(0, LONGEST_TEXT);
  }
  return evidence;
}

/** What the session cookie was to the function; undefined where it has none, or where its session was not looked up. */
function cookieEvidence({ affinity, identity, decision, refusal }: Witnessed): CookieEvidence | undefined {
  if (affinity !== 'GENERATED_COOKIE' || identity === undefined) return undefined;
  if (identity.kind !== 'session') return isMalformed(identity) ? 'malformed' : 'none';
  if (refusal === 'SessionExpired') return 'expired';
  if (refusal === 'InvalidSessionStatus') return 'known';
  switch (decision?.session) {
    case 'known':
      return 'known';
    case 'reopened':
      return 'expired';
    case 'opened':
      return 'unknown';
    case 'none':
    case undefined:
      return undefined;
  }
}

function isMalformed(identity: Identity): boolean {
  return identity.kind === 'gateway-issued' && identity.hint?.code === 'cookie-malformed';
}
