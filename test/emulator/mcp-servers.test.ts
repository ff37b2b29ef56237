import { resolve } from 'node:path';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { describe, expect, onTestFinished, test } from 'vitest';
import { connectMcp, type ToolAnswer } from '../support/mcp-client.js';
import { startMcp } from '../support/start-mcp.js';

const FIXTURES = resolve(import.meta.dirname, '../../fixtures');
const V1 = [process.execPath, resolve(FIXTURES, 'mcp-server.js')];
const V2 = [process.execPath, resolve(FIXTURES, 'mcp-server-v2.js')];
const PYTHON = ['python3', resolve(FIXTURES, 'mcp-server.py')];

const ONE_SLOT = { sessionAffinityConfig: { sessionConcurrencyPerInstance: 1 }, maxInstances: 1 };
const TWO_INSTANCES = { sessionAffinityConfig: { sessionConcurrencyPerInstance: 2 }, maxInstances: 2 };

/** The official client of v2, which asks the server by `server/discover` for the versions it knows. Closed at the end of the test. */
async function connectAuto(url: string) {
  const transport = new StreamableHTTPClientTransport(new URL(url));
  const client = new Client({ name: 'test', version: '1.0.0' }, { versionNegotiation: { mode: 'auto' } });
  onTestFinished(() => client.close());
  await client.connect(transport);
  const call = async (name: string): Promise<ToolAnswer> => {
    const { content } = await client.callTool({ name, arguments: {} });
    const [part] = content;
    return JSON.parse(part?.type === 'text' ? part.text : '');
  };
  return { transport, call };
}

describe.each([
  ['the v2 packages', V2],
  ['Python’s standard library', PYTHON],
])('a server on %s', (_, command) => {
  test('T01 T02 T07 four clients on two instances keep their sessions', async () => {
    const { mcp } = await startMcp('MCP_STREAMABLE', { ...TWO_INSTANCES, command });
    const clients = await Promise.all(Array.from({ length: 4 }, () => connectMcp(mcp)));
    const answers: ToolAnswer[] = [];
    for (let round = 1; round <= 3; round++) {
      for (const [index, client] of clients.entries()) {
        const answer = await client.call('count');
        expect(answer).toEqual({ ...(answers[index] ?? answer), sessionId: client.sessionId, calls: round });
        answers[index] = answer;
      }
    }
    const counts = answers.map(
      ({ instanceId }) => answers.filter((one) => one.instanceId === instanceId).length,
    );
    expect(counts).toEqual([2, 2, 2, 2]);
  });

  test('T03 a terminated session frees its slot', async () => {
    const { mcp } = await startMcp('MCP_STREAMABLE', { ...ONE_SLOT, command });
    for (let turn = 0; turn < 2; turn++) {
      const client = await connectMcp(mcp);
      expect((await client.call('count')).calls).toBe(1);
      await client.terminate();
    }
  });
});

describe('a client that asks for the versions first', () => {
  test('T06 on a server without sessions takes no slot', async () => {
    const { mcp, records } = await startMcp('MCP_STREAMABLE', { ...ONE_SLOT, command: V2 });
    const holder = await connectMcp(mcp);
    const { transport, call } = await connectAuto(mcp);
    expect(transport.sessionId).toBeUndefined();
    expect((await call('count')).sessionId).toBeUndefined();
    expect((await holder.call('count')).calls).toBe(1);
    expect(records.filter(({ decision }) => decision?.session === 'opened')).toHaveLength(1);
  });

  test.each([
    ['of the v1 line', V1],
    ['in Python', PYTHON],
  ])(
    'T06 on a server with sessions %s holds no slot by its question when initialize follows',
    async (_, command) => {
      const { mcp, records } = await startMcp('MCP_STREAMABLE', { ...ONE_SLOT, command });
      const { transport, call } = await connectAuto(mcp);
      const { calls, sessionId } = await call('count');
      expect([calls, sessionId]).toEqual([1, transport.sessionId]);
      await transport.terminateSession();
      expect(records[0]).toMatchObject({ method: 'POST', status: 400, decision: { session: 'none' } });
    },
  );
});
