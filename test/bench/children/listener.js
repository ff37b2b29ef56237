import { createServer } from 'node:net';

// The least that can be an instance: it listens, and tells so to whoever may read it.

const server = createServer((socket) => socket.destroy());
server.listen(Number(process.env.FC_SERVER_PORT ?? 0), '127.0.0.1', () =>
  process.stdout.write('listening\n'),
);
