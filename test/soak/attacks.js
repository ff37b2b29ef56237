const SMUGGLED = 'GET /smuggled?token=attacker HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n';
const LENGTH = SMUGGLED.length;

/**
 * Requests whose end two parsers may see in different places; the second request in each must never be one.
 * @param {string} target origin-form
 * @param {string} lines more lines of the head, each with its end: who the attacker says it is
 * @returns {string[]}
 */
export function attacksOn(target, lines) {
  const headOf = (method) => `${method} ${target} HTTP/1.1\r\nHost: 127.0.0.1\r\n${lines}`;
  const get = headOf('GET');
  const post = headOf('POST');
  // A body that http-proxy 1.18 passes on without its framing.
  const chunks = `Transfer-Encoding: chunked\r\n\r\n${LENGTH.toString(16)}\r\n${SMUGGLED}\r\n0\r\n\r\n`;
  return [
    `${headOf('DELETE')}${chunks}`,
    `${headOf('OPTIONS')}${chunks}`,
    `${post}Content-Length: ${LENGTH + 5}\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${SMUGGLED}`,
    `${post}Content-Length: ${LENGTH}\r\nTransfer-Encoding:\r\n\r\n${SMUGGLED}`,
    `${post}Content-Length: 0\r\nContent-Length: ${LENGTH}\r\n\r\n${SMUGGLED}`,
    `${post}Connection: content-length\r\nContent-Length: ${LENGTH}\r\n\r\n${SMUGGLED}`,
    `${get}${'a: b\r\n'.repeat(1500)}Content-Length: ${LENGTH}\r\n\r\n${SMUGGLED}`,
    `${post}Transfer-Encoding: ,chunked\r\n\r\n0\r\n\r\n${SMUGGLED}`,
    `${post}Content-Length: 0${LENGTH}\r\n\r\n${SMUGGLED}`,
    `GET ${target} HTTP/1.1\r\nHost: a\r\n${lines}Trailer: X\r\n\r\n`,
  ];
}
