import { createServer } from 'node:http';

// A handler to be killed: POST is never answered, and from then on GET neither; the event stream tells what arrived.

const port = Number(process.env.FC_SERVER_PORT);
const host = process.env.FC_AFFINITY_LISTEN_HOST;
let isHolding = false;
let stream;

createServer((request, response) => {
  request.resume();
  response.setHeader('X-Pid', process.pid);
  response.setHeader('X-Address', `${host}:${port}`);
  if (request.url === '/events') {
    stream = response.writeHead(200, { 'Content-Type': 'text/event-stream' });
    stream.write(`data: pid ${process.pid}\n\n`);
  } else if (request.method === 'POST') {
    isHolding = true;
    stream?.write('data: got POST\n\n');
  } else if (isHolding) {
    stream?.write('data: got GET\n\n');
  } else {
    response.end(String(process.pid));
  }
}).listen(port, host);
