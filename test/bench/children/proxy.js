import { Agent, createServer } from 'node:http';
import httpProxy from 'http-proxy';
import { answerParent } from '../child.js';

// http-proxy as it comes, with the one improvement that everybody should know: an agent that keeps connections alive.

await answerParent(async ({ upstream, agent }) => {
  const proxy = httpProxy.createProxyServer({
    target: { host: '127.0.0.1', port: upstream },
    ...(agent === 'keep-alive' && { agent: new Agent({ keepAlive: true, scheduling: 'lifo' }) }),
  });
  proxy.on('error', (_error, _request, response) => response.destroy());
  const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) =>
    proxy.web(request, response),
  );
  server.on('upgrade', (request, socket, head) => proxy.ws(request, socket, head));
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { ready: { port: server.address().port } };
});
