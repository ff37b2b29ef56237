import { createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import { listen, track } from './gateway-fixture.js';

export interface ParsedRequest {
  readonly line: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string;
}

export interface StrictUpstream {
  readonly host: string;
  readonly port: number;
  /** Every request, in order. */
  readonly requests: readonly ParsedRequest[];
  /** What could not be a request, with the bytes. */
  readonly faults: readonly string[];
  /** Connections on which a request has begun and not ended. */
  unfinished(): readonly string[];
}

/**
 * An instance that reads HTTP/1.1 with a parser of its own, as strictly as RFC 9112 allows, and so knows how many requests it was
 * really sent. Answers each with its own target.
 */
export async function startStrictUpstream(
  answer: (request: ParsedRequest) => string = ({ line }) => {
    const body = `you asked ${line.split(' ')[1]}`;
    return `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${line.startsWith('HEAD') ? '' : body}`;
  },
): Promise<StrictUpstream> {
  const requests: ParsedRequest[] = [];
  const faults: string[] = [];
  const pending = new Map<Socket, string>();
  const server = createServer({ noDelay: true }, (socket) => {
    let bytes = '';
    socket.on('error', () => {});
    socket.once('close', () => pending.delete(socket));
    socket.on('data', (chunk) => {
      bytes += chunk.toString('latin1');
      for (;;) {
        const parsed = parse(bytes);
        if (parsed === 'more') break;
        if (typeof parsed === 'string') {
          faults.push(`${parsed}: ${JSON.stringify(bytes.slice(0, 300))}`);
          socket.destroy();
          return;
        }
        bytes = bytes.slice(parsed.length);
        requests.push(parsed.request);
        socket.write(answer(parsed.request), 'latin1');
      }
      pending.set(socket, bytes);
    });
  });
  const sockets = track(server);
  const port = await listen(server);
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return {
    host: '127.0.0.1',
    port,
    requests,
    faults,
    unfinished: () => [...pending.values()].filter((bytes) => bytes !== ''),
  };
}

const LINE = /^[A-Z]+ \/[\x21-\x7e]* HTTP\/1\.1$/;
const HEADER = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([\t\x20-\x7e\x80-\xff]*?)[ \t]*$/;

function parse(bytes: string): 'more' | string | { request: ParsedRequest; length: number } {
  const end = bytes.indexOf('\r\n\r\n');
  if (end < 0) return bytes.length > 100_000 ? 'head without end' : 'more';
  const [line = '', ...rest] = bytes.slice(0, end).split('\r\n');
  if (!LINE.test(line)) return 'bad request line';
  const headers: [string, string][] = [];
  for (const text of rest) {
    const [, name, value] = HEADER.exec(text) ?? [];
    if (name === undefined || value === undefined) return 'bad header line';
    headers.push([name, value]);
  }
  const all = (wanted: string): string[] =>
    headers.filter(([name]) => name.toLowerCase() === wanted).map(([, value]) => value);
  const lengths = all('content-length');
  const encodings = all('transfer-encoding');
  if (all('host').length !== 1) return 'not one host';
  if (lengths.length + encodings.length > 1) return 'ambiguous framing';
  const start = end + 4;
  if (encodings.length === 1) {
    if (encodings[0] !== 'chunked') return 'unknown transfer encoding';
    return parseChunks(bytes, start, { line, headers });
  }
  if (lengths.length === 1 && !/^(0|[1-9]\d*)$/.test(lengths[0] ?? '')) return 'bad content length';
  const length = Number(lengths[0] ?? 0);
  if (bytes.length < start + length) return 'more';
  return { request: { line, headers, body: bytes.slice(start, start + length) }, length: start + length };
}

function parseChunks(
  bytes: string,
  start: number,
  head: Omit<ParsedRequest, 'body'>,
): ReturnType<typeof parse> {
  let at = start;
  let body = '';
  for (;;) {
    const eol = bytes.indexOf('\r\n', at);
    if (eol < 0) return bytes.length - at > 20 ? 'bad chunk size' : 'more';
    const size = bytes.slice(at, eol);
    if (!/^[0-9a-f]{1,8}$/i.test(size)) return 'bad chunk size';
    const length = Number.parseInt(size, 16);
    if (bytes.length < eol + 2 + length + 2) return 'more';
    if (bytes.slice(eol + 2 + length, eol + 4 + length) !== '\r\n') return 'bad chunk end';
    at = eol + 4 + length;
    if (length === 0) return { request: { ...head, body }, length: at };
    body += bytes.slice(eol + 2, eol + 2 + length);
  }
}
