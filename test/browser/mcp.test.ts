import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page } from 'playwright-core';
import { expect, it, onTestFinished } from 'vitest';
import { describeInChromium } from '../support/chromium.js';
import { type Handler, inProcessDriver } from '../support/in-process-driver.js';
import { startMcp } from '../support/start-mcp.js';
import { pageOf } from './site.js';

/** A server that names sessions as MCP's Streamable HTTP does, and allows pages of any origin. @param exposed what they may read */
function serverForPages(exposed: string | undefined): Handler {
  return (request, response, instanceId) => {
    request.resume();
    response.setHeader('Access-Control-Allow-Origin', '*');
    if (exposed !== undefined) response.setHeader('Access-Control-Expose-Headers', exposed);
    if (request.method === 'OPTIONS') {
      const allowed = {
        'Access-Control-Allow-Headers': 'content-type, mcp-session-id, mcp-protocol-version',
      };
      response.writeHead(204, allowed).end();
      return;
    }
    const sessionId = request.headers['mcp-session-id'] ?? `session-of-${instanceId}`;
    response.setHeader('Mcp-Session-Id', sessionId);
    response.setHeader('Content-Type', 'application/json');
    response.end(JSON.stringify({ jsonrpc: '2.0', id: 1, result: { instanceId } }));
  };
}

interface Answer {
  readonly status: number;
  readonly sessionId: string | null;
  readonly requestId: string | null;
  readonly instanceId: string;
}

function post(page: Page, url: string, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
  const init = { method: 'POST', headers: { 'Content-Type': 'application/json', ...headers }, body: '{}' };
  return page.evaluate<Answer>(`(async () => {
    const reply = await fetch(${JSON.stringify(url)}, ${JSON.stringify(init)});
    const [sessionId, requestId] = ['Mcp-Session-Id', 'x-fc-request-id'].map((name) => reply.headers.get(name));
    return { status: reply.status, sessionId, requestId, instanceId: (await reply.json()).result.instanceId };
  })()`);
}

/** @returns the address of a page on another port than the function's */
async function startPage(): Promise<string> {
  const server = createServer((_, response) => {
    response.writeHead(200, { 'Content-Type': 'text/html' }).end(pageOf('an MCP client'));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const ONE_SESSION_EACH = { sessionAffinityConfig: { sessionConcurrencyPerInstance: 1 } };

describeInChromium('Chromium as an MCP client on another port', (chromium) => {
  it('report 7: reads the Mcp-Session-Id that the handler exposes, and the headers that the gateway exposes', async () => {
    const handler = serverForPages('Mcp-Session-Id');
    const { mcp } = await startMcp('MCP_STREAMABLE', ONE_SESSION_EACH, { driver: inProcessDriver(handler) });
    const page = await chromium.tab();
    await page.goto(await startPage());
    const [first, second] = [await post(page, mcp), await post(page, mcp)];
    expect(first.instanceId).not.toBe(second.instanceId);
    for (const { sessionId, requestId, instanceId } of [first, second]) {
      expect(sessionId).toBe(`session-of-${instanceId}`);
      expect(requestId).toMatch(/^1-/);
      const again = await post(page, mcp, { 'Mcp-Session-Id': sessionId ?? '' });
      expect(again).toMatchObject({ status: 200, sessionId, instanceId });
    }
  });

  it('report 7: cannot read an Mcp-Session-Id that the handler does not expose', async () => {
    const { mcp } = await startMcp(
      'MCP_STREAMABLE',
      {},
      { driver: inProcessDriver(serverForPages(undefined)) },
    );
    const page = await chromium.tab();
    await page.goto(await startPage());
    expect(await post(page, mcp)).toMatchObject({ status: 200, sessionId: null });
  });
});
