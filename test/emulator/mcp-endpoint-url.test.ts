import { once } from 'node:events';
import { get, type IncomingMessage, type ServerResponse } from 'node:http';
import { json } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { type Handler, inProcessDriver } from '../support/in-process-driver.js';
import { connectMcp } from '../support/mcp-client.js';
import { startMcp } from '../support/start-mcp.js';

interface Call {
  readonly id?: number;
  readonly method: string;
}

/** An MCP server over HTTP+SSE below /base, whose `endpoint` is a whole URL, made of the Host that the request names. */
function serverOfAbsoluteUrls(): Handler {
  const streams = new Map<string, ServerResponse>();
  return (request, response, instanceId) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://handler');
    const sessionId = searchParams.get('sessionId') ?? `${instanceId}/${streams.size}`;
    if (pathname === '/base/sse') {
      streams.set(sessionId, response);
      response.writeHead(200, { 'Content-Type': 'text/event-stream' });
      const query = new URLSearchParams({ sessionId });
      response.write(`event: endpoint\ndata: http://${request.headers.host}/base/messages?${query}\n\n`);
      return;
    }
    const stream = sessionId.startsWith(`${instanceId}/`) ? streams.get(sessionId) : undefined;
    if (pathname !== '/base/messages' || stream === undefined) {
      response.writeHead(404).end('session not found');
      return;
    }
    void answer(request, { instanceId, sessionId }).then((reply) => {
      response.writeHead(202).end('Accepted');
      if (reply !== undefined) stream.write(`event: message\ndata: ${JSON.stringify(reply)}\n\n`);
    });
  };
}

async function answer(request: IncomingMessage, whoami: object): Promise<object | undefined> {
  const { id, method } = (await json(request)) as Call;
  if (id === undefined) return undefined;
  const results: Record<string, object> = {
    initialize: {
      protocolVersion: '2025-06-18',
      capabilities: { tools: {} },
      serverInfo: { name: 'absolute', version: '1.0.0' },
    },
    'tools/call': { content: [{ type: 'text', text: JSON.stringify(whoami) }] },
  };
  return { jsonrpc: '2.0', id, result: results[method] ?? {} };
}

const ON_TWO_INSTANCES = {
  sessionAffinityConfig: { sessionConcurrencyPerInstance: 1, sseEndpointPath: '/base/sse' },
  minInstances: 2,
};

test('report 6: an endpoint URL that the handler makes of Host is accepted by the official client', async () => {
  const { url } = await startMcp('MCP_SSE', ON_TWO_INSTANCES, {
    driver: inProcessDriver(serverOfAbsoluteUrls()),
  });
  const clients = [await connectMcp(`${url}/base/sse`), await connectMcp(`${url}/base/sse`)];
  const instances = new Set<string>();
  for (const client of clients) {
    const { instanceId, sessionId } = await client.call('whoami');
    expect(sessionId).toBe(`${instanceId}/${instances.size}`);
    instances.add(instanceId);
  }
  expect(instances.size).toBe(2);
});

test.each(['127.0.0.1', 'localhost', 'mcp.localhost'])(
  'S01 S06 reports 5 and 6: with the Host %s the endpoint event reaches the client unchanged',
  async (name) => {
    const { url } = await startMcp('MCP_SSE', ON_TWO_INSTANCES, {
      driver: inProcessDriver(serverOfAbsoluteUrls()),
    });
    const { port } = new URL(url);
    const request = get({ host: '127.0.0.1', port, path: '/base/sse', headers: { Host: `${name}:${port}` } });
    const [stream] = await once(request, 'response');
    const [chunk] = await once(stream, 'data');
    expect(String(chunk)).toMatch(
      new RegExp(`^event: endpoint\\ndata: http://${name}:${port}/base/messages\\?sessionId=\\S+\\n\\n$`),
    );
    request.destroy();
  },
);
