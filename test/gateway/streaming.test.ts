import { createHash, randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { startGateway, startUpstream } from '../support/gateway-fixture.js';

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve));
}

test('the head and each event of a stream reach the client while the handler goes on (S01)', async () => {
  let send = (_: string): void => {};
  let finish = (): void => {};
  const upstream = await startUpstream((_, response) => {
    response.writeHead(200, { 'Content-Type': 'text/event-stream' });
    response.flushHeaders();
    send = (text) => response.write(text);
    finish = () => response.end();
  });
  const { url, recorded } = await startGateway(upstream);

  const response = await fetch(url);
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();

  for (const event of ['data: 1\n\n', 'data: 2\n\n']) {
    send(event);
    expect((await reader?.read())?.value).toBe(event);
  }
  finish();
  expect((await reader?.read())?.done).toBe(true);
  expect((await recorded(1))[0]?.outcome).toBe('completed');
});

test('a request is streamed too: the handler sees its first part while the client still writes', async () => {
  const upstream = await startUpstream((incoming, response) => incoming.pipe(response));
  const { port } = await startGateway(upstream);
  const client = connect(port, '127.0.0.1');
  let text = '';
  client.on('data', (chunk) => {
    text += chunk.toString();
  });
  client.write('POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nping\r\n');
  await until(() => text.includes('ping'));
  client.write('4\r\npong\r\n0\r\n\r\n');
  await until(() => text.endsWith('0\r\n\r\n'));
  client.destroy();

  expect(text).toContain('pong');
});

test('thirty megabytes pass unchanged both ways (I22)', async () => {
  const upstream = await startUpstream((incoming, response) => incoming.pipe(response));
  const { url } = await startGateway(upstream);
  const sent = randomBytes(30 * 1024 * 1024);

  const response = await fetch(url, { method: 'POST', body: sent });
  const received = Buffer.from(await response.arrayBuffer());

  expect(createHash('sha256').update(received).digest('hex')).toBe(
    createHash('sha256').update(sent).digest('hex'),
  );
});

test.each([0, 1, 255, 4095, 4096, 4097, 70_000])(
  'a body of %i bytes passes unchanged, in one piece or in two, its length said or not (I22)',
  async (size) => {
    const body = Buffer.from(Array.from({ length: size }, (_, at) => (at * 7 + (at >> 8)) & 0xff));
    const upstream = await startUpstream(({ url }, response) => {
      const half = url?.includes('halves') ? size >> 1 : 0;
      if (!url?.includes('chunked')) response.setHeader('Content-Length', size);
      if (half > 0) response.write(body.subarray(0, half), () => response.end(body.subarray(half)));
      else response.end(body);
    });
    const { url } = await startGateway(upstream);
    for (const path of ['whole', 'halves', 'whole-chunked', 'halves-chunked']) {
      const response = await fetch(`${url}/${path}`);
      expect(Buffer.from(await response.arrayBuffer()).equals(body)).toBe(true);
      const head = await fetch(`${url}/${path}`, { method: 'HEAD' });
      expect([head.status, await head.text()]).toEqual([200, '']);
    }
  },
);

test('a client that does not read holds the handler back (F-13)', async () => {
  let written = 0;
  const upstream = await startUpstream((_, response) => {
    const chunk = Buffer.alloc(64 * 1024);
    const more = (): void => {
      do written += chunk.length;
      while (response.write(chunk) && written < 256 * 1024 * 1024);
    };
    response.on('drain', more);
    more();
  });
  const { port } = await startGateway(upstream);
  const client = connect(port, '127.0.0.1');
  client.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
  client.pause();

  let before = -1;
  while (before !== written) {
    before = written;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  client.destroy();

  // What the kernel's own buffers hold, and no more.
  expect(written).toBeLessThan(32 * 1024 * 1024);
});

test('a handler that does not read holds the client back', async () => {
  const upstream = await startUpstream(() => {});
  const { port } = await startGateway(upstream, { maxBodyBytes: 1e9 });
  const client = connect(port, '127.0.0.1').on('error', () => {});
  client.write('POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 900000000\r\n\r\n');
  const chunk = Buffer.alloc(64 * 1024);
  let sent = 0;
  const more = (): void => {
    do sent += chunk.length;
    while (client.write(chunk) && sent < 256 * 1024 * 1024);
  };
  client.on('drain', more);
  more();

  let before = -1;
  while (before !== sent) {
    before = sent;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  client.destroy();

  expect(sent).toBeLessThan(32 * 1024 * 1024);
});
