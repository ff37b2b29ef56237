import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import { WebSocketServer } from 'ws';

// A handler that says of every reply who gave it and to whom.

const SMUGGLED_TAKES_MS = 20;
const instance = process.env.FC_INSTANCE_ID ?? 'local';
// Where orphans are counted there must be somebody who could become one.
if (process.env.SOAK_MARK !== undefined) spawn('sleep', ['3600'], { stdio: 'ignore' });

const server = createServer((request, response) => {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://handler');
  const token = searchParams.get('token') ?? '';
  response.setHeader('X-Instance', instance);
  response.setHeader('X-Token', token);
  switch (pathname) {
    case '/echo':
      request.pipe(response);
      return;
    case '/sse': {
      request.resume();
      response.writeHead(200, { 'Content-Type': 'text/event-stream' });
      const tell = () => response.write(`data: ${JSON.stringify({ token, instance })}\n\n`);
      tell();
      const timer = setInterval(tell, Number(searchParams.get('every') ?? 50));
      response.on('close', () => clearInterval(timer));
      return;
    }
    case '/big': {
      request.resume();
      response.end(Buffer.alloc(Number(searchParams.get('bytes') ?? 1), 'x'));
      return;
    }
    case '/smuggled':
      // Only ever inside the body of an attacker's request.
      console.log('SMUGGLED', request.method, request.url);
      // Late enough for somebody's request to come in behind it on the same connection.
      setTimeout(() => response.end('smuggled'), SMUGGLED_TAKES_MS);
      return;
    default:
      request.resume();
      setTimeout(
        () => response.end(JSON.stringify({ token, instance })),
        Number(searchParams.get('ms') ?? 0),
      );
  }
});
server.timeout = 0;
server.keepAliveTimeout = 0;

const sockets = new WebSocketServer({ server });
sockets.on('connection', (socket) => {
  socket.on('error', () => {});
  socket.on('message', (message) => socket.send(JSON.stringify({ token: String(message), instance })));
});

server.listen(Number(process.env.FC_SERVER_PORT), process.env.FC_AFFINITY_LISTEN_HOST ?? '0.0.0.0');
process.on('SIGTERM', () => process.exit(0));
