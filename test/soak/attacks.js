const SMUGGLED = 'GET /smuggled?token=attacker HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n';

/** Requests whose end two parsers may see in different places; the second request in each must never be one. */
export const ATTACKS = [
  chunkedDelete('DELETE'),
  chunkedDelete('OPTIONS'),
  `POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: ${SMUGGLED.length + 5}\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${SMUGGLED}`,
  `POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: ${SMUGGLED.length}\r\nTransfer-Encoding:\r\n\r\n${SMUGGLED}`,
  `POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 0\r\nContent-Length: ${SMUGGLED.length}\r\n\r\n${SMUGGLED}`,
  `POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: content-length\r\nContent-Length: ${SMUGGLED.length}\r\n\r\n${SMUGGLED}`,
  `GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n${'a: b\r\n'.repeat(1500)}Content-Length: ${SMUGGLED.length}\r\n\r\n${SMUGGLED}`,
  `POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: ,chunked\r\n\r\n0\r\n\r\n${SMUGGLED}`,
  `POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 0${SMUGGLED.length}\r\n\r\n${SMUGGLED}`,
  'GET / HTTP/1.1\r\nHost: a\r\nTrailer: X\r\n\r\n',
].map((text) => Buffer.from(text, 'latin1'));

/** A body that http-proxy 1.18 passes on without its framing. */
function chunkedDelete(method) {
  return `${method} / HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n${SMUGGLED.length.toString(16)}\r\n${SMUGGLED}\r\n0\r\n\r\n`;
}
