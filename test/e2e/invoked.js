import { createServer } from 'node:http';

// A handler of events: sends back what it gets, and fails on "fail".
createServer(async (request, response) => {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const body = Buffer.concat(chunks);
  console.log(`got ${body.length} bytes`);
  if (request.url !== '/invoke' || String(body) === 'fail') response.writeHead(404).end('nope');
  else if (String(body) === 'who') response.end(process.env.FC_INSTANCE_ID);
  else if (String(body) === 'escape') response.end('\u001b[2Jcleared');
  else response.end(body);
}).listen(process.env.FC_SERVER_PORT);
