const { writeSync } = require('node:fs');
const { createServer } = require('node:net');

// The least that can be an instance: it listens, and tells so to whoever may read it. CommonJS, as the bare node beside it: Node's
// loader for ES modules is a tenth of a start.

const server = createServer((socket) => socket.destroy());
server.listen(Number(process.env.FC_SERVER_PORT ?? 0), '127.0.0.1', () => writeSync(1, 'listening\n'));
