import http from 'node:http';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { startGateway, startUpstream } from '../support/gateway-fixture.js';
import { startHandler } from '../support/start-handler.js';
import { startTreating } from '../support/treating-upstream.js';

const BODY = Buffer.alloc(3_000_000, 'x');
const TOO_LARGE = 'HTTP/1.1 413 Payload Too Large\r\nConnection: close\r\nContent-Length: 5\r\n\r\nlarge';

interface Answer {
  readonly status: number | undefined;
  readonly text: string;
}

describe('D1: what the instance has answered reaches the client, whatever happens to the connection behind it', () => {
  it('D1: stock Fastify refuses 3 MB by its body limit: 413 in 20 of 20', async () => {
    const upstream = await startHandler(
      process.execPath,
      join(import.meta.dirname, 'handlers/fastify-body-limit.js'),
    );
    const { port } = await startGateway(upstream);
    const statuses: (number | undefined)[] = [];
    for (let count = 0; count < 20; count++) statuses.push((await post(port, BODY)).status);
    expect(statuses).toEqual(Array(20).fill(413));
  });

  it.each([
    ['ends the connection', (socket: import('node:net').Socket) => socket.end(TOO_LARGE)],
    [
      'resets the connection',
      (socket: import('node:net').Socket) => socket.write(TOO_LARGE, () => socket.resetAndDestroy()),
    ],
  ])('D1: an instance that answers at the head of a body and %s is heard, 40 of 40', async (_, answer) => {
    const upstream = await startTreating(answer);
    const { port, recorded } = await startGateway(upstream);
    const answers: Answer[] = [];
    for (let count = 0; count < 40; count++) answers.push(await post(port, BODY));
    expect(answers).toEqual(Array(40).fill({ status: 413, text: 'large' }));
    const records = await recorded(40);
    expect(new Set(records.map(({ outcome, status }) => `${outcome} ${status}`))).toEqual(
      new Set(['completed 413']),
    );
  });

  it('D1: a connection that resets without an answer is still a 502', async () => {
    const upstream = await startTreating((socket) => socket.resetAndDestroy());
    const { port } = await startGateway(upstream);
    for (let count = 0; count < 20; count++) expect((await post(port, BODY)).status).toBe(502);
  });

  it('D1: a connection whose write failed is not used again', async () => {
    const OK = 'HTTP/1.1 413 Payload Too Large\r\nContent-Length: 5\r\n\r\nlarge';
    const upstream = await startTreating((socket) => socket.write(OK, () => socket.resetAndDestroy()));
    const { port } = await startGateway(upstream);
    for (let count = 0; count < 20; count++) expect((await post(port, BODY)).status).toBe(413);
    expect(upstream.requests()).toBe(20);
  });

  it('D1: a client that sends slowly still gets the answer, and its connection serves on', async () => {
    const upstream = await startTreating((socket) => socket.end(TOO_LARGE));
    const { port } = await startGateway(upstream);
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
    for (let count = 0; count < 20; count++) {
      const answer = await post(port, Buffer.alloc(200_000), { agent, pieces: 4 });
      expect(answer).toEqual({ status: 413, text: 'large' });
    }
    agent.destroy();
  });

  it('D1: a whole body is still taken where the instance takes it', async () => {
    const upstream = await startUpstream((incoming, response) => incoming.pipe(response));
    const { port } = await startGateway(upstream);
    expect((await post(port, BODY)).text.length).toBe(BODY.length);
  });
});

function post(
  port: number,
  body: Buffer,
  { agent, pieces = 1 }: { agent?: http.Agent; pieces?: number } = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = http.request(
      {
        host: '127.0.0.1',
        port,
        method: 'POST',
        agent: agent ?? false,
        headers: { 'Content-Type': 'text/plain', 'Content-Length': body.length },
      },
      (response) => {
        let text = '';
        response.setEncoding('latin1').on('data', (chunk) => {
          text += chunk;
        });
        response.once('end', () => resolve({ status: response.statusCode, text }));
        response.once('error', reject);
      },
    );
    sent.once('error', reject);
    const size = Math.ceil(body.length / pieces);
    const write = (at: number): void => {
      if (at + size >= body.length) sent.end(body.subarray(at));
      else sent.write(body.subarray(at, at + size), () => setImmediate(write, at + size));
    };
    write(0);
  });
}
