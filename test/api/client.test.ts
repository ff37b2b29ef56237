import { once } from 'node:events';
import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { type ApiClient, createApiClient } from '../../src/api/create-api-client.js';
import { MovableClock } from '../../src/model/clock.js';
import { FcError, UnreachableError } from '../../src/model/errors.js';
import type { LogLine } from '../../src/model/instance.js';
import { type ServedApi, serveApi } from '../support/serve-api.js';

let api: ServedApi;
let client: ApiClient;

beforeEach(async () => {
  api = await serveApi();
  client = createApiClient({ endpoint: `http://${api.host}` });
  return () => api.stop();
});

const header = { functionName: 'header' };
const failureOf = async (call: Promise<unknown>): Promise<unknown> => {
  try {
    await call;
  } catch (error) {
    return error;
  }
  throw new Error('the call was expected to fail');
};

/** Something that listens and is no control plane. */
async function listen(answer: RequestListener): Promise<string> {
  const server = createHttpServer(answer);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe('every method of the ControlPlane says over HTTP what the served one says', () => {
  test('sessions: create, get, list, update, delete', async () => {
    const created = await client.sessions.create(header, {
      sessionId: 'mine',
      sessionTTLInSeconds: 600,
      nasConfig: { userId: 1, mountPoints: [{ mountDir: '/m' }] },
    });
    const ref = { ...header, sessionId: 'mine' };
    expect(created).toEqual(await api.control.sessions.get(ref));
    expect(await client.sessions.get(ref)).toEqual(created);
    expect(await client.sessions.list(header)).toEqual({ sessions: [created] });
    const updated = await client.sessions.update(ref, { disableSessionIdReuse: true });
    expect(updated).toEqual({ ...created, disableSessionIdReuse: true });
    expect(await client.sessions.delete(ref)).toBeUndefined();
    expect(await failureOf(client.sessions.get(ref))).toMatchObject({ code: 'SessionNotFound', status: 404 });
  });

  test('sessions: the qualifier goes along everywhere', async () => {
    const prod = { functionName: 'isolated', qualifier: 'prod' };
    const ref = { ...prod, sessionId: 's' };
    expect((await client.sessions.create(prod, { sessionId: 's' })).qualifier).toBe('prod');
    expect((await client.sessions.get(ref)).qualifier).toBe('prod');
    expect((await client.sessions.update(ref, {})).qualifier).toBe('prod');
    expect((await client.sessions.list(prod)).sessions).toHaveLength(1);
    expect((await client.sessions.list({ functionName: 'isolated' })).sessions).toHaveLength(0);
    expect((await client.sessions.pause(ref)).sessionStatus).toBe('Paused');
    expect((await client.sessions.resume(ref, { fileSystemOnly: true })).sessionStatus).toBe('Active');
    await client.sessions.pause(ref);
    await client.sessions.resume(ref);
    expect(api.control.changes.filter((change) => change.startsWith('resume'))).toEqual([
      'resume true',
      'resume false',
    ]);
    await client.sessions.delete(ref);
    expect((await client.sessions.list(prod)).sessions).toHaveLength(0);
  });

  test('sessions: pages and filters', async () => {
    for (const sessionId of ['a', 'b', 'c']) await client.sessions.create(header, { sessionId });
    const first = await client.sessions.list({ ...header, limit: 2 });
    expect(first.sessions.map((s) => s.sessionId)).toEqual(['a', 'b']);
    const second = await client.sessions.list({ ...header, limit: 2, nextToken: first.nextToken });
    expect([second.sessions.map((s) => s.sessionId), second.nextToken]).toEqual([['c'], undefined]);
    const one = await client.sessions.list({ ...header, sessionId: 'b', sessionStatus: 'Active' });
    expect(one.sessions).toHaveLength(1);
  });

  test('functions', async () => {
    expect(await client.functions.list()).toEqual(api.control.served);
    expect(await client.functions.get({ functionName: 'sse' })).toEqual(api.control.served[3]);
    expect(await failureOf(client.functions.get({ functionName: 'sse', qualifier: 'x' }))).toMatchObject({
      code: 'AliasNotFound',
    });
  });

  test('instances: list, kill, logs', async () => {
    const { containerId } = await client.sessions.create(header, {});
    expect(await client.instances.list()).toEqual(await api.control.instances.list());
    expect(await client.instances.list({ functionName: 'cookie' })).toEqual([]);
    expect(await client.instances.list({ functionName: 'header', qualifier: 'LATEST' })).toHaveLength(1);
    api.control.print(containerId, 'hello');
    expect(await client.instances.logs(containerId)).toMatchObject([{ text: 'hello', source: 'stdout' }]);
    expect(await client.instances.kill(containerId)).toBeUndefined();
    expect(await failureOf(client.instances.kill(containerId))).toMatchObject({ code: 'InstanceNotFound' });
  });

  test('requests, clock, health', async () => {
    const record = api.control.record('1-a');
    expect(await client.requests.list()).toEqual([record]);
    expect(await client.requests.get('1-a')).toEqual(record);
    expect(await failureOf(client.requests.get('1-b'))).toMatchObject({ code: 'RequestNotFound' });
    expect(await client.clock.show()).toEqual(await api.control.clock.show());
    expect((await client.clock.advance(1500)).offsetMs).toBe(1500);
    expect(client.toldTime()).toBe(Math.floor(api.control.clockMoved.now() / 1000) * 1000);
    expect((await client.clock.resume()).frozen).toBe(false);
    expect((await client.clock.freeze()).frozen).toBe(true);
    expect(await client.health()).toEqual({ status: 'ok', version: '0.1.0', pid: 4711 });
    api.control.stopping = true;
    expect((await client.health()).status).toBe('stopping');
  });
});

describe('following logs', () => {
  test('gives each line and ends with the instance', async () => {
    const { containerId } = await client.sessions.create(header, {});
    api.control.print(containerId, 'one');
    const seen: string[] = [];
    for await (const { text } of client.instances.followLogs(containerId, new AbortController().signal)) {
      seen.push(text);
      api.control.print(containerId, seen.length < 3 ? `line ${seen.length} ü€😀` : undefined);
    }
    expect(seen).toEqual(['one', 'line 1 ü€😀', 'line 2 ü€😀']);
  });

  test('ends quietly when aborted, before, during and between lines', async () => {
    const { containerId } = await client.sessions.create(header, {});
    const stop = new AbortController();
    const followed = client.instances.followLogs(containerId, stop.signal)[Symbol.asyncIterator]();
    api.control.print(containerId, 'one');
    expect((await followed.next()).value.text).toBe('one');
    const next = followed.next();
    stop.abort();
    expect(await next).toMatchObject({ done: true });
    expect(await all(client.instances.followLogs(containerId, AbortSignal.abort()))).toEqual([]);
    await expect.poll(() => api.control.followers(containerId)).toBe(0);
  });

  test('leaving the loop ends it on the server too', async () => {
    const { containerId } = await client.sessions.create(header, {});
    api.control.print(containerId, 'one');
    for await (const _ of client.instances.followLogs(containerId, new AbortController().signal)) break;
    await expect.poll(() => api.control.followers(containerId)).toBe(0);
  });

  test('joins a line that came in pieces', async () => {
    const line = Buffer.from('{"at":1,"source":"stdout","text":"€"}\n{"at":2,');
    const endpoint = await listen((_, response) => {
      response.writeHead(200, { 'x-fc-request-id': '1-a' });
      // Within the three bytes of one character, then at the end of the next line.
      response.write(line.subarray(0, line.indexOf('€') + 1), () => {
        setImmediate(() => {
          response.write(line.subarray(line.indexOf('€') + 1), () => {
            setImmediate(() => response.end('"source":"stderr","text":"b"}\n'));
          });
        });
      });
    });
    const signal = new AbortController().signal;
    expect(await all(createApiClient({ endpoint }).instances.followLogs('c', signal))).toEqual([
      { at: 1, source: 'stdout', text: '€' },
      { at: 2, source: 'stderr', text: 'b' },
    ]);
  });

  test('of an unknown instance is InstanceNotFound', async () => {
    const signal = new AbortController().signal;
    expect(await failureOf(all(client.instances.followLogs('c-x', signal)))).toMatchObject({
      code: 'InstanceNotFound',
    });
  });

  test('says when the emulator went away in the middle', async () => {
    const { containerId } = await client.sessions.create(header, {});
    api.control.print(containerId, 'one');
    const lines = client.instances.followLogs(containerId, new AbortController().signal);
    const followed = lines[Symbol.asyncIterator]();
    await followed.next();
    const next = failureOf(followed.next());
    await api.stop();
    api.stop = async () => {};
    expect(await next).toBeInstanceOf(UnreachableError);
  });

  async function all(lines: AsyncIterable<LogLine>): Promise<LogLine[]> {
    const seen: LogLine[] = [];
    for await (const line of lines) seen.push(line);
    return seen;
  }
});

describe('errors', () => {
  test('come back as they were thrown, with request ID and Retry-After', async () => {
    const thrown = new FcError('ResourceExhausted', 'full', { retryAfterInSeconds: 3 });
    api.control.failure = thrown;
    const error = await failureOf(client.sessions.create(header, {}));
    expect(error).toBeInstanceOf(FcError);
    expect(error).toMatchObject({
      code: 'ResourceExhausted',
      status: 429,
      message: 'full',
      retryAfterInSeconds: 3,
      requestId: expect.stringMatching(/^1-/),
    });
  });

  test('of an unknown code are InternalServerError with the message and the status', async () => {
    const endpoint = await listen((_, response) => {
      response.writeHead(418, { 'x-fc-request-id': '1-a' });
      response.end('{"RequestId":"1-a","Code":"Teapot","Message":"short and stout"}');
    });
    expect(await failureOf(createApiClient({ endpoint }).clock.show())).toMatchObject({
      code: 'InternalServerError',
      message: 'short and stout',
      status: 418,
    });
  });

  test('nothing listening is Unreachable, names the address and a way out', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const endpoint = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    server.close();
    await once(server, 'close');
    const error = await failureOf(createApiClient({ endpoint }).health());
    expect(error).toBeInstanceOf(UnreachableError);
    expect(error).toMatchObject({
      message: `nothing listens at http://${endpoint}`,
      fix: 'start it with fc-affinity serve, or name it with --endpoint',
    });
  });

  test.each<[string, RequestListener]>([
    ['a page', (_, response) => response.end('<html>')],
    ['JSON of another kind', (_, response) => response.end('{"ok":true}')],
    ['a function', (_, response) => response.setHeader('X-Fc-Request-Id', '1-a').end('Hello, World!')],
    [
      'a function that says JSON',
      (_, response) => response.setHeader('X-Fc-Request-Id', '1-a').end('{"a":1}'),
    ],
    ['an error of another kind', (_, response) => response.writeHead(404).end('{"error":"not found"}')],
    [
      'an error in the same words',
      (_, response) => response.writeHead(404).end('{"Code":"a","Message":"b"}'),
    ],
    ['nothing', (_, response) => response.writeHead(204).end()],
  ])('%s is no control API', async (_, answer) => {
    const other = createApiClient({ endpoint: await listen(answer) });
    for (const call of [() => other.sessions.list(header), () => other.clock.show()]) {
      const error = await failureOf(call());
      expect(error).toBeInstanceOf(UnreachableError);
      expect(String(error)).toContain('does not look like a fc-affinity control API');
    }
  });

  test('what speaks no HTTP is no control API, what hangs up is Unreachable', async () => {
    for (const [bytes, message] of [
      ['SSH-2.0-OpenSSH\r\n', 'does not look like'],
      ['', 'closed the connection'],
    ] as const) {
      const server = createServer((socket) => socket.end(bytes)).listen(0, '127.0.0.1');
      onTestFinished(() => void server.close());
      await once(server, 'listening');
      const endpoint = `127.0.0.1:${(server.address() as AddressInfo).port}`;
      const error = await failureOf(createApiClient({ endpoint }).health());
      expect(error).toBeInstanceOf(UnreachableError);
      expect(String(error)).toContain(message);
    }
  });

  test('a question waits so long and no longer; a creation waits as long as it takes', async () => {
    const clock = new MovableClock({ frozen: true });
    let arrived = (): void => {};
    const endpoint = await listen(() => arrived());
    const stop = new AbortController();
    const slow = createApiClient({ endpoint, timeoutMs: 5000, clock, signal: stop.signal });
    const arrival = () => new Promise<void>((resolve) => (arrived = resolve));

    let here = arrival();
    const asked = failureOf(slow.clock.show());
    await here;
    await clock.advance(5000);
    expect(String(await asked)).toContain(`http://${endpoint} did not answer within 5 s`);

    here = arrival();
    const created = failureOf(slow.sessions.create(header, {}));
    await here;
    await clock.advance(3_600_000);
    stop.abort(new Error('the user left'));
    expect(await created).toMatchObject({ message: 'the user left' });
  });

  test('an empty name or ID is refused before anything is sent', async () => {
    const error = await failureOf(client.sessions.get({ ...header, sessionId: '' }));
    expect(error).toMatchObject({ code: 'InvalidArgument' });
  });
});

