import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { median } from './statistics.js';

/**
 * Reads a stream of events that tell when they were sent.
 * @returns {Promise<number>} the median delay of an event, in milliseconds
 */
export function eventDelay({ port, count, everyMs }) {
  return new Promise((resolve, reject) => {
    const delays = [];
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    socket.on('error', reject);
    socket.on('close', () => reject(new Error(`the stream ended after ${delays.length} events of ${count}`)));
    socket.on('data', (chunk) => {
      const now = process.hrtime.bigint() / 1000n;
      for (const [, sent] of chunk.toString('latin1').matchAll(/data: (\d+)\n/g))
        delays.push(Number(now - BigInt(sent)) / 1000);
      if (delays.length < count) return;
      resolve(median(delays));
      socket.destroy();
    });
    socket.write(
      `GET /sse?count=${count}&every=${everyMs} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAccept: text/event-stream\r\n\r\n`,
    );
  });
}

/** A masked text frame of 13 characters, as a browser sends it. */
const FRAME = Buffer.concat([Buffer.from([0x81, 0x80 | 13, 1, 2, 3, 4]), maskedHello()]);

function maskedHello() {
  const mask = [1, 2, 3, 4];
  return Buffer.from('Hello, World!').map((byte, at) => byte ^ mask[at & 3]);
}

/**
 * Opens WebSockets that send a message, wait for its echo, and send the next.
 * @param {{ port: number, sockets: number }} options
 */
export async function openWebSockets({ port, sockets }) {
  const open = await Promise.all(Array.from({ length: sockets }, () => openWebSocket(port)));
  return {
    /** @param {number} count messages in all */
    async send(count) {
      let sent = 0;
      await Promise.all(
        open.map(async (one) => {
          while (sent++ < count) await one.echo();
        }),
      );
    },
    close() {
      for (const { socket } of open) socket.destroy();
    },
  };
}

function openWebSocket(port) {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    let waiting = { resolve: () => {}, reject };
    let received = 0;
    let isOpen = false;
    let head = '';
    socket.on('error', (error) => waiting.reject(error));
    socket.on('close', () => waiting.reject(new Error('the WebSocket was closed')));
    const echo = () =>
      new Promise((echoed, failed) => {
        received = 0;
        waiting = { resolve: echoed, reject: failed };
        socket.write(FRAME);
      });
    socket.on('data', (chunk) => {
      if (isOpen) {
        received += chunk.length;
        if (received >= FRAME.length) waiting.resolve();
        return;
      }
      head += chunk.toString('latin1');
      if (!head.includes('\r\n\r\n')) return;
      isOpen = true;
      if (head.startsWith('HTTP/1.1 101')) resolve({ socket, echo });
      else reject(new Error(`the upgrade was answered by ${head}`));
    });
    const key = randomBytes(16).toString('base64');
    socket.write(
      `GET /ws HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${key}\r\n\r\n`,
    );
  });
}
