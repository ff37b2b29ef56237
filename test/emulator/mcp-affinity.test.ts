import { describe, expect, test } from 'vitest';
import { completeFunction } from '../../src/model/function-config.js';
import { inProcessDriver } from '../support/in-process-driver.js';
import { connectMcp } from '../support/mcp-client.js';
import { startMcp } from '../support/start-mcp.js';

const CLIENTS = 20;
const CALLS_EACH = 50;

const ONE_SLOT = { sessionAffinityConfig: { sessionConcurrencyPerInstance: 1 }, maxInstances: 1 };
const five = { sessionAffinityConfig: { sessionConcurrencyPerInstance: 5 } };

/** @returns the instances that answered each client, and how often */
async function playClients(url: string): Promise<Map<string, number>[]> {
  const clients = await Promise.all(Array.from({ length: CLIENTS }, () => connectMcp(url)));
  return Promise.all(
    clients.map(async (client) => {
      const seen = new Map<string, number>();
      for (let call = 1; call <= CALLS_EACH; call++) {
        const { instanceId, calls } = await client.call('count');
        expect(calls).toBe(call);
        seen.set(instanceId, (seen.get(instanceId) ?? 0) + 1);
      }
      return seen;
    }),
  );
}

describe.each([
  ['MCP_STREAMABLE', 'mcp'],
  ['MCP_SSE', 'sse'],
] as const)('%s with the official client', (affinity, path) => {
  test('T02 S02 report 1: 1,000 calls of 20 clients over 4 instances are all answered by the session’s instance', async () => {
    const started = await startMcp(affinity, five);
    const seen = await playClients(started[path]);
    for (const one of seen) expect([...one.values()]).toEqual([CALLS_EACH]);
    expect(new Set(seen.flatMap((one) => [...one.keys()])).size).toBe(4);
  });

  test('report 1: the same clients fail without affinity', async () => {
    const started = await startMcp('NONE', { instanceConcurrency: 20, minInstances: 4 });
    await expect(playClients(started[path])).rejects.toThrow(/session not found|HTTP 404|Not connected/);
  });

  test('S08 T08 the Session API is refused with a clear error', async () => {
    const { emulator } = await startMcp(affinity);
    const { sessions } = emulator.control;
    const message = `its sessionAffinity is ${affinity}, not GENERATED_COOKIE or HEADER_FIELD`;
    await expect(sessions.create({ functionName: 'mcp' }, {})).rejects.toThrow(message);
    await expect(sessions.list({ functionName: 'mcp' })).rejects.toThrow(message);
  });

  test('S12 an invocation by the API is refused, and touches no instance', async () => {
    const { emulator } = await startMcp(affinity);
    const answer = await fetch(`${emulator.api}/2023-03-30/functions/mcp/invocations`, {
      method: 'POST',
      body: '{}',
    });
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.status).toBeLessThan(500);
    expect(await emulator.control.instances.list()).toEqual([]);
  });

  test('S03 C14 one session an instance: two clients have two instances, and a third waits for neither', async () => {
    const started = await startMcp(affinity, {
      sessionAffinityConfig: { sessionConcurrencyPerInstance: 1 },
      maxInstances: 2,
    });
    const [one, two] = await Promise.all([connectMcp(started[path]), connectMcp(started[path])]);
    expect((await one?.call('whoami'))?.instanceId).not.toBe((await two?.call('whoami'))?.instanceId);
    await expect(connectMcp(started[path])).rejects.toThrow(/429|ResourceExhausted/);
  });
});

/** On a machine that may be busy. */
const SOON = { timeout: 10_000 };

