import { type IncomingHttpHeaders, request } from 'node:http';
import { connect } from 'node:net';

export interface RawReply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

interface RawOptions {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string | Buffer;
}

/** One request on a connection of its own, sent as told. */
export function rawRequest(port: number, options: RawOptions = {}): Promise<RawReply> {
  const { method = 'GET', path = '/', body } = options;
  // Of its own accord Node frames no body of a DELETE.
  const framed = body === undefined || options.headers?.['transfer-encoding'] !== undefined;
  const headers = framed
    ? { ...options.headers }
    : { 'content-length': String(Buffer.byteLength(body)), ...options.headers };
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        host: '127.0.0.1',
        port,
        method,
        path,
        agent: false,
        headers: headers as Record<string, string>,
      },
      (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk) => {
          text += chunk;
        });
        response.once('end', () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text }),
        );
        response.once('error', reject);
      },
    );
    sent.once('error', reject);
    sent.end(body);
  });
}

/** Bytes as they are; the answer is all that comes until the server closes. */
export function rawBytes(port: number, bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes, 'latin1'));
    let text = '';
    socket.setEncoding('latin1').on('data', (chunk) => {
      text += chunk;
    });
    socket.once('close', () => resolve(text));
    socket.once('error', reject);
  });
}

/** A request by its lines, closed after the answer. */
export function rawLines(port: number, first: string, lines: readonly string[] = []): Promise<string> {
  return rawBytes(port, [`${first} HTTP/1.1`, ...lines, 'Connection: close', '', ''].join('\r\n'));
}
