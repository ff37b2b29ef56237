import { connect, type Socket } from 'node:net';

/** Whoever has heard nothing for that long will not: what came is what the test judges. */
const PATIENCE_MS = 10_000;

export interface RawReply {
  readonly status: number;
  readonly reason: string;
  /** In order, as they stood. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** Everything after the head, framing included. */
  readonly rest: string;
  readonly text: string;
  get(name: string): string | undefined;
  all(name: string): string[];
}

/** Sends bytes as they are and collects what comes until the connection is closed. Latin-1 both ways. */
export async function exchangeBytes(
  port: number,
  bytes: string | Buffer,
  { end = false, idleMs }: { end?: boolean; idleMs?: number } = {},
): Promise<string> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: end });
  const payload = typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes;
  if (end) socket.end(payload);
  else socket.write(payload);
  return untilClosed(socket, idleMs);
}

/** @param idleMs gives up waiting for more after that long without a byte */
export function untilClosed(socket: Socket, idleMs = PATIENCE_MS): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
    });
    socket.on('error', () => {});
    socket.on('end', () => socket.destroy());
    socket.on('close', () => resolve(text));
    socket.setTimeout(idleMs, () => socket.destroy());
  });
}

/** @returns undefined when there is no whole head */
export function parseReply(text: string): RawReply | undefined {
  const end = text.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const [first = '', ...lines] = text.slice(0, end).split('\r\n');
  const [, status = '', reason = ''] = /^HTTP\/1\.1 (\d{3}) ?(.*)$/.exec(first) ?? [];
  const headers = lines.map((line) => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon), line.slice(colon + 1).trim()] as const;
  });
  const all = (name: string): string[] =>
    headers.filter(([have]) => have.toLowerCase() === name.toLowerCase()).map(([, value]) => value);
  return {
    status: Number(status),
    reason,
    headers,
    rest: text.slice(end + 4),
    text,
    get: (name) => all(name)[0],
    all,
  };
}

/** One request on a connection of its own. */
export async function request(port: number, head: string, body = ''): Promise<RawReply> {
  const bytes = `${head.trim().replaceAll('\n', '\r\n')}\r\nConnection: close\r\n\r\n${body}`;
  const text = await exchangeBytes(port, bytes);
  const reply = parseReply(text);
  if (reply === undefined) throw new Error(`no reply, got ${JSON.stringify(text)}`);
  return reply;
}
