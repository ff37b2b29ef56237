import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { onTestFinished } from 'vitest';

/** What the tools of fixtures/mcp-server.js answer. */
export interface ToolAnswer {
  readonly instanceId: string;
  readonly sessionId: string;
  readonly calls?: number;
}

export interface McpClient {
  readonly sessionId: string | undefined;
  call(tool: 'whoami' | 'count'): Promise<ToolAnswer>;
  /** Ends the session, as DELETE does; only of Streamable HTTP. */
  terminate(): Promise<void>;
  close(): Promise<void>;
}

/** The official client, connected over Streamable HTTP (`…/mcp`) or HTTP+SSE (`…/sse`). Closed at the end of the test. */
export async function connectMcp(url: string): Promise<McpClient> {
  const transport = url.endsWith('/sse')
    ? new SSEClientTransport(new URL(url))
    : new StreamableHTTPClientTransport(new URL(url));
  const client = new Client({ name: 'test', version: '1.0.0' });
  onTestFinished(() => client.close());
  await client.connect(transport);
  return {
    get sessionId() {
      return transport instanceof StreamableHTTPClientTransport ? transport.sessionId : undefined;
    },
    async call(name) {
      const { content } = await client.callTool({ name, arguments: {} });
      const [{ text }] = content as [{ text: string }];
      return JSON.parse(text);
    },
    async terminate() {
      if (transport instanceof StreamableHTTPClientTransport) await transport.terminateSession();
    },
    close: () => client.close(),
  };
}
