import type { IncomingMessage, OutgoingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';

/** What Node hands over with its event 'upgrade'. */
export interface UpgradeOffer {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  /** The bytes behind the head of the request: its body, and the requests behind it. */
  readonly rest: Buffer;
}

/** Fields of the offer itself (RFC 9110 §7.8, RFC 7540 §3.2.1), in lower case. */
const OFFER_FIELDS: ReadonlySet<string> = new Set(['upgrade', 'http2-settings']);
const FORBIDDEN_BYTE = /[^\t\x20-\x7e\x80-\xff]/;

/**
 * Ignores an offered protocol and has the server read the same request as plain HTTP/1.1 (RFC 9110 §7.8). Puts the head without the
 * offer back in front of the bytes behind it and gives the connection to the server again, so that the server's own parser decides
 * where the request ends.
 *
 * Node has a way of its own (no listener for 'upgrade', or `shouldUpgradeCallback`), but loses what follows the request in the same
 * packet: the next request would begin in the middle of another one (seen on Node 20.20, 22.23 and 24.21).
 * @returns the last step: to call once every earlier request of the connection has its reply; undefined, with the connection
 *   destroyed, when the head cannot be written again without doubt
 */
export function ignoreUpgrade(
  server: Server,
  { request, socket, rest }: UpgradeOffer,
): (() => void) | undefined {
  const head = headWithoutOffer(request);
  // Another stream than the request's own would be Node's reading of the body (no version up to 24 has one).
  if (head === undefined || socket !== request.socket) {
    socket.destroy();
    return undefined;
  }
  // Node has taken off its listeners. Until the server has the connection again, earlier replies need their 'drain'.
  const onDrain = (): void => {
    (socket as { _httpMessage?: OutgoingMessage | null })._httpMessage?.emit('drain');
  };
  socket.on('error', ignore);
  socket.on('drain', onDrain);
  socket.unshift(Buffer.concat([Buffer.from(head, 'latin1'), rest]));
  return () => {
    socket.off('error', ignore);
    socket.off('drain', onDrain);
    if (socket.destroyed || !socket.writable) return;
    // The time that Node gives an unused connection must not run on under the request.
    request.socket.setTimeout(0);
    server.emit('connection', socket);
  };
}

function headWithoutOffer({ method, url, httpVersion, rawHeaders }: IncomingMessage): string | undefined {
  const lines = [`${method} ${url} HTTP/${httpVersion}`];
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? '';
    const value = rawHeaders[at + 1] ?? '';
    const lowerName = name.toLowerCase();
    if (FORBIDDEN_BYTE.test(value)) return undefined;
    if (OFFER_FIELDS.has(lowerName)) continue;
    if (lowerName !== 'connection') {
      lines.push(`${name}: ${value}`);
      continue;
    }
    const options = value.split(',').filter((option) => !OFFER_FIELDS.has(option.trim().toLowerCase()));
    if (options.length > 0) lines.push(`${name}: ${options.join(',')}`);
  }
  return `${lines.join('\r\n')}\r\n\r\n`;
}

function ignore(): void {}
