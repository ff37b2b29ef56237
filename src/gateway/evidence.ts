import type { Decision } from '../model/admission.js';
import type { SessionAffinity } from '../model/affinity.js';
import type { ErrorCode } from '../model/errors.js';
import type { Identity } from '../model/identity.js';
import type { CookieEvidence, RequestEvidence } from '../model/request-record.js';
import { SESSION_COOKIE } from '../model/session.js';

/** The longest text that a record keeps of a header. */
const LONGEST_TEXT = 256;

const MCP_VERSION = 'mcp-protocol-version';

interface Witnessed {
  /** Flat. */
  readonly lines: readonly string[];
  readonly affinity: SessionAffinity['type'] | undefined;
  readonly identity: Identity | undefined;
  readonly decision: Decision | undefined;
  readonly refusal: ErrorCode | undefined;
}

/**
 * @returns a function that collects the evidence of a request, which a diagnosis needs in addition to the record. Requests of one client
 * are alike, and records are kept for long: equal evidence is one object.
 */
export function createEvidence(): (witnessed: Witnessed) => RequestEvidence {
  let last: RequestEvidence = {};
  return (witnessed) => {
    const evidence = evidenceOf(witnessed);
    if (!isSame(evidence, last)) last = evidence;
    return last;
  };
}

function evidenceOf(witnessed: Witnessed): RequestEvidence {
  const { lines, identity, decision } = witnessed;
  const cookie = cookieEvidence(witnessed);
  const mayHoldCookies = cookie !== undefined && cookie !== 'none';
  const presented =
    identity?.kind === 'session' && decision?.session !== 'known' ? identity.sessionId : undefined;
  let cookies = 0;
  let mcp: true | undefined;
  let origin: string | undefined;
  let userAgent: string | undefined;
  let secFetchSite: string | undefined;
  let secFetchMode: string | undefined;
  let secFetchDest: string | undefined;
  for (let at = 0; at < lines.length; at += 2) {
    const name = lines[at] ?? '';
    const { length } = name;
    if (length !== 6 && length !== 10 && length !== 14 && length !== MCP_VERSION.length) continue;
    const value = lines[at + 1] ?? '';
    switch (name.toLowerCase()) {
      case 'user-agent':
        userAgent ??= cut(value);
        break;
      case 'origin':
        origin ??= cut(value);
        break;
      case 'sec-fetch-site':
        secFetchSite ??= cut(value);
        break;
      case 'sec-fetch-mode':
        secFetchMode ??= cut(value);
        break;
      case 'sec-fetch-dest':
        secFetchDest ??= cut(value);
        break;
      case 'cookie':
        if (mayHoldCookies) cookies += cookiesIn(value);
        break;
      case 'accept':
        if (isMcp(value)) mcp = true;
        break;
      case MCP_VERSION:
      case 'mcp-session-id':
        mcp = true;
    }
  }
  return {
    cookie,
    cookies: cookies > 1 ? cookies : undefined,
    presented: presented && cut(presented),
    mcp,
    origin,
    userAgent,
    secFetchSite,
    secFetchMode,
    secFetchDest,
  };
}

function isSame(one: RequestEvidence, other: RequestEvidence): boolean {
  return (
    one.cookie === other.cookie &&
    one.cookies === other.cookies &&
    one.presented === other.presented &&
    one.mcp === other.mcp &&
    one.origin === other.origin &&
    one.userAgent === other.userAgent &&
    one.secFetchSite === other.secFetchSite &&
    one.secFetchMode === other.secFetchMode &&
    one.secFetchDest === other.secFetchDest
  );
}

function cut(text: string): string {
  return text.length > LONGEST_TEXT ? text.slice(0, LONGEST_TEXT) : text;
}

/** How many session cookies a line has. The usual line has one: two searches show that. */
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
