import { createHash } from 'node:crypto';
import { createServer } from 'node:net';
import { answerParent } from '../child.js';

// A handler that costs next to nothing: it reads heads and answers with what the hello fixture says. /sse sends its clock's time again
// and again, an upgrade is answered and echoed.

const HELLO = [
  'HTTP/1.1 200 OK',
  'Content-Type: text/html; charset=utf-8',
  'Content-Length: 13',
  'X-Instance: c-00000000-00000000-000000000000',
  `Date: ${new Date().toUTCString()}`,
  'Connection: keep-alive',
  '',
  'Hello, World!',
].join('\r\n');

await answerParent(async () => {
  const sockets = new Set();
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => {});
    let text = '';
    const onData = (chunk) => {
      text += chunk.toString('latin1');
      for (let end = text.indexOf('\r\n\r\n'); end >= 0; end = text.indexOf('\r\n\r\n')) {
        const head = text.slice(0, end);
        text = text.slice(end + 4);
        if (/^upgrade: websocket/im.test(head)) {
          socket.off('data', onData);
          echo(socket, head);
        } else if (head.startsWith('GET /sse')) tellTheTime(socket, head);
        else socket.write(HELLO, 'latin1');
      }
    };
    socket.on('data', onData);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { ready: { port: server.address().port } };
});

function echo(socket, head) {
  const key = /^sec-websocket-key: *(\S+)/im.exec(head)?.[1] ?? '';
  const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
  );
  socket.on('data', (chunk) => socket.write(chunk));
}

/** Microseconds of the system's own clock, which every process of the machine reads alike. */
function tellTheTime(socket, head) {
  const count = Number(/[?&]count=(\d+)/.exec(head)?.[1] ?? 10);
  const every = Number(/[?&]every=(\d+)/.exec(head)?.[1] ?? 2);
  socket.write('HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n');
  let sent = 0;
  const timer = setInterval(() => {
    const event = `data: ${process.hrtime.bigint() / 1000n}\n\n`;
    socket.write(`${event.length.toString(16)}\r\n${event}\r\n`);
    if (++sent < count && !socket.destroyed) return;
    clearInterval(timer);
    socket.write('0\r\n\r\n');
  }, every);
}
