import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { beforeEach, describe, expect, test } from 'vitest';
import { rawRequest } from '../support/raw-request.js';
import { type ServedApi, serveApi } from '../support/serve-api.js';

const OWN = '/_emulator/v1';
let api: ServedApi;

beforeEach(async () => {
  api = await serveApi();
  return () => api.stop();
});

const ask = async (method: string, path: string, body?: object) => {
  const headers: Record<string, string> = body === undefined ? {} : { 'content-type': 'application/json' };
  const options = { method, path: `${OWN}${path}`, headers, body: body && JSON.stringify(body) };
  const reply = await rawRequest(api.port, options);
  return { status: reply.status, body: reply.text === '' ? undefined : JSON.parse(reply.text) };
};
const startInstance = async (): Promise<string> =>
  (await api.control.sessions.create({ functionName: 'header' }, { sessionId: 's' })).containerId;

/** Opens a stream and gives its chunks one at a time. */
async function stream(
  path: string,
  headers: Record<string, string> = {},
): Promise<{ response: IncomingMessage; next(): Promise<string> }> {
  const asked = request({
    host: '127.0.0.1',
    port: api.port,
    path: `${OWN}${path}`,
    headers,
    agent: false,
  }).end();
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  response.setEncoding('utf8');
  response.on('error', () => {});
  const chunks = response[Symbol.asyncIterator]();
  return { response, next: async () => String((await chunks.next()).value) };
}

describe('health, functions, instances', () => {
  test('health is 200, and 503 when the emulator is stopping', async () => {
    expect(await ask('GET', '/health')).toEqual({
      status: 200,
      body: { status: 'ok', version: '0.1.0', pid: 4711 },
    });
    api.control.stopping = true;
    expect(await ask('GET', '/health')).toMatchObject({ status: 503, body: { status: 'stopping' } });
  });

  test('functions are the API’s with their URL and whole configuration', async () => {
    const { body } = await ask('GET', '/functions');
    expect(body.functions).toHaveLength(6);
    expect(body.functions[0]).toMatchObject({
      functionName: 'cookie',
      url: 'http://127.0.0.1:9000',
      sessionAffinityConfig: expect.any(String),
      config: { functionName: 'cookie', maxInstances: 20 },
    });
    expect((await ask('GET', '/functions?functionName=sse')).body.functions).toHaveLength(1);
    expect((await ask('GET', '/functions?functionName=nobody')).status).toBe(404);
  });

  test('instances have the API’s fields and what the emulator knows', async () => {
    const instanceId = await startInstance();
    const one = {
      instanceId,
      functionName: 'header',
      versionId: '0',
      qualifier: 'LATEST',
      status: 'Running',
      createdTimeMs: expect.any(Number),
      resourceType: 'FC',
      pid: 4242,
      url: 'http://127.0.0.1:40000',
      sessions: 1,
      revision: 1,
      slots: 20,
      inFlight: 0,
    };
    expect(await ask('GET', '/instances')).toEqual({ status: 200, body: { instances: [one] } });
    expect((await ask('GET', '/instances?functionName=cookie')).body).toEqual({ instances: [] });
  });

  test('an instance is killed with 204; an unknown one is 404', async () => {
    const instanceId = await startInstance();
    expect(await ask('DELETE', `/instances/${instanceId}`)).toEqual({ status: 204, body: undefined });
    expect(await ask('DELETE', `/instances/${instanceId}`)).toMatchObject({
      status: 404,
      body: { Code: 'InstanceNotFound' },
    });
  });
});

describe('logs', () => {
  test('are a list, and followed they are one JSON a line until the instance ends', async () => {
    const instanceId = await startInstance();
    api.control.print(instanceId, 'one');
    const first = { at: expect.any(Number), source: 'stdout', text: 'one' };
    expect(await ask('GET', `/instances/${instanceId}/logs`)).toEqual({
      status: 200,
      body: { lines: [first] },
    });

    const { response, next } = await stream(`/instances/${instanceId}/logs?follow=true`);
    expect(response.headers['content-type']).toBe('application/x-ndjson');
    expect(response.headers['x-fc-request-id']).toBeDefined();
    expect(JSON.parse(await next())).toEqual(first);
    api.control.print(instanceId, 'zwei ü');
    const second = await next();
    expect(second.endsWith('\n')).toBe(true);
    expect(JSON.parse(second).text).toBe('zwei ü');
    api.control.print(instanceId, undefined);
    expect(await next()).toBe('undefined');
    expect(response.complete).toBe(true);
  });

  test('of an instance that is silent the head comes at once', async () => {
    const { response } = await stream(`/instances/${await startInstance()}/logs?follow=true`);
    expect(response.statusCode).toBe(200);
    response.destroy();
  });

  test('of an unknown instance are 404, followed or not; another value of follow is 400', async () => {
    expect((await ask('GET', '/instances/c-x/logs')).status).toBe(404);
    expect((await ask('GET', '/instances/c-x/logs?follow=true')).body.Code).toBe('InstanceNotFound');
    expect((await ask('GET', '/instances/c-x/logs?follow=yes')).status).toBe(400);
  });

  test('a reader that leaves ends the following of its log', async () => {
    const instanceId = await startInstance();
    const { response, next } = await stream(`/instances/${instanceId}/logs?follow=true`);
    api.control.print(instanceId, 'x');
    await next();
    expect(api.control.followers(instanceId)).toBe(1);
    response.destroy();
    await expect.poll(() => api.control.followers(instanceId)).toBe(0);
  });
});

