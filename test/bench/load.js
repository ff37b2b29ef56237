import { connect } from 'node:net';

const END_OF_HEAD = Buffer.from('\r\n\r\n');

/**
 * @typedef {{ readonly status: number, readonly head: string }} Reply
 */

/** A client's connection: one request at a time, kept alive. Reads only what it must, so as to take little of the machine. */
class Client {
  #socket;
  #buffer = Buffer.alloc(0);
  #settle;

  constructor(port) {
    this.#socket = connect({ port, host: '127.0.0.1', noDelay: true });
    this.#socket.on('data', (chunk) => this.#onData(chunk));
    this.#socket.on('error', (error) => this.#settle?.reject(error));
    this.#socket.on('close', () => this.#settle?.reject(new Error('the connection was closed')));
  }

  /** @returns {Promise<Reply>} */
  exchange(request) {
    return new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
      this.#socket.write(request, 'latin1');
    });
  }

  close() {
    this.#settle = undefined;
    this.#socket.destroy();
  }

  #onData(chunk) {
    this.#buffer = this.#buffer.length === 0 ? chunk : Buffer.concat([this.#buffer, chunk]);
    const end = this.#buffer.indexOf(END_OF_HEAD);
    if (end < 0) return;
    const head = this.#buffer.latin1Slice(0, end);
    const [, length] = /\r\ncontent-length: ?(\d+)/i.exec(head) ?? [];
    if (this.#buffer.length < end + 4 + Number(length ?? 0)) return;
    this.#buffer = Buffer.alloc(0);
    const settle = this.#settle;
    this.#settle = undefined;
    settle?.resolve({ status: Number(head.slice(9, 12)), head });
  }
}

/**
 * A crowd of clients of one port, each with its connection kept alive between the rounds.
 * @param {{ port: number, connections?: number }} options
 */
export function startCrowd({ port, connections = 64 }) {
  const clients = Array.from({ length: connections }, () => new Client(port));
  return {
    port,
    connections,
    /**
     * Sends so many requests, each client its next as soon as it has its reply.
     * @param {number} count
     * @param {(client: number, request: number) => string} write the bytes of a request
     * @param {(reply: Reply, client: number) => void} [onReply]
     * @throws when a reply is not 200
     */
    async send(count, write, onReply = () => {}) {
      let sent = 0;
      const work = async (client, index) => {
        while (sent < count) {
          const reply = await client.exchange(write(index, sent++));
          if (reply.status !== 200) throw new Error(`port ${port} answered:\n${reply.head}`);
          onReply(reply, index);
        }
      };
      await Promise.all(clients.map(work));
    },
    close() {
      for (const client of clients) client.close();
    },
  };
}

/**
 * What a browser-like client sends, with a session cookie or without.
 * @param {number} port
 * @param {string} [sessionId]
 */
export function getRequest(port, sessionId) {
  const cookie = sessionId === undefined ? '' : `Cookie: theme=dark; x-fc-cookie-session-id=${sessionId}\r\n`;
  return `GET /hello?name=world HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nUser-Agent: bench/1\r\nAccept: */*\r\nAccept-Encoding: gzip\r\n${cookie}\r\n`;
}

/** @returns {string | undefined} the ID that the head of a reply sets */
export function sessionIdIn(head) {
  return /\r\nset-cookie: x-fc-cookie-session-id=([^;\r]+)/i.exec(head)?.[1];
}
