import type { Decision } from '../model/admission.js';
import type { SessionAffinity } from '../model/affinity.js';
import type { ErrorCode } from '../model/errors.js';
import type { Identity } from '../model/identity.js';
import type { CookieEvidence, RequestEvidence } from '../model/request-record.js';
import { SESSION_COOKIE } from '../model/session.js';

/** The longest text that a record keeps of a header. */
const LONGEST_TEXT = 256;

const MCP_VERSION = 'mcp-protocol-version';

/** The kept headers: the name in lower case, and the field of the evidence. */
const KEPT: ReadonlyMap<
  string,
  Exclude<keyof RequestEvidence, 'cookie' | 'cookies' | 'presented' | 'mcp'>
> = new Map([
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
  const { identity, decision } = witnessed;
  const isKnown = decision?.session === 'known';
  if (identity?.kind === 'session' && !isKnown)
    evidence.presented = identity.sessionId.slice(0, LONGEST_TEXT);
  const mayHoldCookies = cookie !== undefined && cookie !== 'none';
  let cookies = 0;
  for (let at = 0; at < lines.length; at += 2) {
    const name = lines[at] ?? '';
    const { length } = name;
    if (length !== 6 && length !== 10 && length !== 14 && length !== MCP_VERSION.length) continue;
    const lower = name.toLowerCase();
    const key = KEPT.get(lower);
    const value = lines[at + 1] ?? '';
    if (key !== undefined) evidence[key] ??= value.slice(0, LONGEST_TEXT);
    else if (lower === 'cookie' && mayHoldCookies) cookies += cookiesIn(value);
    else if (lower === MCP_VERSION || lower === 'mcp-session-id' || (lower === 'accept' && isMcp(value)))
      evidence.mcp = true;
  }
  if (cookies > 1) evidence.cookies = cookies;
  return evidence;
}

/** How many session cookies a line has. The usual line has one, which two searches find out. */
function cookiesIn(line: string): number {
  const first = line.indexOf(SESSION_COOKIE);
  if (first < 0) return 0;
  if (line.indexOf(SESSION_COOKIE, first + 1) < 0) return 1;
  return line.split(';').filter((pair) => pair.trimStart().startsWith(`${SESSION_COOKIE}=`)).length;
}

/** A client of Streamable HTTP must accept both, also in its first request, which has no other mark. */
function isMcp(accept: string): boolean {
  return accept.includes('application/json') && accept.includes('text/event-stream');
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