describe('requests and events', () => {
  test('requests are listed and found by ID', async () => {
    const record = api.control.record('1-a');
    expect(await ask('GET', '/requests')).toEqual({ status: 200, body: { requests: [record] } });
    expect(await ask('GET', '/requests/1-a')).toEqual({ status: 200, body: record });
    expect(await ask('GET', '/requests/1-b')).toMatchObject({
      status: 404,
      body: { Code: 'RequestNotFound' },
    });
  });

  test('events are sent as they happen, server-sent, with their type and number', async () => {
    const { response, next } = await stream('/events?types=request');
    expect(response.headers['content-type']).toBe('text/event-stream');
    expect(await next()).toMatch(/^event: hello\ndata: \{.*\}\n\n$/);
    const record = api.control.record('1-a');
    const event = { seq: 1, at: record.at, type: 'request.end', record };
    expect(await next()).toBe(`id: run1-1\nevent: request.end\ndata: ${JSON.stringify(event)}\n\n`);
    api.control.record('1-b');
    expect(await next()).toContain('"requestId":"1-b"');
    response.destroy();
  });

  test.each(['sessions', 'request.', 'hello,nothing', ','])(
    'a type of events that there is not, %s, is refused with those that there are',
    async (types) => {
      const { status, body } = await ask('GET', `/events?types=${types}`);
      expect([status, body.Code]).toEqual([400, 'InvalidArgument']);
      expect(body.Message).toMatch(
        /^types.* must be types of events with commas between \(hello, snapshot, /,
      );
    },
  );

  test('HEAD of a stream ends', async () => {
    expect((await rawRequest(api.port, { method: 'HEAD', path: `${OWN}/events` })).status).toBe(200);
    expect(api.control.subscribers).toBe(0);
  });

  test('closeNow ends the streams and their subscriptions', async () => {
    const { response } = await stream('/events');
    const closed = new Promise<void>((resolve) => response.once('close', resolve));
    await expect.poll(() => api.control.subscribers).toBe(1);
    await api.stop();
    await closed;
    const subscribers = async (): Promise<number> => {
      await api.control.clockMoved.advance(60_000);
      return api.control.subscribers;
    };
    await expect.poll(subscribers).toBe(0);
    api.stop = async () => {};
  });
});

describe('the clock', () => {
  test('is shown, moved, frozen and let go', async () => {
    const start = { now: '2025-04-01T08:15:27.000Z', offsetMs: 0, frozen: true };
    expect(await ask('GET', '/clock')).toEqual({ status: 200, body: start });
    const later = { now: '2025-04-01T14:15:27.000Z', offsetMs: 21_600_000, frozen: true };
    expect(await ask('POST', '/clock/advance', { milliseconds: 21_600_000 })).toEqual({
      status: 200,
      body: later,
    });
    expect((await ask('POST', '/clock/resume')).body.frozen).toBe(false);
    expect((await ask('POST', '/clock/freeze')).body.frozen).toBe(true);
  });

  test.each([
    [{}, 'milliseconds must be an integer from 0 to 316224000000, got nothing'],
    [{ milliseconds: -1 }, 'milliseconds must be an integer from 0 to 316224000000, got "-1"'],
    [{ milliseconds: 0.5 }, 'milliseconds must be an integer from 0 to 316224000000, got "0.5"'],
    [{ milliseconds: '5' }, 'milliseconds must be an integer from 0 to 316224000000, got the string "5"'],
    [
      { milliseconds: 999999999999 },
      'milliseconds must be an integer from 0 to 316224000000, got "999999999999"',
    ],
    [undefined, 'milliseconds must be an integer from 0 to 316224000000, got nothing'],
  ])('an advance of %o is refused', async (body, message) => {
    const reply = await ask('POST', '/clock/advance', body);
    expect(reply).toMatchObject({ status: 400, body: { Code: 'InvalidArgument', Message: message } });
    expect(api.control.changes).toEqual([]);
  });
});
