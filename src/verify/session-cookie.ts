import type { HeaderLines } from '../model/headers.js';
import { SESSION_COOKIE } from '../model/session.js';
import type { RoundTrip } from './round-trip.js';

/** A Set-Cookie line that names a session. The parser is strict and corrects nothing. */
export interface SessionSetCookie {
  readonly line: string;
  readonly sessionId: string;
  /** The attributes in their order and spelling: `Max-Age=21600`, `HttpOnly`. */
  readonly attributes: readonly string[];
}

/** @returns every Set-Cookie line of the session cookie, in order, without the handler's own cookies */
export function sessionSetCookies(headers: HeaderLines): SessionSetCookie[] {
  const setCookies: SessionSetCookie[] = [];
  for (const line of headers.all('set-cookie')) {
    const [pair = '', ...attributes] = line.split(';').map((part) => part.trim());
    const [name, ...value] = pair.split('=');
    if (name?.trim() !== SESSION_COOKIE) continue;
    setCookies.push({
      line,
      sessionId: value.join('=').trim(),
      attributes: attributes.filter((text) => text !== ''),
    });
  }
  return setCookies;
}

export const NO_COOKIE = `no Set-Cookie named ${SESSION_COOKIE}`;
export const SEVERAL_COOKIES = `several ${SESSION_COOKIE}`;

/** @returns a fault that affects every step with this answer; undefined when there is none */
export function faultOf({ sent, headers }: RoundTrip, headerName: string | undefined): string | undefined {
  const set = sessionSetCookies(headers);
  if (set.length > 1) return SEVERAL_COOKIES;
  const cookie = sent.Cookie?.split(`${SESSION_COOKIE}=`)[1];
  if (cookie !== undefined && set[0] !== undefined && set[0].sessionId !== cookie)
    return 'the session cookie is ignored';
  const name = Object.keys(sent).find((one) => one.toLowerCase() === headerName?.toLowerCase());
  const returned = name === undefined ? undefined : headers.get(name);
  return name !== undefined && returned !== undefined && returned !== sent[name]
    ? 'the session header is ignored'
    : undefined;
}

/** @param attribute as written, `max-age = 60` */
export function isAttribute(attribute: string, name: string): boolean {
  return attribute.split('=')[0]?.trim().toLowerCase() === name;
}
