import type { HeaderLines } from '../model/headers.js';
import { SESSION_COOKIE } from '../model/session.js';

/** A Set-Cookie line that names a session. Parsed strictly: nothing is corrected. */
export interface SessionSetCookie {
  readonly line: string;
  readonly sessionId: string;
  /** In their order, as written: `Max-Age=21600`, `HttpOnly`. */
  readonly attributes: readonly string[];
}

/** @returns every Set-Cookie line of that name, in order, without the handler's own cookies */
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

/** @param attribute as written, `max-age = 60` */
export function isAttribute(attribute: string, name: string): boolean {
  return attribute.split('=')[0]?.trim().toLowerCase() === name;
}
