import http from 'node:http';
import { connect } from 'node:net';
import { expect, onTestFinished, test, vi } from 'vitest';
import { MovableClock } from '../../src/model/clock.js';
import { FcError } from '../../src/model/errors.js';
import { startGateway, startUpstream } from '../support/gateway-fixture.js';
import { exchangeBytes, parseReply, request } from '../support/raw-client.js';

async function startRefusing(error: unknown) {
  let asked = 0;
  const upstream = await startUpstream((_, response) => {
    asked += 1;
    response.end();
  });
  const gateway = await startGateway(upstream, { admission: () => ({ admit: () => Promise.reject(error) }) });
  return { ...gateway, asked: () => asked };
}

test('a refusal of the scheduler reaches the client as FC words it, with Retry-After, and the connection serves on (G04)', async () => {
  const { port, asked, recorded } = await startRefusing(
    new FcError('ResourceExhausted', 'concurrency limit exceeded', { retryAfterInSeconds: 1 }),
  );

  const text = await exchangeBytes(
    port,
    'POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\nabcGET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n',
  );

  const reply = parseReply(text);
  expect(reply?.status).toBe(429);
  expect(reply?.get('Retry-After')).toBe('1');
  expect(reply?.get('Content-Type')).toBe('application/json');
  expect(text).toContain(
    `{"RequestId":"${reply?.get('X-Fc-Request-Id')}","Code":"ResourceExhausted","Message":"concurrency limit exceeded"}`,
  );
  expect(text.match(/HTTP\/1\.1 429/g)).toHaveLength(2);
  expect(asked()).toBe(0);
  expect(
    (await recorded(2)).map(({ outcome, status, attempts, decision }) => [
      outcome,
      status,
      attempts,
      decision,
    ]),
  ).toEqual([
    ['refused', 429, [], undefined],
    ['refused', 429, [], undefined],
  ]);
});

test('the body of a refused request may go on for 10 s; then its connection is closed (T17)', async () => {
  const clock = new MovableClock({ frozen: true });
  const upstream = await startUpstream((_, response) => void response.end());
  const admit = () => Promise.reject(new FcError('ResourceExhausted', 'concurrency limit exceeded'));
  const { port } = await startGateway(upstream, { clock, admission: () => ({ admit }) });
  const client = connect(port, '127.0.0.1').on('error', () => {});
  onTestFinished(() => void client.destroy());
  client.write('POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\nabc');
  await new Promise((resolve) => client.once('data', resolve));
  client.resume();

  await clock.advance(9999);
  await new Promise((resolve) => client.write('d', resolve));
  expect(client.closed).toBe(false);
  await clock.advance(1);

  await vi.waitFor(() => expect(client.closed).toBe(true), { timeout: 5000, interval: 5 });
});

test('an error that is nobody’s refusal tells the client nothing but its code (T28)', async () => {
  const { port } = await startRefusing(new TypeError('cannot read /home/me/secret at 127.0.0.1:4711'));

  const reply = await request(port, 'GET / HTTP/1.1\nHost: localhost');

  expect(reply.status).toBe(500);
  expect(JSON.parse(reply.rest)).toMatchObject({
    Code: 'InternalServerError',
    Message: 'an internal error has occurred. Please retry.',
  });
  expect(reply.text).not.toMatch(/secret|4711|\.ts|\bat /);
});

test('an identity that breaks the grammar is refused before anything starts (T9)', async () => {
  const upstream = await startUpstream((_, response) => void response.end());
  const { port, admission } = await startGateway(upstream, {
    sessionAffinity: 'HEADER_FIELD',
    sessionAffinityConfig: { affinityHeaderFieldName: 'my-session' },
  });

  for (const id of ['-a', 'a b', 'a;b', 'a,b', 'a%0d%0aX: y', 'x'.repeat(65), '\x7f', '\xe9', '../x']) {
    const reply = await request(port, `GET / HTTP/1.1\nHost: localhost\nMy-Session: ${id}`);
    expect(reply.status, id).toBe(400);
    expect(reply.headers.map(([name]) => name)).not.toContain('X');
  }
  expect(admission.assignments).toEqual([]);
});

