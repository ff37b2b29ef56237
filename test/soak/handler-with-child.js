import { spawn } from 'node:child_process';
import { createServer } from 'node:http';

// A handler that leaves a child in a session of its own and one in its group.

spawn('sleep', ['600'], { detached: true, stdio: 'ignore' }).unref();
spawn('sleep', ['600'], { stdio: 'ignore' });

createServer((request, response) => {
  request.resume();
  response.end('Hello, World!');
}).listen(Number(process.env.FC_SERVER_PORT), '127.0.0.1');
