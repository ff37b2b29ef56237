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

/** @param name in lower case */
export function isConnectionField(name: string): boolean {
  return CONNECTION_FIELDS.has(name);
}

/** Whether HTTP itself uses the field, so that it can carry nothing else. @param name in lower case */
export function isProtocolField(name: string): boolean {
  return CONNECTION_FIELDS.has(name) || MESSAGE_FIELDS.has(name);
}