test('a strategy that fails at the reply is an internal error, and the session is not answered', async () => {
  const upstream = await startUpstream((_, response) => void response.end());
  const { port, admission } = await startGateway(upstream, {
    affinity: {
      type: 'NONE',
      identify: () => ({ kind: 'none' }),
      onResponse() {
        throw new FcError('InternalServerError', 'an internal error has occurred. Please retry.');
      },
    },
  });

  expect((await request(port, 'GET / HTTP/1.1\nHost: localhost')).status).toBe(500);
  expect(admission.assignments[0]?.left).toEqual([{ answered: false }]);
});

test('what a strategy announces reaches the instance', async () => {
  let seen: unknown;
  const upstream = await startUpstream((incoming, response) => {
    seen = incoming.headers['my-session'];
    response.end();
  });
  const { port } = await startGateway(upstream, {
    sessionAffinity: 'HEADER_FIELD',
    sessionAffinityConfig: { affinityHeaderFieldName: 'my-session' },
  });

  const reply = await request(port, 'GET / HTTP/1.1\nHost: localhost');

  expect(seen).toMatch(/^[0-9a-f-]{36}$/);
  expect(reply.get('my-session')).toBe(seen);
});

test('drain lets what is under way finish, says so to its clients, and takes nothing new (F-08)', async () => {
  let answer = (): void => {};
  let arrived = (): void => {};
  const arrival = new Promise<void>((resolve) => {
    arrived = resolve;
  });
  const upstream = await startUpstream((_, response) => {
    answer = () => void response.end('late');
    arrived();
  });
  const { gateway, port } = await startGateway(upstream);
  const agent = new http.Agent({ keepAlive: true });
  const reply = new Promise<string>((resolve, reject) => {
    http
      .get({ port, host: '127.0.0.1', agent }, (response) => {
        let text = String(response.headers.connection);
        response.on('data', (chunk) => {
          text += chunk;
        });
        response.on('end', () => resolve(text));
      })
      .on('error', reject);
  });
  await arrival;

  let isDrained = false;
  const drained = gateway.drain().then(() => {
    isDrained = true;
  });
  await expect(request(port, 'GET / HTTP/1.1\nHost: localhost')).rejects.toThrow('no reply');
  expect(isDrained).toBe(false);
  answer();

  expect(await reply).toBe('closelate');
  await drained;
  expect(gateway.inFlight).toBe(0);
  agent.destroy();
});

test('drain of an idle gateway ends at once, closing its idle connections', async () => {
  const upstream = await startUpstream((_, response) => void response.end());
  const { gateway, port } = await startGateway(upstream);
  const ended = exchangeBytes(port, 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
  while (upstream.sockets.size === 0 || gateway.inFlight > 0)
    await new Promise((resolve) => setImmediate(resolve));

  await gateway.drain();

  expect(await ended).toContain('200 OK');
});

test('closeNow destroys everything, streams and upgrades too, and each request is recorded', async () => {
  const upstream = await startUpstream((_, response) => void response.write('x'));
  upstream.server.on('upgrade', (_, socket) => {
    socket.on('error', () => {});
    socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
  });
  const { gateway, port, recorded, admission } = await startGateway(upstream);
  const stream = exchangeBytes(port, 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
  const tunnel = exchangeBytes(
    port,
    'GET / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\r\n',
  );
  while (upstream.sockets.size < 2) await new Promise((resolve) => setImmediate(resolve));
  await new Promise((resolve) => setImmediate(resolve));

  gateway.closeNow();
  await Promise.all([stream, tunnel]);

  expect(await recorded(2)).toHaveLength(2);
  expect(admission.staying).toBe(0);
  while (upstream.sockets.size > 0) await new Promise((resolve) => setImmediate(resolve));
});
