/**
 * Fields that belong to one connection and never cross the gateway, in lower case: RFC 9110 §7.6.1 and §11.7, and
 * - `trailer`, because the gateway forwards no trailers;
 * - `http2-settings`, which is part of an offer of HTTP/2 (RFC 7540 §3.2.1).
 */
const CONNECTION_FIELDS: ReadonlySet<string> = new Set([
  'connection',
  'http2-settings',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authentication-info',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** Fields that say where a message goes, where it ends, or whether its body is sent. */
const MESSAGE_FIELDS: ReadonlySet<string> = new Set(['content-length', 'expect', 'host']);

/** Options that name no line to remove. */
const PLAIN_OPTIONS = new Set(['', 'close', 'keep-alive', 'upgrade']);

/** @param name in lower case */
export function isConnectionField(name: string): boolean {
  return CONNECTION_FIELDS.has(name);
}

/** Whether HTTP itself uses the field, so that it can carry nothing else. @param name in lower case */
export function isProtocolField(name: string): boolean {
  return CONNECTION_FIELDS.has(name) || MESSAGE_FIELDS.has(name);
}

/**
 * The further hop-by-hop headers that the Connection lines name.
 * @param connection the values of every Connection line
 * @returns names in lower case, or undefined when there are none beside `close`, `keep-alive` and `upgrade`
 */
export function nominatedHeaders(connection: readonly string[]): ReadonlySet<string> | undefined {
  let nominated: Set<string> | undefined;
  for (const value of connection) {
    const options = value.toLowerCase();
    if (PLAIN_OPTIONS.has(options)) continue;
    for (const option of options.split(',')) {
      const name = option.trim();
      if (PLAIN_OPTIONS.has(name)) continue;
      nominated ??= new Set();
      nominated.add(name);
    }
  }
  return nominated;
}

/** @returns the flat lines whose name is not in the set */
export function withoutHeaders(flat: readonly string[], names: ReadonlySet<string>): string[] {
  const kept: string[] = [];
  for (let at = 0; at < flat.length; at += 2) {
    const name = flat[at] ?? '';
    if (!names.has(name.toLowerCase())) kept.push(name, flat[at + 1] ?? '');
  }
  return kept;
}
