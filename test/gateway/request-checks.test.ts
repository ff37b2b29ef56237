import { expect, test } from 'vitest';
import { startGateway, startUpstream } from '../support/gateway-fixture.js';
import { exchangeBytes, parseReply } from '../support/raw-client.js';

const HOST = 'Host: localhost\r\n';

async function startServed() {
  const asked: string[] = [];
  const upstream = await startUpstream((incoming, response) => {
    asked.push(incoming.url ?? '');
    incoming.resume();
    response.end();
  });
  return { ...(await startGateway(upstream)), asked };
}

function lines(count: number): string {
  return 'a: b\r\n'.repeat(count);
}

/** Header lines of that many bytes in all, Host and the line ends included. */
function headersOf(bytes: number): string {
  return `${HOST}X: ${'a'.repeat(bytes - HOST.length - 5)}\r\n`;
}

const REFUSED: [name: string, bytes: string, status: number, code: string][] = [
  ['an absolute target', `GET http://localhost/ HTTP/1.1\r\n${HOST}\r\n`, 400, 'InvalidArgument'],
  [
    'an absolute target elsewhere',
    `GET http://169.254.169.254/ HTTP/1.1\r\n${HOST}\r\n`,
    400,
    'InvalidArgument',
  ],
  ['OPTIONS *', `OPTIONS * HTTP/1.1\r\n${HOST}\r\n`, 400, 'InvalidArgument'],
  ['a fragment', `GET /a#b HTTP/1.1\r\n${HOST}\r\n`, 400, 'InvalidArgument'],
  ['DEL in the target', `GET /a\x7f HTTP/1.1\r\n${HOST}\r\n`, 400, 'InvalidArgument'],
  ['a high byte in the target', `GET /\xe9 HTTP/1.1\r\n${HOST}\r\n`, 400, 'InvalidArgument'],
  ['CONNECT', `CONNECT localhost:80 HTTP/1.1\r\n${HOST}\r\n`, 405, 'MethodNotAllowed'],
  ['TRACE', `TRACE / HTTP/1.1\r\n${HOST}\r\n`, 405, 'MethodNotAllowed'],
  ['PROPFIND', `PROPFIND / HTTP/1.1\r\n${HOST}\r\n`, 405, 'MethodNotAllowed'],
  ['no Host', 'GET / HTTP/1.1\r\n\r\n', 400, 'InvalidArgument'],
  [
    'a length of 010',
    `POST / HTTP/1.1\r\n${HOST}Content-Length: 010\r\n\r\n12345678`,
    400,
    'InvalidArgument',
  ],
  [
    'two lengths',
    `POST / HTTP/1.1\r\n${HOST}Content-Length: 1\r\nContent-Length: 1\r\n\r\nx`,
    400,
    'InvalidArgument',
  ],
  ['an empty encoding', `POST / HTTP/1.1\r\n${HOST}Transfer-Encoding:\r\n\r\n`, 400, 'InvalidArgument'],
  [
    'an empty encoding and a length',
    `POST / HTTP/1.1\r\n${HOST}Transfer-Encoding:\r\nContent-Length: 3\r\n\r\nabc`,
    400,
    'InvalidArgument',
  ],
  [
    'gzip, chunked',
    `POST / HTTP/1.1\r\n${HOST}Transfer-Encoding: gzip, chunked\r\n\r\n`,
    400,
    'InvalidArgument',
  ],
  [
    'chunks by HTTP/1.0',
    `POST / HTTP/1.0\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    400,
    'InvalidArgument',
  ],
  ['201 lines', `GET / HTTP/1.1\r\n${HOST}${lines(200)}\r\n`, 431, 'RequestHeaderFieldsTooLarge'],
  ['3000 lines', `GET / HTTP/1.1\r\n${HOST}${'a:\r\n'.repeat(3000)}\r\n`, 431, 'RequestHeaderFieldsTooLarge'],
  ['headers of 8193 bytes', `GET / HTTP/1.1\r\n${headersOf(8193)}\r\n`, 400, 'InvalidArgument'],
  ['headers over 16 KiB', `GET / HTTP/1.1\r\n${headersOf(17_000)}\r\n`, 431, 'RequestHeaderFieldsTooLarge'],
  ['a target of 4097 bytes', `GET /${'a'.repeat(4096)} HTTP/1.1\r\n${HOST}\r\n`, 400, 'InvalidArgument'],
  ['what is not HTTP', 'hello\r\n\r\n', 400, 'InvalidArgument'],
  ['HTTP/2.0', `GET / HTTP/2.0\r\n${HOST}\r\n`, 400, 'InvalidArgument'],
];

test.each(REFUSED)(
  '%s is refused, recorded, and nothing behind it is executed (G14)',
  async (_, bytes, status, code) => {
    const { port, asked, recorded, admission } = await startServed();

    const text = await exchangeBytes(
      port,
      `${bytes}GET /behind HTTP/1.1\r\n${HOST}Connection: close\r\n\r\n`,
    );

    const reply = parseReply(text);
    expect(reply?.status).toBe(status);
    expect(reply?.get('Content-Type')).toBe('application/json');
    expect(JSON.parse(reply?.rest ?? '')).toEqual({
      RequestId: reply?.get('X-Fc-Request-Id'),
      Code: code,
      Message: expect.stringMatching(/./),
    });
    expect(reply?.get('Connection')).toBe('close');
    expect(text.match(/HTTP\/1\.1 \d/g)).toHaveLength(1);
    expect([reply?.get('Set-Cookie'), reply?.get('Content-Disposition')]).toEqual([undefined, undefined]);
    const records = await recorded(1);
    expect(
      records.map((record) => [record.status, record.outcome, record.attempts.length, record.requestId]),
    ).toEqual([[status, 'refused', 0, reply?.get('X-Fc-Request-Id')]]);
    expect([asked, admission.assignments]).toEqual([[], []]);
  },
);

test.each([
  ['200 lines', `GET / HTTP/1.1\r\n${HOST}${lines(198)}Connection: close\r\n\r\n`],
  ['headers of 8192 bytes', `GET / HTTP/1.0\r\n${headersOf(8192)}\r\n`],
  ['a target of 4096 bytes', `GET /${'a'.repeat(4095)} HTTP/1.1\r\n${HOST}Connection: close\r\n\r\n`],
  [
    'an upgrade that nobody asked for by Connection',
    `GET / HTTP/1.1\r\n${HOST}Upgrade: h2c\r\nConnection: close\r\n\r\n`,
  ],
  ['empty lines before it', `\r\n\r\nGET / HTTP/1.1\r\n${HOST}Connection: close\r\n\r\n`],
])('%s is served', async (_, bytes) => {
  const { port, asked } = await startServed();

  expect(parseReply(await exchangeBytes(port, bytes))?.status).toBe(200);
  expect(asked).toHaveLength(1);
});

test('garbage behind a refused request is neither answered nor recorded', async () => {
  const { port, gateway, records } = await startServed();

  const text = await exchangeBytes(port, `OPTIONS * HTTP/1.1\r\n${HOST}\r\ngarbage garbage\r\n\r\n`);
  while (gateway.inFlight > 0) await new Promise((resolve) => setImmediate(resolve));

  expect(text.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 400']);
  expect(records.map(({ method, status }) => [method, status])).toEqual([['OPTIONS', 400]]);
});

test('the refusal of a method names the allowed methods', async () => {
  const { port } = await startServed();

  const reply = parseReply(await exchangeBytes(port, `TRACE / HTTP/1.1\r\n${HOST}\r\n`));

  expect(reply?.get('Allow')).toBe('GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS');
});

test('a body that is declared too long is refused before it is read, and the connection serves on', async () => {
  const { port, asked } = await startServed();
  const size = 32 * 1024 * 1024 + 1;

  const text = await exchangeBytes(
    port,
    Buffer.concat([
      Buffer.from(`POST / HTTP/1.1\r\n${HOST}Content-Length: ${size}\r\n\r\n`),
      Buffer.alloc(size, 'x'),
      Buffer.from(`GET /next HTTP/1.1\r\n${HOST}Connection: close\r\n\r\n`),
    ]),
  );

  expect(text).toContain(
    '"Code":"EntityTooLarge","Message":"payload size exceeds maximum allowed size (33554432 bytes)"',
  );
  expect(text.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 400', 'HTTP/1.1 200']);
  expect(asked).toEqual(['/next']);
});

test('the check costs time in proportion to the head, whatever it holds (T15)', async () => {
  const { port } = await startServed();
  const heads = ['Cookie: ', 'Connection: ', 'X: ', 'Accept: '].flatMap((name) =>
    [';', ',', ' ', '=', 'a,', '\t', '"', 'x-fc-cookie-session-id'].map(
      (unit) => `${name}${unit.repeat(8000 / unit.length)}`,
    ),
  );
  const startedAt = performance.now();

  for (const head of heads)
    await exchangeBytes(port, `GET / HTTP/1.1\r\n${HOST}${head}x\r\nConnection: close\r\n\r\n`);

  // A superlinear reading of one such head takes about a second.
  expect(performance.now() - startedAt).toBeLessThan(3000);
});
