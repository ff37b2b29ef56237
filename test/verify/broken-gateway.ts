import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

/** The head of a request. A fault may change it before the emulator gets it. */
export interface FaultyRequest {
  readonly method: string;
  path: string;
  /** Header names and values in turn, as received. */
  headers: string[];
}

/** The head of a reply. A fault may change it before the client gets it. */
export interface FaultyReply {
  status: number;
  headers: string[];
  /** Replaces the body. */
  body?: string;
}

/** The fault of a gateway. */
export interface Fault {
  /** @returns a reply of the gateway itself; undefined for a request that goes to the emulator */
  request?(request: FaultyRequest): FaultyReply | undefined;
  reply?(reply: FaultyReply, request: FaultyRequest): void;
  /** Whether the gateway sends a body only when it is complete, and so never sends a stream. */
  readonly holdsBodies?: boolean;
  /** Changes each piece of a body. */
  body?(text: string): string;
}

export interface BrokenGateway {
  /** The URL, with a slash at the end. */
  readonly url: string;
  close(): Promise<void>;
}

/** A proxy before a correct gateway, with one fault. Each request has its own connection. */
export async function startBrokenGateway(upstream: string, fault: Fault): Promise<BrokenGateway> {
  const { hostname, port } = new URL(upstream);
  const sockets = new Set<Socket>();
  const forward = (
    incoming: IncomingMessage,
    answer: (reply: FaultyReply, from?: IncomingMessage, socket?: Socket) => void,
    fail: () => void,
  ): void => {
    const request: FaultyRequest = {
      method: incoming.method ?? 'GET',
      path: incoming.url ?? '/',
      headers: [...incoming.rawHeaders],
    };
    const own = fault.request?.(request);
    if (own !== undefined) {
      incoming.resume();
      answer(own);
      return;
    }
    const { method, path, headers } = request;
    const outgoing = httpRequest({ hostname, port, method, path, headers, agent: false });
    const replyTo = (response: IncomingMessage, socket?: Socket): void => {
      const reply: FaultyReply = { status: response.statusCode ?? 0, headers: [...response.rawHeaders] };
      fault.reply?.(reply, request);
      answer(reply, response, socket);
    };
    outgoing.on('response', (response) => replyTo(response));
    outgoing.on('upgrade', (response, socket) => replyTo(response, socket));
    outgoing.on('error', fail);
    incoming.socket.once('close', () => outgoing.destroy());
    incoming.pipe(outgoing);
  };

  const server = createServer({ maxHeaderSize: 64 * 1024, keepAliveTimeout: 0 }, (incoming, outgoing) => {
    const fail = (): void => void incoming.socket.destroy();
    forward(incoming, (reply, from) => void send(outgoing, { reply, from, fault }), fail);
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  server.on('upgrade', (incoming, client: Socket) => {
    const answer = (reply: FaultyReply, from?: IncomingMessage, socket?: Socket): void => {
      // Node.js has decoded a chunked body, so the end of the connection marks the end of the body.
      const headers = without(reply.headers, 'transfer-encoding');
      const lines = [`HTTP/1.1 ${reply.status} As-Told`];
      for (let at = 0; at < headers.length; at += 2) lines.push(`${headers[at]}: ${headers[at + 1]}`);
      client.on('error', () => {});
      client.write(`${lines.join('\r\n')}\r\n\r\n`);
      if (socket !== undefined)
        socket
          .on('error', () => {})
          .pipe(client)
          .pipe(socket);
      else if (from !== undefined) from.pipe(client);
      else client.end(reply.body ?? '');
    };
    forward(incoming, answer, () => client.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

interface Sent {
  readonly reply: FaultyReply;
  readonly from: IncomingMessage | undefined;
  readonly fault: Fault;
}

async function send(outgoing: ServerResponse, { reply, from, fault }: Sent): Promise<void> {
  const { status, body } = reply;
  const isChanged = body !== undefined || fault.body !== undefined;
  const headers = isChanged ? without(reply.headers, 'content-length') : reply.headers;
  outgoing.on('close', () => from?.destroy());
  if (body !== undefined || from === undefined) {
    from?.resume();
    outgoing.writeHead(status, headers).end(body);
    return;
  }
  if (fault.holdsBodies) {
    const chunks: Buffer[] = [];
    from.on('data', (chunk: Buffer) => chunks.push(chunk));
    // A stream ends when its client leaves.
    if (
      !(await new Promise((resolve) => from.on('end', () => resolve(true)).on('close', () => resolve(false))))
    )
      return;
    outgoing.writeHead(status, headers).end(Buffer.concat(chunks));
    return;
  }
  outgoing.writeHead(status, headers);
  outgoing.flushHeaders();
  from.on('error', () => outgoing.destroy());
  const { body: change } = fault;
  if (change === undefined) from.pipe(outgoing);
  else {
    from.setEncoding('utf8');
    from.on('data', (text: string) => outgoing.write(change(text)));
    from.on('end', () => outgoing.end());
  }
}

/** @returns the values of that header, in any letter case */
export function valuesOf(headers: readonly string[], name: string): string[] {
  return headers.filter((_, at) => at % 2 === 1 && headers[at - 1]?.toLowerCase() === name.toLowerCase());
}

export function without(headers: readonly string[], name: string): string[] {
  return mapped(headers, name, () => []);
}

/** @param change returns the values that replace a value */
export function mapped(
  headers: readonly string[],
  name: string,
  change: (value: string) => readonly string[],
): string[] {
  const result: string[] = [];
  for (let at = 0; at < headers.length; at += 2) {
    const [known = '', value = ''] = headers.slice(at, at + 2);
    const values = known.toLowerCase() === name.toLowerCase() ? change(value) : [value];
    result.push(...values.flatMap((one) => [known, one]));
  }
  return result;
}
