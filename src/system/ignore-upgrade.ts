import type { IncomingMessage, OutgoingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';

/** What Node hands over with its event 'upgrade'. */
export interface UpgradeOffer {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  /** The bytes behind the head of the request: its body, and the requests behind it. */
  readonly rest: Buffer;
}

/** An option of Node's server that its type declarations for Node 20 do not know. */
interface UpgradeOptions {
  readonly shouldUpgradeCallback?: (request: IncomingMessage) => boolean;
}

/** Fields of the offer itself (RFC 9110 §7.8, RFC 7540 §3.2.1), in lower case. */
const OFFER_FIELDS: ReadonlySet<string> = new Set(['upgrade', 'http2-settings']);
const FORBIDDEN_BYTE = /[^\t\x20-\x7e\x80-\xff]/;

/** Whether Node may read the body of such a request itself, before it hands over the bytes behind it (nodejs/node#60016). */
const NODE_READS_BODIES = Number(process.versions.node.split('.')[0]) >= 25;
const readByNode = new WeakSet<IncomingMessage>();

/** Has Node itself serve an offer with a body where Node reads the body itself. Such a request is {@link endsConnection}. */
export const upgradeOptions: UpgradeOptions = NODE_READS_BODIES
  ? {
      shouldUpgradeCallback: (request: IncomingMessage): boolean => {
        const { 'content-length': length = '0', 'transfer-encoding': coding } = request.headers;
        const hasBody = length !== '0' || coding !== undefined;
        if (hasBody) readByNode.add(request);
        return !hasBody;
      },
    }
  : {};

/** Whether the bytes behind this request may be lost, so that its connection must end with its reply. */
export function endsConnection(request: IncomingMessage): boolean {
  return NODE_READS_BODIES && readByNode.has(request);
}

/**
 * Ignores an offered protocol and has the server read the same request as plain HTTP/1.1 (RFC 9110 §7.8). Puts the head without the
 * offer back in front of the bytes behind it and gives the connection to the server again, so that the server's own parser decides
 * where the request ends.
 *
 * Node has a way of its own (no listener for 'upgrade', or `shouldUpgradeCallback`), but loses what follows the request in the same
 * packet: the next request would begin in the middle of another one (seen on Node 20.20, 22.23, 24.21 and 26.10).
 * @returns the last step: to call once every earlier request of the connection has its reply; undefined, with the connection
 *   destroyed, when the request cannot be written again without doubt
 */
export function ignoreUpgrade(
  server: Server,
  { request, socket, rest }: UpgradeOffer,
): (() => void) | undefined {
  const head = headWithoutOffer(request);
  const isReadByNode = socket !== request.socket || !request.complete || request.readableLength > 0;
  if (head === undefined || isReadByNode) {
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
