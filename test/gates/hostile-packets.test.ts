import { connect, createServer, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { listen, startGateway, startUpstream, track } from '../support/gateway-fixture.js';
import { exchangeBytes, parseReply, request } from '../support/raw-client.js';

const GOOD = 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n';
const HANDSHAKE =
  'GET / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: x\r\n\r\n';

function clientPackets(): [name: string, bytes: string][] {
  const headers = (...lines: string[]): string =>
    `GET / HTTP/1.1\r\nHost: localhost\r\n${lines.map((line) => `${line}\r\n`).join('')}\r\n`;
  const controls = Array.from({ length: 32 }, (_, code): [string, string] => [
    `control byte ${code} in a header`,
    headers(`X: a${String.fromCharCode(code)}b`),
  ]);
  const inTarget = [0, 1, 9, 10, 11, 13, 27, 32, 127, 128, 255].map((code): [string, string] => [
    `byte ${code} in the target`,
    `GET /a${String.fromCharCode(code)}b HTTP/1.1\r\nHost: localhost\r\n\r\n`,
  ]);
  return [
    ...controls,
    ...inTarget,
    ['a Trailer header', headers('Trailer: X')],
    [
      'a Trailer header with chunks',
      `POST / HTTP/1.1\r\nHost: localhost\r\nTrailer: X\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX: y\r\n\r\n`,
    ],
    [
      'a forbidden trailer',
      `POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nHost: evil\r\n\r\n`,
    ],
    [
      'a trailer with control bytes',
      `POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX: \x01\r\n\r\n`,
    ],
    ['nothing but a line end', '\r\n'],
    ['line ends for ever', '\r\n'.repeat(10_000)],
    ['nothing but NULs', '\0'.repeat(100)],
    ['high bytes', '\xff\xfe\xfd'.repeat(100)],
    ['a TLS hello', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'],
    ['an SSH banner', 'SSH-2.0-OpenSSH_9.0\r\n'],
    ['a PROXY line', `PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\n${GOOD}`],
    ['the preface of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['Redis', '*1\r\n$4\r\nPING\r\n'],
    ['half a line', 'GET / HT'],
    ['half a head', 'GET / HTTP/1.1\r\nHost: loc'],
    ['half a body', 'POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nabc'],
    ['half a chunk', 'POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab'],
    ['a version from hell', 'GET / HTTP/9.9\r\nHost: localhost\r\n\r\n'],
    ['a letter as version', 'GET / HTTP/x.y\r\nHost: localhost\r\n\r\n'],
    ['no version', 'GET /\r\n\r\n'],
    ['HTTP/0.9', 'GET / HTTP/0.9\r\n\r\n'],
    ['a long method', `${'A'.repeat(10_000)} / HTTP/1.1\r\n\r\n`],
    ['a target of 4097 bytes', `GET /${'a'.repeat(4096)} HTTP/1.1\r\nHost: localhost\r\n\r\n`],
    ['a target of 20000 bytes', `GET /${'a'.repeat(20_000)} HTTP/1.1\r\nHost: localhost\r\n\r\n`],
    ['a header of 9000 bytes', headers(`X: ${'a'.repeat(9000)}`)],
    ['a header of 20000 bytes', headers(`X: ${'a'.repeat(20_000)}`)],
    ['a name of 9000 bytes', headers(`${'a'.repeat(9000)}: x`)],
    ['201 lines', headers(...Array.from({ length: 200 }, () => 'a: b'))],
    ['3000 lines', headers(...Array.from({ length: 3000 }, () => 'a:b'))],
    ['100 cookies', headers(...Array.from({ length: 100 }, (_, n) => `Cookie: a${n}=${n}`))],
    ['a cookie of semicolons', headers(`Cookie: ${';'.repeat(7000)}`)],
    ['a cookie of spaces', headers(`Cookie: ${' '.repeat(7000)}x`)],
    ['a session cookie with a line end', headers('Cookie: x-fc-cookie-session-id=a\rb')],
    ['a session cookie like a prototype', headers('Cookie: x-fc-cookie-session-id=__proto__')],
    [
      'a header like a prototype',
      headers('__proto__: x', '__proto__: y', 'constructor: z', 'hasOwnProperty: 1', 'toString: 1'),
    ],
    ['an empty name', headers(': x')],
    ['a name with a space', headers('X Y: z')],
    ['a folded line', headers('X: a', ' b')],
    ['Connection: nonsense', headers('Connection: ,,,;;;===')],
    ['Connection: its own name', headers('Connection: connection')],
    ['Connection: 2000 names', headers(`Connection: ${'a,'.repeat(2000)}`)],
    ['Keep-Alive: nonsense', headers('Keep-Alive: timeout=-1, max=abc')],
    ['Expect: nonsense', headers('Expect: nonsense')],
    ['Expect twice', headers('Expect: 100-continue', 'Expect: 100-continue')],
    ['Upgrade without Connection', headers('Upgrade: websocket')],
    ['Connection: Upgrade without Upgrade', headers('Connection: Upgrade')],
    ['an upgrade to nothing', headers('Connection: Upgrade', 'Upgrade:')],
    ['an upgrade to h2c', headers('Connection: Upgrade', 'Upgrade: h2c')],
    ['an upgrade without a key', HANDSHAKE.replace(/Sec-WebSocket-Key.*\r\n/, '')],
    ['an upgrade with garbage behind', `${HANDSHAKE}\x00\x01\x02${'z'.repeat(5000)}`],
    ['CONNECT', 'CONNECT localhost:80 HTTP/1.1\r\nHost: localhost\r\n\r\ngarbage'],
    ['CONNECT without a port', 'CONNECT / HTTP/1.1\r\nHost: localhost\r\n\r\n'],
    ['TRACE', 'TRACE / HTTP/1.1\r\nHost: localhost\r\n\r\n'],
    ['OPTIONS *', 'OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n'],
    ['a request to a strange host', 'GET / HTTP/1.1\r\nHost: [::1\r\n\r\n'],
    ['a hundred pipelined requests', GOOD.repeat(100)],
    ['garbage behind a good request', `${GOOD}\x00garbage\r\n\r\n`],
    ['garbage behind a bad request', 'GET * HTTP/1.1\r\n\r\ngarbage garbage'],
    ['a body behind HEAD', 'HEAD / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\nabc'],
    [
      'a chunk of negative size',
      'POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n',
    ],
    [
      'a chunk of enormous size',
      'POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n',
    ],
    [
      'a chunk extension of 20000 bytes',
      `POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n1;${'x'.repeat(20_000)}\r\na\r\n0\r\n\r\n`,
    ],
    [
      'a million tiny chunks begun',
      `POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n${'1\r\na\r\n'.repeat(20_000)}`,
    ],
    ['an enormous length', 'POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9007199254740993\r\n\r\n'],
    ['a length over the limit', 'POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 33554433\r\n\r\nabc'],
  ];
}

function replies(): [name: string, bytes: string][] {
  const head = (...lines: string[]): string =>
    `HTTP/1.1 200 OK\r\n${lines.map((line) => `${line}\r\n`).join('')}\r\n`;
  const statuses = [
    '000',
    '001',
    '099',
    '100',
    '101',
    '102',
    '103',
    '199',
    '204',
    '304',
    '600',
    '999',
    '1000',
    '-1',
    '2x0',
    '',
  ].map((status): [string, string] => [
    `status ${JSON.stringify(status)}`,
    `HTTP/1.1 ${status} X\r\nContent-Length: 2\r\n\r\nok`,
  ]);
  const controls = [0, 1, 7, 8, 11, 12, 13, 27, 31, 127].map((code): [string, string] => [
    `control byte ${code} in a header`,
    head(`X: a${String.fromCharCode(code)}b`, 'Content-Length: 0'),
  ]);
  const reasons = ['', 'O\x01K', 'O\x7fK', '\xff\xfe', 'x'.repeat(9000), 'OK\rX: y'].map(
    (reason): [string, string] => [
      `reason ${JSON.stringify(reason.slice(0, 9))}`,
      `HTTP/1.1 200 ${reason}\r\nContent-Length: 2\r\n\r\nok`,
    ],
  );
  return [
    ...statuses,
    ...controls,
    ...reasons,
    ['nothing', ''],
    ['one byte', 'H'],
    ['half a line', 'HTTP/1.1 20'],
    ['half a head', 'HTTP/1.1 200 OK\r\nX: '],
    ['garbage', 'garbage garbage\r\n\r\n'],
    ['NULs', '\0\0\0\0\r\n\r\n'],
    ['line ends', '\r\n\r\n\r\n\r\n'],
    ['another protocol', 'SSH-2.0-x\r\n'],
    ['HTTP/0.9', '<html>hello</html>'],
    ['HTTP/2 frames', '\0\0\x12\x04\0\0\0\0\0\0\x03\0\0\0\x80'],
    ['HTTP/1.0', 'HTTP/1.0 200 OK\r\n\r\nhello'],
    ['HTTP/3.0', 'HTTP/3.0 200 OK\r\n\r\nhello'],
    ['lines ended by LF', 'HTTP/1.1 200 OK\nContent-Length: 2\n\nok'],
    ['two lengths', head('Content-Length: 2', 'Content-Length: 3')],
    ['two equal lengths', `${head('Content-Length: 2', 'Content-Length: 2')}ok`],
    ['a length and chunks', `${head('Content-Length: 2', 'Transfer-Encoding: chunked')}2\r\nok\r\n0\r\n\r\n`],
    ['chunks and a length', `${head('Transfer-Encoding: chunked', 'Content-Length: 2')}2\r\nok\r\n0\r\n\r\n`],
    ['a negative length', `${head('Content-Length: -2')}ok`],
    ['a length with plus', `${head('Content-Length: +2')}ok`],
    ['an enormous length', `${head('Content-Length: 99999999999999999999')}ok`],
    ['an empty length', `${head('Content-Length:')}ok`],
    ['an unknown encoding', `${head('Transfer-Encoding: gzip')}ok`],
    ['an empty encoding', `${head('Transfer-Encoding:', 'Content-Length: 2')}ok`],
    ['chunked twice', `${head('Transfer-Encoding: chunked, chunked')}2\r\nok\r\n0\r\n\r\n`],
    ['a bad chunk size', `${head('Transfer-Encoding: chunked')}ZZ\r\nok\r\n`],
    ['a bad chunk end', `${head('Transfer-Encoding: chunked')}2\r\nokXX0\r\n\r\n`],
    ['a bad trailer', `${head('Transfer-Encoding: chunked')}2\r\nok\r\n0\r\nbad trailer\r\n\r\n`],
    [
      'a trailer with a control byte',
      `${head('Transfer-Encoding: chunked', 'Trailer: X')}2\r\nok\r\n0\r\nX: \x01\r\n\r\n`,
    ],
    ['an undeclared trailer', `${head('Transfer-Encoding: chunked')}2\r\nok\r\n0\r\nX: y\r\n\r\n`],
    [
      'a framing trailer',
      `${head('Transfer-Encoding: chunked', 'Trailer: Content-Length')}2\r\nok\r\n0\r\nContent-Length: 99\r\n\r\n`,
    ],
    ['a Trailer header without chunks', `${head('Trailer: X', 'Content-Length: 2')}ok`],
    ['a short body', `${head('Content-Length: 10')}ok`],
    ['a long body', `${head('Content-Length: 2')}okEXTRA`],
    ['a second reply', `${head('Content-Length: 2')}ok${head('Content-Length: 6')}second`],
    ['ten replies', `${head('Content-Length: 2')}ok`.repeat(10)],
    ['headers of 9000 bytes', head(`X: ${'a'.repeat(9000)}`, 'Content-Length: 0')],
    ['headers of 20000 bytes', head(`X: ${'a'.repeat(20_000)}`, 'Content-Length: 0')],
    ['headers of 100000 bytes', head(`X: ${'a'.repeat(100_000)}`)],
    ['3000 lines', head(...Array.from({ length: 3000 }, () => 'a:'))],
    ['a bad name', head('X Y: z', 'Content-Length: 0')],
    ['an empty name', head(': z', 'Content-Length: 0')],
    ['no colon', head('nocolon', 'Content-Length: 0')],
    ['a folded line', head('X: a', ' b', 'Content-Length: 0')],
    ['a line with a space before the colon', head('X : a', 'Content-Length: 0')],
    [
      'an unasked switch',
      'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
    ],
    [
      'an unasked switch with bytes',
      'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nhello',
    ],
    ['a bare 101', 'HTTP/1.1 101 Switching Protocols\r\n\r\n'],
    [
      'a hundred interim replies',
      `${'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n'.repeat(100)}${head('Content-Length: 2')}ok`,
    ],
    ['an interim reply and the end', 'HTTP/1.1 100 Continue\r\n\r\n'],
    [
      'an interim reply with a length',
      `HTTP/1.1 102 Processing\r\nContent-Length: 5\r\n\r\n${head('Content-Length: 2')}ok`,
    ],
    ['204 with a body', 'HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\nhello'],
    ['304 with a body', 'HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\nhello'],
    ['204 with chunks', 'HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n'],
    ['Connection nominates Content-Length', `${head('Connection: content-length', 'Content-Length: 2')}ok`],
    ['Connection: nonsense', `${head('Connection: ,,;==', 'Content-Length: 2')}ok`],
    ['a cookie with a line end', head('Set-Cookie: a=b\rc', 'Content-Length: 0')],
    [
      '500 cookies',
      head(...Array.from({ length: 500 }, (_, n) => `Set-Cookie: a${n}=1`), 'Content-Length: 0'),
    ],
    [
      'a header like a prototype',
      `${head('__proto__: x', '__proto__: y', 'constructor: z', 'Content-Length: 2')}ok`,
    ],
    ['a location with a line end', head('Location: /\r\rX: y', 'Content-Length: 0')],
    ['a keep-alive hint of nought', `${head('Keep-Alive: timeout=0', 'Content-Length: 2')}ok`],
    [
      'a keep-alive hint of nonsense',
      `${head('Keep-Alive: timeout=99999999999999999999', 'Content-Length: 2')}ok`,
    ],
  ];
}

const PACKETS = clientPackets();
const REPLIES = replies();

/** An instance that answers everything with the same bytes. */
async function startHostile() {
  let bytes = '';
  let ending: 'end' | 'reset' | 'stay' = 'end';
  const server = createServer((socket: Socket) => {
    socket.on('error', () => {});
    socket.on('data', () => {
      socket.write(bytes, 'latin1', () => {
        if (ending === 'end') socket.end();
        if (ending === 'reset') socket.resetAndDestroy();
      });
    });
  });
  const sockets = track(server);
  const port = await listen(server);
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const answer = (nextBytes: string, nextEnding: typeof ending): void => {
    bytes = nextBytes;
    ending = nextEnding;
    for (const socket of sockets) socket.destroy();
  };
  return { host: '127.0.0.1', port, answer };
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve));
}

test('there are at least 150 packets and replies (G3)', () => {
  expect(PACKETS.length + REPLIES.length).toBeGreaterThanOrEqual(150);
});

test('no packet of a client harms the gateway: each is answered or closed, and it still serves (G3, I25)', async () => {
  const upstream = await startUpstream((incoming, response) => {
    incoming.on('error', () => {});
    incoming.resume();
    response.end('ok');
  });
  const { port, gateway, admission } = await startGateway(upstream);

  await Promise.all(
    PACKETS.map(async ([name, bytes]) => {
      const text = await exchangeBytes(port, bytes, { idleMs: 300 });
      const status = parseReply(text)?.status;
      if (text !== '') expect([100, 200, 400, 403, 405, 417, 426, 431], name).toContain(status);
    }),
  );
  for (const [, bytes] of PACKETS) {
    const socket = connect(port, '127.0.0.1').on('error', () => {});
    socket.write(bytes, 'latin1', () => socket.resetAndDestroy());
  }
  await until(() => gateway.inFlight === 0 && admission.staying === 0);

  expect((await request(port, 'GET / HTTP/1.1\nHost: localhost')).status).toBe(200);
  expect(admission.assignments.every(({ left }) => left.length === 1)).toBe(true);
});

test('no reply of an instance harms the gateway or leaves its client waiting (G3, F-11, I19, I25)', async () => {
  const lanes = 8;

  await Promise.all(
    Array.from({ length: lanes }, (_, lane) => endure(REPLIES.filter((_reply, at) => at % lanes === lane))),
  );
});

async function endure(some: readonly (readonly [name: string, bytes: string])[]): Promise<void> {
  const upstream = await startHostile();
  const { port, gateway, admission, records } = await startGateway(upstream);
  const requests = [
    `${GOOD.slice(0, -2)}Connection: close\r\n\r\n`,
    'POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi',
    HANDSHAKE,
  ];
  for (const [name, bytes] of some) {
    for (const ending of ['end', 'reset'] as const) {
      upstream.answer(bytes, ending);
      for (const text of await Promise.all(requests.map((sent) => exchangeBytes(port, sent)))) {
        expect(text === '' || text.startsWith('HTTP/1.1 '), `${name}: ${text.slice(0, 50)}`).toBe(true);
        expect(text, name).not.toMatch(/127\.0\.0\.1|node:|\.ts:|second/);
      }
    }
  }
  await until(() => gateway.inFlight === 0);

  upstream.answer('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok', 'stay');
  expect((await request(port, 'GET / HTTP/1.1\nHost: localhost')).rest).toBe('ok');
  expect(records).toHaveLength(some.length * 6 + 1);
  expect(admission.assignments.every(({ left }) => left.length === 1)).toBe(true);
}

test.each([
  ['a status below 200', 'HTTP/1.1 099 X\r\nContent-Length: 2\r\n\r\nok'],
  ['garbage', 'garbage garbage\r\n\r\n'],
  ['a bare 101', 'HTTP/1.1 101 Switching Protocols\r\n\r\n'],
  ['an unasked switch', 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n'],
  [
    'a length and chunks',
    'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n',
  ],
  ['a control byte in a header', 'HTTP/1.1 200 OK\r\nX: a\x01b\r\nContent-Length: 0\r\n\r\n'],
  ['headers over 8 KB', `HTTP/1.1 200 OK\r\nX: ${'a'.repeat(8190)}\r\nContent-Length: 0\r\n\r\n`],
  ['2000 short lines', `HTTP/1.1 200 OK\r\n${'a:\r\n'.repeat(2000)}Content-Length: 0\r\n\r\n`],
  ['headers over 16 KB', `HTTP/1.1 200 OK\r\nX: ${'a'.repeat(20_000)}\r\nContent-Length: 0\r\n\r\n`],
])('%s is a bad response: 502, no session, nothing of it shown (G14, U44)', async (_, bytes) => {
  const upstream = await startHostile();
  upstream.answer(bytes, 'stay');
  const { port, admission } = await startGateway(upstream);

  const reply = await request(port, 'GET / HTTP/1.1\nHost: localhost');

  expect(reply.status).toBe(502);
  expect(JSON.parse(reply.rest).Code).toBe('BadResponse');
  expect(reply.all('Set-Cookie')).toEqual([]);
  expect(admission.assignments[0]?.left).toEqual([{ answered: false }]);
});

test('a reply that is whole is delivered, whatever the instance sends behind it (F-11)', async () => {
  const upstream = await startHostile();
  const { port } = await startGateway(upstream);
  for (const behind of ['EXTRA', 'HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nsecond']) {
    upstream.answer(`HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok${behind}`, 'stay');

    const reply = await request(port, 'GET / HTTP/1.1\nHost: localhost');

    expect(reply.rest).toBe('ok');
  }
});