describe('the endpoint', () => {
  test('may leave out the scheme or be a URL', async () => {
    for (const endpoint of [
      api.host,
      `http://${api.host}/`,
      new URL(`http://${api.host}`),
      `localhost:${api.port}`,
    ])
      expect((await createApiClient({ endpoint }).health()).status).toBe('ok');
  });

  test.each(['ftp://127.0.0.1:9001', 'ftp://x', 'http://', 'a b', 'x:99999', ''])(
    '%s is none',
    (endpoint) => {
      expect(() => createApiClient({ endpoint })).toThrow(
        expect.objectContaining({ code: 'InvalidArgument' }),
      );
    },
  );

  test('A27: names and IDs are percent-encoded on the way', async () => {
    const odd = 'a/b?c#d%e ü..';
    expect(await failureOf(client.sessions.get({ ...header, sessionId: odd }))).toMatchObject({
      message: `session '${odd}' does not exist`,
    });
    expect(await failureOf(client.sessions.get({ functionName: '..', sessionId: '..' }))).toMatchObject({
      message: "function '..' does not exist",
    });
    expect(await failureOf(client.sessions.list({ ...header, qualifier: 'a&b=c' }))).toMatchObject({
      message: "alias 'a&b=c' does not exist",
    });
  });
});

test('nothing stays open after an answer, an error or a followed log', async () => {
  const { containerId } = await client.sessions.create(header, {});
  api.control.print(containerId, 'one');
  for await (const _ of client.instances.followLogs(containerId, new AbortController().signal)) break;
  await failureOf(client.requests.get('1-x'));
  await client.health();
  await expect.poll(() => api.connections()).toBe(0);
});
