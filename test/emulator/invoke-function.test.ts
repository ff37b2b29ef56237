import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { CreateSessionInput, CreateSessionRequest, sdkError } from '../support/fc-sdk.js';
import { startInvocable } from '../support/start-invocable.js';

const HEADER = {
  sessionAffinity: 'HEADER_FIELD',
  sessionAffinityConfig: { affinityHeaderFieldName: 'x-my-session', sessionConcurrencyPerInstance: 2 },
} as const;
const PATIENCE = { timeout: 15_000 };

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Sends back what it gets, and tells by `x-` lines of the reply what nobody should see. */
async function echo(request: IncomingMessage, response: ServerResponse): Promise<void> {
  // A client that leaves ends the body with an error.
  const body = await bodyOf(request).catch(() => Buffer.alloc(0));
  const headers = { 'content-type': 'text/html', 'x-mine': 'yes', 'set-cookie': 'mine=1' };
  response.writeHead(200, { ...headers, 'content-length': body.length });
  response.end(body);
}

/** Answers with the name of its instance. */
function instanceName(request: IncomingMessage, response: ServerResponse, instanceId: string): void {
  request.resume().on('end', () => response.end(instanceId));
}

/** A request by hand, for what the SDK does not send. */
function raw(api: string, head: readonly string[], path = '/2023-03-30/functions/hello/invocations') {
  const { port, host } = new URL(api);
  const socket = connect(Number(port), '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  let text = '';
  socket.setEncoding('latin1').on('data', (chunk) => {
    text += chunk;
  });
  socket.on('error', () => {});
  socket.write([`POST ${path} HTTP/1.1`, `Host: ${host}`, ...head, '', ''].join('\r\n'));
  return { socket, text: () => text };
}

describe('Sync', () => {
  test('binary bodies pass unchanged both ways, up to 32 MiB', async () => {
    const { invoke } = await startInvocable(echo);
    for (const size of [0, 1, 65_537, 32 * 1024 * 1024]) {
      const body = randomBytes(size);
      const reply = await invoke(body);
      expect([reply.status, reply.body.equals(body)]).toEqual([200, true]);
    }
  }, 60_000);

  test('G16: the instance receives POST /invoke of application/octet-stream, and the common headers', async () => {
    const seen: IncomingMessage[] = [];
    const { invoke } = await startInvocable((request, response) => {
      seen.push(request);
      request.resume().on('end', () => response.end());
    });
    await invoke('data', { headers: { 'x-other': 'not passed on' } });
    await invoke();
    expect(seen.map(({ method, url }) => `${method} ${url}`)).toEqual(['POST /invoke', 'POST /invoke']);
    expect(seen[0]?.headers).toMatchObject({
      'content-type': 'application/octet-stream',
      'x-fc-control-path': '/invoke',
      'x-fc-function-name': 'hello',
      'x-fc-request-id': expect.stringMatching(/^1-/),
    });
    expect(Object.keys(seen[0]?.headers ?? {})).not.toContain('x-other');
    expect(Object.keys(seen[0]?.headers ?? {}).filter((name) => name.startsWith('x-acs-'))).toEqual([]);
  });

  test('the reply has the headers of FC, and none of the handler', async () => {
    const { invoke, driver } = await startInvocable(echo);
    const { headers } = await invoke('data');
    expect(headers).toMatchObject({
      'content-type': 'application/octet-stream',
      'content-length': '4',
      'x-fc-request-id': expect.stringMatching(/^1-[0-9a-f]{8}-/),
      'x-fc-instance-id': driver.started[0]?.instanceId,
      'x-fc-invocation-duration': expect.stringMatching(/^\d+$/),
      'x-fc-invocation-service-version': 'LATEST',
      'x-fc-invocation-code-version': 'LATEST',
      'x-fc-code-checksum': '0',
      'x-fc-max-memory-usage': expect.stringMatching(/^\d+\.\d\d$/),
      'access-control-expose-headers':
        'Date,x-fc-request-id,x-fc-error-type,x-fc-code-checksum,x-fc-invocation-duration,x-fc-max-memory-usage,x-fc-log-result,x-fc-invocation-code-version',
    });
    expect(headers['x-acs-request-id']).toBe(headers['x-fc-request-id']);
    const names = Object.keys(headers);
    for (const name of ['x-mine', 'content-disposition', 'x-fc-error-type', 'x-fc-log-result'])
      expect(names).not.toContain(name);
    expect(headers['set-cookie']).toMatch(/^x-fc-cookie-session-id=[^;]+; Max-Age=21600$/);
  });

  test('the reply is passed on as it comes', async () => {
    let finish = (): void => {};
    const { emulator } = await startInvocable((request, response) => {
      request.resume();
      response.write('first');
      finish = () => response.end(' and last');
    });
    const { text } = raw(emulator.api, ['Content-Length: 0']);
    await expect.poll(text, PATIENCE).toContain('first');
    expect(text()).not.toContain('last');
    finish();
    await expect.poll(text, PATIENCE).toContain('last');
  });

  test.each([204, 304])('a %i of the handler is an empty result', async (status) => {
    const { invoke } = await startInvocable((request, response) => {
      request.resume();
      response.writeHead(status, status === 304 ? { 'content-length': '100' } : {});
      response.end();
    });
    const reply = await invoke('x');
    expect([reply.status, reply.body.length]).toEqual([200, 0]);
  });

  test.each([
    [404, {}, '404'],
    [500, {}, '500'],
    [302, { location: 'http://example.com/' }, '302'],
    [200, { 'x-fc-status': '404' }, '200 with x-fc-status 404'],
  ])('a handler’s own %i %j is 200 with X-Fc-Error-Type and its body', async (status, headers, told) => {
    const { invoke, records } = await startInvocable((request, response) => {
      request.resume();
      response.writeHead(status, headers);
      response.end('nope');
    });
    const reply = await invoke('x');
    expect([reply.status, String(reply.body)]).toEqual([200, 'nope']);
    expect(reply.headers).toMatchObject({
      'x-fc-error-type': 'HandledInvocationError',
      'x-fc-affinity-handler-status': told,
    });
    await expect.poll(() => records, PATIENCE).toMatchObject([{ status: 200, attempts: [{ status }] }]);
  });

  test('x-fc-status 200 is success', async () => {
    const { invoke } = await startInvocable((request, response) => {
      request.resume();
      response.writeHead(200, { 'x-fc-status': '200' }).end('fine');
    });
    expect(Object.keys((await invoke('x')).headers)).not.toContain('x-fc-error-type');
  });

  test('with keys the signature covers the body, which still passes unchanged', async () => {
    const keys = { accessKeyId: 'LTAI5tTest', accessKeySecret: 'a-secret' };
    const { invoke, emulator, driver } = await startInvocable(echo, {}, keys);
    const { text } = raw(emulator.api, ['Content-Length: 0']);
    await expect.poll(text, PATIENCE).toContain('MissingRequiredHeader');
    expect(driver.started).toEqual([]);
    for (const body of [randomBytes(0), randomBytes(3_000_000)])
      expect((await invoke(body)).body.equals(body)).toBe(true);
    expect((await invoke('work', { type: 'Async' })).status).toBe(202);
  });

  test('records and events tell of it as of a request of a trigger', async () => {
    const { invoke, records, events, emulator } = await startInvocable(echo);
    const { headers } = await invoke('x');
    await expect.poll(() => records.length, PATIENCE).toBe(1);
    await fetch(emulator.url);
    await expect.poll(() => records.length, PATIENCE).toBe(2);
    expect(records).toMatchObject([
      {
        requestId: headers['x-fc-request-id'],
        entrance: 'api',
        method: 'POST',
        target: '/invoke',
        outcome: 'completed',
        decision: { session: 'opened', placement: 'scaled-out' },
      },
      { entrance: 'trigger', method: 'GET', target: '/' },
    ]);
    const told = events.filter(({ type }) => type.startsWith('request.'));
    expect(told.map(({ type }) => type).slice(0, 3)).toEqual([
      'request.begin',
      'request.admitted',
      'request.end',
    ]);
    expect(told[0]).toMatchObject({ entrance: 'api', functionName: 'hello' });
  });
});

describe('affinity', () => {
  test('H14: the header in commonHeaders binds as the HTTP trigger with that header does', async () => {
    const { invoke, emulator } = await startInvocable(instanceName, HEADER);
    const invoked = async (id: string) =>
      String((await invoke('x', { headers: { 'X-My-Session': id } })).body);
    const called = async (id: string) =>
      (await fetch(emulator.url, { headers: { 'x-my-session': id } })).text();
    const [one, two, three] = [await invoked('a'), await called('b'), await invoked('c')];
    expect([two === one, three === one]).toEqual([true, false]);
    expect([await called('a'), await invoked('b'), await called('c')]).toEqual([one, one, three]);
  });

  test('without an ID the reply names the session, and the handler sees it too', async () => {
    const seen: unknown[] = [];
    const { invoke } = await startInvocable((request, response, instanceId) => {
      seen.push(request.headers['x-my-session']);
      instanceName(request, response, instanceId);
    }, HEADER);
    const first = await invoke('x');
    const sessionId = first.headers['x-my-session'] ?? '';
    expect(sessionId).toMatch(/^[0-9a-f-]{36}$/);
    const again = await invoke('x', { headers: { 'x-my-session': sessionId } });
    expect(String(again.body)).toBe(String(first.body));
    expect(Object.keys(again.headers)).not.toContain('x-my-session');
    expect(seen).toEqual([sessionId, sessionId]);
  });

  test('the session cookie in commonHeaders', async () => {
    const { invoke } = await startInvocable(instanceName, {
      sessionAffinityConfig: { sessionConcurrencyPerInstance: 1 },
    });
    const first = await invoke('x');
    const [cookie = ''] = (first.headers['set-cookie'] ?? '').split(';');
    const again = await invoke('x', { headers: { Cookie: cookie } });
    const other = await invoke('x');
    expect(String(again.body)).toBe(String(first.body));
    expect(Object.keys(again.headers)).not.toContain('set-cookie');
    expect(String(other.body)).not.toBe(String(first.body));
  });

  test('H14: a session made by CreateSession is used by InvokeFunction: 50 octet-stream invocations, one instance', async () => {
    const { invoke, sdk } = await startInvocable(instanceName, HEADER);
    await invoke('x', { headers: { 'x-my-session': 'other' } });
    const { body } = await sdk.createSession(
      'hello',
      new CreateSessionRequest({ body: new CreateSessionInput({ sessionId: 'mine' }) }),
    );
    const replies = await Promise.all(
      Array.from({ length: 50 }, () => invoke(randomBytes(100), { headers: { 'x-my-session': 'mine' } })),
    );
    expect(new Set(replies.map((reply) => String(reply.body)))).toEqual(new Set([body?.containerId]));
  });

  test.each(['-bad', 'a'.repeat(65)])(
    'an ID of a wrong form is refused as on the trigger: %s',
    async (id) => {
      const { invoke, driver, records } = await startInvocable(instanceName, HEADER);
      const error = await sdkError(invoke('x', { headers: { 'x-my-session': id } }));
      expect(error).toMatchObject({ code: 'InvalidArgument', statusCode: 400 });
      expect(driver.started).toEqual([]);
      await expect.poll(() => records, PATIENCE).toMatchObject([{ outcome: 'refused', entrance: 'api' }]);
    },
  );

  test.each(['MCP_SSE', 'MCP_STREAMABLE'] as const)(
    'S12: InvokeFunction on %s is refused',
    async (sessionAffinity) => {
      const { invoke, driver, records } = await startInvocable(instanceName, { sessionAffinity });
      const error = await sdkError(invoke('x'));
      expect(error).toMatchObject({ code: 'InvalidArgument', statusCode: 400 });
      expect(error.message).toContain(`function 'hello' has sessionAffinity ${sessionAffinity}`);
      expect(driver.started).toEqual([]);
      expect(records).toMatchObject([{ status: 400, entrance: 'api' }]);
    },
  );
});

describe('Tail', () => {
  test('x-fc-log-type: Tail returns what was printed since the request began, also behind the first byte of the reply', async () => {
    const started = await startInvocable(async (request, response) => {
      const log = started.driver.started[0]?.output;
      await bodyOf(request);
      log?.note('in the middle');
      response.write('a');
      await nextTurn();
      log?.note('at the end');
      response.end('b');
    });
    const { invoke } = started;
    await invoke('x', { log: 'None' });
    const reply = await invoke('x', { log: 'Tail' });
    expect(String(reply.body)).toBe('ab');
    const id = reply.headers['x-fc-request-id'];
    expect(Buffer.from(reply.headers['x-fc-log-result'] ?? '', 'base64').toString()).toBe(
      `FC Invoke Start RequestId: ${id}\nin the middle\nat the end\nFC Invoke End RequestId: ${id}\n`,
    );
  });

  test('it has at most 4 KB, the last ones, and cuts no character', async () => {
    const started = await startInvocable(async (request, response) => {
      const padding = String(await bodyOf(request));
      const log = started.driver.started[0]?.output;
      for (let line = 0; line < 300; line++) log?.note(`${line} ${'线'.repeat(10)}`);
      log?.note(padding);
      response.end();
    });
    // Each of the three bytes of a character would be the first one once.
    for (const padding of ['', 'x', 'xx']) {
      const { headers } = await started.invoke(padding, { log: 'Tail' });
      const bytes = Buffer.from(headers['x-fc-log-result'] ?? '', 'base64');
      expect(bytes.length).toBeLessThanOrEqual(4096);
      expect(bytes.length).toBeGreaterThan(4090);
      expect(bytes.toString()).not.toContain('\ufffd');
      expect(bytes.toString()).toContain('299 线');
    }
  });

  test('a large reply arrives whole, and a failure too', async () => {
    const { invoke } = await startInvocable(echo);
    const body = randomBytes(3_000_000);
    expect((await invoke(body, { log: 'Tail' })).body.equals(body)).toBe(true);
    const error = await sdkError(invoke('x', { log: 'Everything' }));
    expect(error).toMatchObject({ code: 'InvalidArgument', statusCode: 400 });
    expect(error.message).toContain('x-fc-log-type must be None or Tail, got "Everything"');
  });
});

describe('Async', () => {
  test('U51, G10: 202, an empty body and a task ID; it runs once, without a session', async () => {
    const bodies: string[] = [];
    const { invoke, emulator, records } = await startInvocable(async (request, response) => {
      bodies.push(String(await bodyOf(request)));
      response.writeHead(500).end('nobody reads this');
    });
    const reply = await invoke('work', { type: 'Async' });
    expect([reply.status, reply.body.length]).toEqual([202, 0]);
    expect(reply.headers['x-fc-async-task-id']).toBe(reply.headers['x-fc-request-id']);
    expect(Object.keys(reply.headers)).not.toContain('set-cookie');
    const named = await invoke('more', { type: 'Async', taskId: 'my_task-1' });
    expect(named.headers['x-fc-async-task-id']).toBe('my_task-1');
    await expect.poll(() => records.length, PATIENCE).toBe(2);
    expect(bodies).toEqual(['work', 'more']);
    expect(records[0]).toMatchObject({
      requestId: reply.headers['x-fc-request-id'],
      entrance: 'api',
      target: '/invoke',
      status: 500,
      decision: { session: 'none' },
    });
    expect(await emulator.control.sessions.list({ functionName: 'hello' })).toEqual({ sessions: [] });
  });

  test('U51: more than 128 KB, a malformed task ID and an unknown type are refused', async () => {
    const { invoke, driver } = await startInvocable(echo);
    const refused = async (body: Buffer | string, options: object) => {
      const { code, statusCode } = await sdkError(invoke(body, options));
      return [code, statusCode];
    };
    expect(await refused(Buffer.alloc(131_073), { type: 'Async' })).toEqual(['EntityTooLarge', 400]);
    expect(await refused('x', { type: 'Async', taskId: '1-bad' })).toEqual(['InvalidArgument', 400]);
    expect(await refused('x', { type: 'Task' })).toEqual(['InvalidArgument', 400]);
    expect(driver.started).toEqual([]);
    expect((await invoke(Buffer.alloc(131_072), { type: 'Async' })).status).toBe(202);
  });

  test('U51: the task ID is told on triggers too', async () => {
    const { emulator } = await startInvocable(echo);
    const call = (headers: Record<string, string>) =>
      fetch(emulator.url, { method: 'POST', headers: { 'x-fc-invocation-type': 'Async', ...headers } });
    expect((await call({ 'x-fc-async-task-id': 'a1' })).headers.get('x-fc-async-task-id')).toBe('a1');
    expect((await call({ 'x-fc-async-task-id': '-a1' })).status).toBe(400);
  });
});

describe('the platform’s errors, in the form of FC', () => {
  test('A23: an unknown function, version and alias', async () => {
    const { invoke } = await startInvocable(echo);
    const refused = async (options: object) => {
      const { code, statusCode } = await sdkError(invoke('x', options));
      return [code, statusCode];
    };
    expect(await refused({ functionName: 'nope' })).toEqual(['FunctionNotFound', 404]);
    expect(await refused({ qualifier: '7' })).toEqual(['VersionNotFound', 404]);
    expect(await refused({ qualifier: 'prod' })).toEqual(['AliasNotFound', 404]);
  });

  test('an instance that dies, and one that takes too long', async () => {
    const dies = await startInvocable((request) => request.socket.destroy());
    expect(await sdkError(dies.invoke('x'))).toMatchObject({ code: 'ProcessExited', statusCode: 502 });
    const late = await startInvocable((request) => void request.resume(), { timeout: 1 });
    const error = await sdkError(late.invoke('x', { log: 'Tail' }));
    expect(error).toMatchObject({ code: 'FunctionTimeout', statusCode: 504 });
    expect(error.requestId).toMatch(/^1-/);
  });

  test('a body over 32 MiB: its length told or not', async () => {
    const { invoke, emulator } = await startInvocable(echo);
    const error = await sdkError(invoke(Buffer.alloc(32 * 1024 * 1024 + 1)));
    expect(error).toMatchObject({ code: 'EntityTooLarge', statusCode: 400 });
    const { text } = raw(emulator.api, [`Content-Length: ${32 * 1024 * 1024 + 1}`]);
    await expect.poll(text, PATIENCE).toContain('EntityTooLarge');
  }, 60_000);

  test('a transfer coding besides chunked', async () => {
    const { emulator, driver } = await startInvocable(echo);
    const { text } = raw(emulator.api, ['Transfer-Encoding: gzip, chunked']);
    await expect.poll(text, PATIENCE).toMatch(/^HTTP\/1\.1 400 /);
    expect(driver.started).toEqual([]);
  });
});

describe('every accepted invocation ends', () => {
  test('a client that leaves: the instance’s request is closed, and the load is given back', async () => {
    let closed = 0;
    const { emulator, records } = await startInvocable((request, response) => {
      request.resume();
      response.write('begun');
      response.on('close', () => closed++);
    });
    const { socket, text } = raw(emulator.api, ['Content-Length: 0']);
    await expect.poll(text, PATIENCE).toContain('begun');
    socket.resetAndDestroy();
    await expect.poll(() => closed, PATIENCE).toBe(1);
    await expect.poll(() => records, PATIENCE).toMatchObject([{ outcome: 'client-closed', status: 499 }]);
    expect(await emulator.control.instances.list()).toMatchObject([{ inFlight: 0 }]);
  });

  test('a client that leaves in the middle of its body', async () => {
    const { emulator, records } = await startInvocable(echo);
    const { socket } = raw(emulator.api, ['Content-Length: 100']);
    socket.write('half');
    await expect.poll(async () => (await emulator.control.instances.list())[0]?.inFlight, PATIENCE).toBe(1);
    socket.resetAndDestroy();
    await expect.poll(() => records, PATIENCE).toMatchObject([{ outcome: 'client-closed' }]);
    expect(await emulator.control.instances.list()).toMatchObject([{ inFlight: 0 }]);
  });

  test('an instance that breaks off its reply: the client’s connection is reset', async () => {
    const { invoke, records } = await startInvocable((request, response) => {
      request.resume();
      response.writeHead(200, { 'content-length': '10' });
      response.write('half');
      setImmediate(() => response.destroy());
    });
    await expect(invoke('x')).rejects.toThrow();
    await expect.poll(() => records, PATIENCE).toMatchObject([{ outcome: 'broken' }]);
  });

  test('an answer that comes before the whole body, and the connection serves on', async () => {
    const { emulator, records } = await startInvocable((_request, response) => {
      response.writeHead(403).end('enough');
    });
    const { socket, text } = raw(emulator.api, ['Content-Length: 200000']);
    socket.write('x'.repeat(1000));
    await expect.poll(text, PATIENCE).toContain('enough');
    expect(text()).toContain('X-Fc-Affinity-Handler-Status: 403');
    socket.write('x'.repeat(199_000));
    socket.write(`GET /_emulator/v1/health HTTP/1.1\r\nHost: localhost\r\n\r\n`);
    await expect.poll(text, PATIENCE).toContain('"status":"ok"');
    await expect.poll(() => records.length, PATIENCE).toBe(1);
    expect(await emulator.control.instances.list()).toMatchObject([{ inFlight: 0 }]);
  });

  test('a client that leaves after an early answer, in the middle of its body', async () => {
    const { emulator, records, driver } = await startInvocable((request, response) => {
      request.resume();
      // Otherwise the instance closes the connection after five seconds.
      Object.assign(driver.started[0]?.server ?? {}, { keepAliveTimeout: 0 });
      response.writeHead(403).end('enough');
    });
    const { socket, text } = raw(emulator.api, ['Content-Length: 200000']);
    socket.write('x'.repeat(1000));
    await expect.poll(text, PATIENCE).toContain('enough');
    expect(await emulator.control.instances.list()).toMatchObject([{ inFlight: 1 }]);
    socket.resetAndDestroy();
    await expect.poll(() => records.length, PATIENCE).toBe(1);
    expect(await emulator.control.instances.list()).toMatchObject([{ inFlight: 0 }]);
  });

  test('a body that is refused half-read is read to its end, and the connection serves on', async () => {
    const { emulator } = await startInvocable(echo);
    const head = ['X-Fc-Invocation-Type: Async', 'Transfer-Encoding: chunked'];
    const { socket, text } = raw(emulator.api, head);
    socket.write(`20001\r\n${'x'.repeat(0x20001)}\r\n`);
    await expect.poll(text, PATIENCE).toContain('EntityTooLarge');
    const chunk = `10000\r\n${'x'.repeat(0x10000)}\r\n`;
    socket.write(`${chunk.repeat(40)}0\r\n\r\nGET /_emulator/v1/health HTTP/1.1\r\nHost: localhost\r\n\r\n`);
    await expect.poll(text, PATIENCE).toContain('"status":"ok"');
  });

  test('stop waits for an invocation, and refuses a new one', async () => {
    let finish = (): void => {};
    const { emulator, invoke, records } = await startInvocable((request, response) => {
      request.resume();
      finish = () => response.end('done');
    });
    const pending = invoke('x');
    await expect.poll(async () => (await emulator.control.instances.list())[0]?.inFlight, PATIENCE).toBe(1);
    const stopped = emulator.stop();
    expect(await sdkError(invoke('x'))).toMatchObject({ code: 'ServiceUnavailable', statusCode: 503 });
    finish();
    expect(String((await pending).body)).toBe('done');
    expect(await stopped).toEqual({ forced: false });
    expect(records).toMatchObject([{ outcome: 'completed' }]);
  });

  test('stopNow ends it, told as stopped; remove waits for those of its function', async () => {
    const one = await startInvocable((request) => void request.resume());
    const cut = one.invoke('x').catch((error: unknown) => error);
    await expect
      .poll(async () => (await one.emulator.control.instances.list())[0]?.inFlight, PATIENCE)
      .toBe(1);
    await one.emulator.stopNow();
    expect(await cut).toBeInstanceOf(Error);
    await expect.poll(() => one.records, PATIENCE).toMatchObject([{ outcome: 'stopped' }]);

    let finish = (): void => {};
    const other = await startInvocable((request, response) => {
      request.resume();
      finish = () => response.end('done');
    });
    const pending = other.invoke('x');
    await expect
      .poll(async () => (await other.emulator.control.instances.list())[0]?.inFlight, PATIENCE)
      .toBe(1);
    const removed = other.emulator.remove('hello');
    expect(await sdkError(other.invoke('x'))).toMatchObject({ code: 'FunctionNotFound' });
    finish();
    expect(String((await pending).body)).toBe('done');
    await removed;
  });

  test('a keep-alive connection serves invocations one after another, pipelined too', async () => {
    const { emulator } = await startInvocable(echo);
    const { host, port } = new URL(emulator.api);
    const socket = connect(Number(port), '127.0.0.1');
    onTestFinished(() => void socket.destroy());
    let text = '';
    socket.setEncoding('latin1').on('data', (chunk) => {
      text += chunk;
    });
    await once(socket, 'connect');
    const one = (body: string) =>
      `POST /2023-03-30/functions/hello/invocations HTTP/1.1\r\nHost: ${host}\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
    socket.write(one('first') + one('second') + one('third'));
    await expect.poll(() => text, PATIENCE).toMatch(/first[\s\S]*second[\s\S]*third/);
  });
});
