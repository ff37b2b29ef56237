import type { HeaderLines } from '../model/headers.js';

export const SESSION_COOKIE = 'x-fc-cookie-session-id';

/** A Set-Cookie line that names a session, taken apart without forgiving anything. */
export interface PlantedCookie {
  readonly line: string;
  readonly sessionId: string;
  /** In their order, as written: `Max-Age=21600`, `HttpOnly`. */
  readonly attributes: readonly string[];
}

/** Every Set-Cookie line of that name, in order; the handler's own cookies are left out. */
export function plantedCookies(headers: HeaderLines): PlantedCookie[] {
  const planted: PlantedCookie[] = [];
  for (const line of headers.all('set-cookie')) {
    const [pair = '', ...attributes] = line.split(';').map((part) => part.trim());
    const [name, ...value] = pair.split('=');
    if (name?.trim() !== SESSION_COOKIE) continue;
    planted.push({
      line,
      sessionId: value.join('=').trim(),
      attributes: attributes.filter((text) => text !== ''),
    });
  }
  return planted;
}

/** Whether an attribute, as written, is that one. */
export function isAttribute(attribute: string, name: string): boolean {
  return attribute.split('=')[0]?.trim().toLowerCase() === name;
}
