import http from 'node:http';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { MovableClock } from '../../src/model/clock.js';
import { startGateway, startUpstream } from '../support/gateway-fixture.js';
import { request } from '../support/raw-client.js';
import { startHandler } from '../support/start-handler.js';
import { startTreating } from '../support/treating-upstream.js';

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';
const handler = (name: string): string => join(import.meta.dirname, 'handlers', name);

describe('D3: a connection to an instance is used again only when it is known to live', () => {
  it('D3: Python closes behind each reply and does not say so: 0 of 400 POSTs, 8 at a time, are 502', async () => {
    const { port } = await startGateway(await startHandler('python3', handler('closes-silently.py')));
    const statuses = await inParallel(8, 400, () => send(port, 'POST', 'body'));
    expect(statuses.filter((status) => status !== 200)).toEqual([]);
  });

  it('D3: an instance that closes 5 ms behind each reply: 0 of 400 POSTs are 502', async () => {
    const upstream = await startTreating((socket) =>
      socket.write(OK, () => setTimeout(() => socket.end(), 5)),
    );
    const { port } = await startGateway(upstream);
    const statuses = await inParallel(8, 400, () => send(port, 'POST', 'body'));
    expect(statuses.filter((status) => status !== 200)).toEqual([]);
  });

  it('D3: an instance that keeps its word gets its requests on kept connections after 50 ms', async () => {
    let connections = 0;
    const upstream = await startUpstream((incoming, response) => {
      incoming.resume();
      response.end('ok');
    });
    upstream.server.on('connection', () => {
      connections += 1;
    });
    const clock = new MovableClock({ frozen: true });
    const { port } = await startGateway(upstream, { clock });
    await send(port, 'POST', 'body');
    await clock.advance(50);
    for (let count = 0; count < 50; count++) expect(await send(port, 'POST', 'body')).toBe(200);
    expect(connections).toBe(1);
  });
});

describe('D4: bytes that belong to no reply never meet the next request', () => {
  it("D4: Python's do_HEAD = do_GET, polled beside GETs: 0 of 480 GETs are 502", async () => {
    const clock = new MovableClock({ frozen: true });
    const { port } = await startGateway(await startHandler('python3', handler('head-like-get.py')), {
      clock,
    });
    await send(port, 'GET');
    await clock.advance(50);
    let asking = true;
    const heads = inParallel(
      4,
      Number.POSITIVE_INFINITY,
      () => send(port, 'HEAD'),
      () => asking,
    );
    const statuses = await inParallel(8, 480, (count) =>
      count % 2 === 0 ? send(port, 'GET') : send(port, 'POST', 'body'),
    );
    asking = false;
    expect(statuses.filter((status) => status !== 200)).toEqual([]);
    expect(new Set(await heads)).toEqual(new Set([200]));
  });

  it.each([
    ['204', 'GET', 'HTTP/1.1 204 No Content\r\n\r\n'],
    ['304', 'GET', 'HTTP/1.1 304 Not Modified\r\nContent-Length: 6\r\n\r\n'],
    ['HEAD', 'HEAD', 'HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n'],
  ])('D4: a body behind a reply to %s, which has none, meets no other request', async (_, method, head) => {
    const upstream = await startTreating((socket, count) => {
      if (count % 2 === 1) socket.write(OK);
      else socket.write(head, () => setImmediate(() => socket.write('poison')));
    });
    const { port } = await startGateway(upstream);
    for (let count = 0; count < 40; count++) {
      await send(port, method);
      expect((await request(port, 'POST / HTTP/1.1\nHost: localhost\nContent-Length: 0')).rest).toBe('ok');
    }
  });
});

const agent = new http.Agent({ keepAlive: true });

function send(port: number, method: string, body = ''): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const sent = http.request({ host: '127.0.0.1', port, method, agent }, (response) => {
      response.resume().once('end', () => resolve(response.statusCode));
    });
    sent.once('error', reject);
    if (body === '') sent.end();
    else sent.setHeader('Content-Length', body.length).end(body);
  });
}

/** @returns what each call came to, in the order of their ends */
async function inParallel<Result>(
  width: number,
  calls: number,
  call: (count: number) => Promise<Result>,
  goOn: () => boolean = () => true,
): Promise<Result[]> {
  const results: Result[] = [];
  let begun = 0;
  await Promise.all(
    Array.from({ length: width }, async () => {
      while (begun < calls && goOn()) results.push(await call(begun++));
    }),
  );
  return results;
}
