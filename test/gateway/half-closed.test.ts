import { spawn } from 'node:child_process';
import type { ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { Listener } from '../../src/gateway/listener.js';
import { MovableClock } from '../../src/model/clock.js';
import { startGateway, startUpstream } from '../support/gateway-fixture.js';
import { exchangeBytes } from '../support/raw-client.js';
import { startTreating } from '../support/treating-upstream.js';

const GET = 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n';
const WAITING = { timeout: 5000, interval: 5 };

describe('D8: a client that ends its writing side is not a client that has left', () => {
  it.each([
    ['of known length', { 'Content-Length': 10 }],
    ['in chunks', {}],
  ])('D8: nc -N gets a body %s that comes 0.3 s behind its head', async (_, headers) => {
    const upstream = await startUpstream((_incoming, response) => {
      response.writeHead(200, headers).flushHeaders();
      setTimeout(() => response.end('ten bytes!'), 300);
    });
    const { port, recorded } = await startGateway(upstream);
    const text = await netcat(port, GET);
    expect(text).toContain('ten bytes!');
    expect((await recorded(1))[0]).toMatchObject({ outcome: 'completed', status: 200 });
  });

  it('D8: a reply of known length may be silent for any time', async () => {
    const clock = new MovableClock({ frozen: true });
    let reply: ServerResponse | undefined;
    const upstream = await startUpstream((_, response) => {
      response.writeHead(200, { 'Content-Length': 10 }).flushHeaders();
      reply = response;
    });
    const { port, gateway } = await startGateway(upstream, { clock, timeout: 60 });
    const { client, read } = await halfClosed(port, gateway);

    await clock.advance(30_000);
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
    expect([gateway.inFlight, client.destroyed]).toEqual([1, false]);
    reply?.end('ten bytes!');

    await vi.waitFor(() => expect(read()).toContain('ten bytes!'), WAITING);
  });

  it('D8: a stream that has spoken since the client ended its side is not cut', async () => {
    const clock = new MovableClock({ frozen: true });
    let stream: ServerResponse | undefined;
    const upstream = await startUpstream((_, response) => {
      response.writeHead(200).flushHeaders();
      stream = response;
    });
    const { port, gateway } = await startGateway(upstream, { clock });
    const { read } = await halfClosed(port, gateway);

    await clock.advance(500);
    stream?.write('one');
    await vi.waitFor(() => expect(read()).toContain('one'), WAITING);
    for (let second = 0; second < 10; second++) await clock.advance(1000);
    expect(gateway.inFlight).toBe(1);
    stream?.end('two');

    await vi.waitFor(() => expect(read()).toContain('two'), WAITING);
  });

  it('D8: a stream without a length that is silent for 1 s is taken for abandoned (F-10)', async () => {
    const clock = new MovableClock({ frozen: true });
    const upstream = await startUpstream((_, response) => response.writeHead(200).flushHeaders());
    const { port, gateway, recorded } = await startGateway(upstream, { clock });
    const client = connect(port, '127.0.0.1').on('error', () => {});
    const ended = clientEnd(gateway);
    client.write(GET);
    await new Promise((resolve) => client.once('data', resolve));
    client.destroy();
    await ended;

    await clock.advance(999);
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
    expect(gateway.inFlight).toBe(1);
    await clock.advance(1);

    expect((await recorded(1))[0]).toMatchObject({ outcome: 'client-closed', status: 499 });
    await vi.waitFor(() => expect([gateway.inFlight, upstream.sockets.size]).toEqual([0, 0]), WAITING);
  });

  it('D8: a client that has gone is noticed when one write is answered by a reset (F-10)', async () => {
    let stream: ServerResponse | undefined;
    const upstream = await startUpstream((_, response) => {
      response.writeHead(200).flushHeaders();
      stream = response;
    });
    const { port, gateway, records } = await startGateway(upstream);
    const client = connect(port, '127.0.0.1').on('error', () => {});
    const ended = clientEnd(gateway);
    client.write(GET);
    await new Promise((resolve) => client.once('data', resolve));
    client.destroy();
    await ended;

    stream?.write('to nobody');

    await vi.waitFor(() => expect(records).toHaveLength(1), WAITING);
    expect(records[0]).toMatchObject({ outcome: 'client-closed', status: 499 });
    await vi.waitFor(() => expect([gateway.inFlight, upstream.sockets.size]).toEqual([0, 0]), WAITING);
  });

  it('D8: the reply to a whole request is sent though the client ends its side in the head of the next one', async () => {
    const upstream = await startTreating((socket) =>
      setTimeout(() => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'), 100),
    );
    const { port } = await startGateway(upstream);
    const text = withoutProbes(await exchangeBytes(port, `${GET}GET / HT`, { end: true }));
    expect(text.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 400']);
  });
});

/** A client that has received the head of its reply and then ended its writing side. */
async function halfClosed(port: number, gateway: Listener) {
  const ended = clientEnd(gateway);
  const client = connect({ port, host: '127.0.0.1', allowHalfOpen: true }).on('error', () => {});
  onTestFinished(() => void client.destroy());
  let text = '';
  client.on('data', (chunk) => {
    text += chunk;
  });
  client.write(GET);
  await vi.waitFor(() => expect(text).toContain('200 OK'), WAITING);
  client.end();
  await ended;
  return { client, read: () => text };
}

/** @returns when the next client has ended its writing side */
function clientEnd({ server }: Listener): Promise<void> {
  return new Promise((resolve) => {
    server.once('connection', (socket) => socket.once('end', resolve));
  });
}

/** What `nc -N` prints: it sends its input, ends its writing side, and reads until the other side ends too. */
function netcat(port: number, input: string): Promise<string> {
  const child = spawn('nc', ['-N', '127.0.0.1', String(port)], { stdio: ['pipe', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill());
  let text = '';
  child.stdout.on('data', (chunk) => {
    text += chunk;
  });
  child.stdin.end(input);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', () => resolve(text));
  });
}

function withoutProbes(text: string): string {
  return text.replaceAll('HTTP/1.1 100 Continue\r\n\r\n', '');
}