describe('MCP_STREAMABLE', () => {
  test('T03 T04 a terminated session frees its slot, and its ID is refused without touching an instance', async () => {
    const { mcp, records } = await startMcp('MCP_STREAMABLE', ONE_SLOT);
    const first = await connectMcp(mcp);
    const { sessionId = '' } = first;
    expect((await first.call('whoami')).sessionId).toBe(sessionId);
    await first.terminate();
    const answer = await fetch(mcp, { method: 'POST', headers: { 'mcp-session-id': sessionId } });
    expect([answer.status, await answer.json()]).toMatchObject([404, { Code: 'SessionNotFound' }]);
    expect(records.at(-1)).toMatchObject({ attempts: [], outcome: 'refused' });
    expect((await (await connectMcp(mcp)).call('count')).calls).toBe(1);
  });

  test('T10 report 9: past its idle time a session is refused with 404, and a client that connects anew works on', async () => {
    const { mcp, clock, records } = await startMcp('MCP_STREAMABLE', {
      sessionAffinityConfig: { sessionIdleTimeoutInSeconds: 60 },
    });
    const client = await connectMcp(mcp);
    const { sessionId = '' } = client;
    // By its answer the client has opened its stream too, which keeps the session in use until it is closed.
    await client.call('whoami');
    await client.close();
    await expect.poll(() => records.some(({ method }) => method === 'GET'), { timeout: 10_000 }).toBe(true);
    await clock.advance(120_000);
    const answer = await fetch(mcp, { headers: { 'mcp-session-id': sessionId } });
    expect([answer.status, await answer.json()]).toMatchObject([404, { Code: 'SessionNotFound' }]);
    expect((await (await connectMcp(mcp)).call('count')).calls).toBe(1);
  });

  test('T10 report 9: past its TTL the official client fails clearly, and one that connects anew works on', async () => {
    const { mcp, clock } = await startMcp('MCP_STREAMABLE', {
      sessionAffinityConfig: { sessionTTLInSeconds: 60 },
    });
    const client = await connectMcp(mcp);
    expect((await client.call('count')).calls).toBe(1);
    await clock.advance(61_000);
    await expect(client.call('count')).rejects.toThrow(/SessionNotFound/);
    expect((await (await connectMcp(mcp)).call('count')).calls).toBe(1);
  });

  test('T05 a trigger without DELETE refuses it without touching an instance, and the session is kept', async () => {
    const methods = ['GET', 'POST'] as const;
    const { mcp, records } = await startMcp('MCP_STREAMABLE', {}, { methods });
    const client = await connectMcp(mcp);
    expect((await client.call('count')).calls).toBe(1);
    const answer = await fetch(mcp, {
      method: 'DELETE',
      headers: { 'mcp-session-id': client.sessionId ?? '' },
    });
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'GET, POST']);
    expect(await answer.json()).toMatchObject({
      Code: 'MethodNotAllowed',
      Message: "the HTTP trigger of function 'mcp' does not allow DELETE, only GET, POST",
    });
    const record = records.find(({ method }) => method === 'DELETE');
    expect(record).toMatchObject({ attempts: [], outcome: 'refused', status: 405 });
    expect((await client.call('count')).calls).toBe(2);
    // The official client takes 405 for an answer and not for an error.
    await client.terminate();
  });

  test('T06 a head without a session passes before any body byte, and gives the slot back while its stream is open', async () => {
    const driver = inProcessDriver((request, response) => {
      request.resume();
      if (request.url === '/named') response.setHeader('Mcp-Session-Id', 'a');
      response.writeHead(200, { 'Content-Type': 'text/event-stream' }).flushHeaders();
      if (request.url === '/named') response.end();
    });
    const { url, records } = await startMcp('MCP_STREAMABLE', ONE_SLOT, { driver });
    const stopped = new AbortController();
    const { signal } = stopped;
    const stream = await fetch(`${url}/unnamed`, { method: 'POST', signal });
    const named = await fetch(`${url}/named`, { method: 'POST' });
    expect([stream.status, named.status, named.headers.get('mcp-session-id')]).toEqual([200, 200, 'a']);
    expect(records.some(({ target }) => target === '/unnamed')).toBe(false);
    expect((await fetch(`${url}/named`, { method: 'POST' })).status).toBe(429);
    stopped.abort();
  });

  test('T06 a probe that is refused holds no slot when initialize follows', async () => {
    const { mcp } = await startMcp('MCP_STREAMABLE', ONE_SLOT);
    const probe = await fetch(mcp, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' }),
    });
    expect(probe.status).toBe(400);
    expect((await (await connectMcp(mcp)).call('count')).calls).toBe(1);
  });
});

describe('MCP_SSE', () => {
  test('S09 a built-in runtime is refused', () => {
    const made = (runtime: string) =>
      completeFunction({ functionName: 'mcp', command: ['x'], sessionAffinity: 'MCP_SSE', runtime });
    expect(() => made('nodejs20')).toThrow('MCP_SSE needs a custom runtime, got runtime "nodejs20"');
    for (const runtime of ['custom.debian12', 'custom-container'])
      expect(made(runtime).runtime).toBe(runtime);
  });

  test('report 4: when the instance of a stream is gone, its messages are refused and reach no other instance', async () => {
    const { url, sse, emulator, records } = await startMcp('MCP_SSE', { minInstances: 2 });
    const client = await connectMcp(sse);
    const { instanceId, sessionId } = await client.call('whoami');
    await emulator.control.instances.kill(instanceId);
    const answer = await fetch(`${url}/messages?sessionId=${sessionId}`, { method: 'POST', body: '{}' });
    expect([answer.status, await answer.json()]).toMatchObject([404, { Code: 'SessionNotFound' }]);
    expect(records.at(-1)).toMatchObject({ attempts: [] });
  });

  test('S11 a closed stream frees its slot', async () => {
    const { sse, records } = await startMcp('MCP_SSE', ONE_SLOT);
    const client = await connectMcp(sse);
    await client.close();
    // A closed client may still read: after a second of silence it is taken for gone (D8).
    await expect.poll(() => records.filter(({ target }) => target === '/sse').length, SOON).toBe(1);
    expect((await (await connectMcp(sse)).call('count')).calls).toBe(1);
  });

  test('S07 the stream ends at the function’s timeout', async () => {
    const { sse, url, records } = await startMcp('MCP_SSE', { timeout: 2 });
    const client = await connectMcp(sse);
    const { sessionId } = await client.call('whoami');
    await expect
      .poll(() => records.find(({ target }) => target === '/sse')?.outcome, { timeout: 10_000 })
      .toBe('broken');
    const answer = await fetch(`${url}/messages?sessionId=${sessionId}`, { method: 'POST', body: '{}' });
    expect(answer.status).toBe(404);
  });
});
