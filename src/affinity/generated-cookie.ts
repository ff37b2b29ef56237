import type { RequestHead, SessionAffinity } from '../model/affinity.js';
import { isSessionId } from '../model/limits.js';

/** The name is fixed by Function Compute. */
const SESSION_COOKIE = 'x-fc-cookie-session-id';

/** A longer Cookie line cannot be a well-meant one; it is not searched. */
const LONGEST_COOKIE_LINE = 8192;

/**
 * GENERATED_COOKIE: the gateway names sessions and plants the name in a cookie whose only attribute is Max-Age (spec §2). The cookie
 * has no Path, so a browser sends it back only below the folder of the page that got it; that is how FC does it.
 */
export const generatedCookie: SessionAffinity = {
  type: 'GENERATED_COOKIE',

  identify(head) {
    const { headers } = head;
    let malformed = false;
    for (const line of headers.all('cookie')) {
      if (line.length > LONGEST_COOKIE_LINE) continue;
      for (const value of cookieValues(line, SESSION_COOKIE)) {
        if (isSessionId(value)) return { kind: 'session', sessionId: value, whenUnknown: 'generate' };
        malformed = true;
      }
    }
    const hint = malformed ? 'the session cookie is malformed and was not taken' : pathHint(head);
    return { kind: 'gateway-issued', hint };
  },

  onResponse({ opened, session }, { headers }) {
    headers.remove('set-cookie', (value) => cookieName(value) === SESSION_COOKIE);
    if (!opened || session === undefined) return undefined;
    headers.add(
      'Set-Cookie',
      `${SESSION_COOKIE}=${session.sessionId}; Max-Age=${session.terms.sessionTTLInSeconds}`,
    );
    return undefined;
  },
};

/**
 * A browser keeps a cookie without Path for the folder of the page that planted it (RFC 6265 §5.1.4): the next page outside of it
 * opens another session, and whoever looks for the reason should find it here.
 */
function pathHint({ target, headers }: RequestHead): string | undefined {
  const folder = target.slice(0, target.split('?', 1)[0]?.lastIndexOf('/'));
  if (folder === '' || !headers.has('sec-fetch-mode')) return undefined;
  return `the session cookie has no Path, as on Function Compute: the browser sends it only below ${folder}/, elsewhere it opens another session`;
}

/** Every value that the Cookie line gives to `name`, in order. One pass, whatever the line holds. */
export function* cookieValues(line: string, name: string): Generator<string> {
  let from = 0;
  while (from < line.length) {
    const semicolon = line.indexOf(';', from);
    const end = semicolon < 0 ? line.length : semicolon;
    const equals = line.indexOf('=', from);
    if (equals < 0) return;
    if (equals < end && trimmed(line, from, equals) === name) yield unquoted(trimmed(line, equals + 1, end));
    from = end + 1;
  }
}

/** Spaces and tabs around a name or value do not belong to it. */
function trimmed(line: string, from: number, to: number): string {
  let start = from;
  let end = to;
  while (start < end && isBlank(line.charCodeAt(start))) start++;
  while (end > start && isBlank(line.charCodeAt(end - 1))) end--;
  return line.slice(start, end);
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09;
}

function unquoted(value: string): string {
  return value.length >= 2 && value.startsWith('"') && value.endsWith('"') ? value.slice(1, -1) : value;
}

function cookieName(setCookie: string): string {
  const equals = setCookie.indexOf('=');
  return equals < 0 ? '' : trimmed(setCookie, 0, equals);
}
