import type { RequestHead, SessionAffinity } from '../model/affinity.js';
import type { Hint } from '../model/hint.js';
import { isSessionId } from '../model/limits.js';
import { SESSION_COOKIE } from '../model/session.js';

/** The name is fixed by Function Compute. */

/** A longer Cookie line is not searched: no browser sends one. */
const LONGEST_COOKIE_LINE = 8192;

const MALFORMED: Hint = { code: 'cookie-malformed' };

/**
 * GENERATED_COOKIE: the gateway generates session IDs and sets them in a cookie whose only attribute is Max-Age (spec §2). Like FC's,
 * the cookie has no Path, so a browser returns it only below the folder of the page that received it.
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
    const hint = malformed ? MALFORMED : pathHint(head);
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
 * A browser keeps a cookie without Path for the folder of the page that set it (RFC 6265 §5.1.4), so the next page outside that folder
 * opens another session. The hint gives the user the reason.
 */
function pathHint({ target, headers }: RequestHead): Hint | undefined {
  const folder = target.slice(0, target.split('?', 1)[0]?.lastIndexOf('/'));
  if (folder === '' || !headers.has('sec-fetch-mode')) return undefined;
  return { code: 'cookie-path', folder };
}

/** Yields every value that the Cookie line gives to `name`, in order. Reads each byte of the line once. */
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

/** @returns a part of the line without the spaces and tabs around it */
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
