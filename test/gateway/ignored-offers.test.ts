import { execFile } from 'node:child_process';
import http from 'node:http';
import { connect } from 'node:net';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { startGateway, startUpstream } from '../support/gateway-fixture.js';
import { exchangeBytes, parseReply } from '../support/raw-client.js';
import { startStrictUpstream } from '../support/strict-upstream.js';

const curl = promisify(execFile);

const JAVA_OFFER = 'Connection: Upgrade, HTTP2-Settings';
const JAVA_SETTINGS = [
  'HTTP2-Settings: AAEAAEAAAAIAAAAAAAMAAAAAAAQBAAAAAAUAAEAAAAYABgAA',
  'Upgrade: h2c',
  'User-Agent: Java-http-client/17.0.21.1',
];
/** What java.net.http.HttpClient 17 sends in its default settings, byte for byte. */
const JAVA_GET = ['GET /java HTTP/1.1', JAVA_OFFER, 'Host: localhost:9000', ...JAVA_SETTINGS];
const JAVA_POST = [
  'POST /java HTTP/1.1',
  JAVA_OFFER,
  'Content-Length: 5',
  'Host: localhost:9000',
  ...JAVA_SETTINGS,
];
const JAVA_CHUNKED = [
  'POST /java HTTP/1.1',
  JAVA_OFFER,
  'Host: localhost:9000',
  JAVA_SETTINGS[0],
  'Transfer-encoding: chunked',
  ...JAVA_SETTINGS.slice(1),
];
const JAVA_EXPECTING = [
  ...JAVA_POST.slice(0, 3),
  'Expect: 100-Continue',
  'Host: localhost:9000',
  ...JAVA_SETTINGS,
];
const NEXT = 'GET /next HTTP/1.1\r\nHost: localhost\r\n\r\n';
const LAST = 'GET /last HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n';

function head(lines: readonly (string | undefined)[], ...more: readonly string[]): string {
  return `${[...lines, ...more].join('\r\n')}\r\n\r\n`;
}

const CHUNKED_BODY = '3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n';
const OFFER = ['Host: localhost', 'Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Key: dGhlIQ=='];

describe('an offered protocol that the gateway does not switch to is ignored (RFC 9110 §7.8, U48)', () => {
  test.each([
    ['GET', head(JAVA_GET), ''],
    ['POST', `${head(JAVA_POST)}hello`, 'hello'],
    ['POST in chunks', `${head(JAVA_CHUNKED)}${CHUNKED_BODY}`, 'abcde'],
  ])(
    'D2: a %s of Java’s HttpClient is served by HTTP/1.1, and so is the next request of its connection',
    async (_, bytes, body) => {
      const upstream = await startStrictUpstream();
      const { port, recorded } = await startGateway(upstream);

      const text = await exchangeBytes(port, bytes + LAST);

      const [method] = bytes.split(' ');
      expect(text.match(/HTTP\/1\.1 200 OK/g)).toHaveLength(2);
      expect(upstream.requests.map(({ line, body: got }) => [line, got])).toEqual([
        [`${method} /java HTTP/1.1`, body],
        ['GET /last HTTP/1.1', ''],
      ]);
      const names = upstream.requests[0]?.headers.map(([name]) => name.toLowerCase());
      expect(names).not.toContain('upgrade');
      expect(names).not.toContain('http2-settings');
      expect(names).toContain('user-agent');
      expect(upstream.requests[0]?.headers.filter(([name]) => name === 'Connection')).toEqual([
        ['Connection', 'keep-alive'],
      ]);
      expect((await recorded(2)).map(({ upgrade, status }) => [upgrade, status])).toEqual([
        [false, 200],
        [false, 200],
      ]);
    },
  );

  test('D2, D6: a POST of Java’s HttpClient that expects 100 gets the handler’s, and its connection serves on', async () => {
    const upstream = await startUpstream((request, response) => {
      request.on('data', (chunk) => response.write(chunk)).on('end', () => response.end());
    });
    const { port } = await startGateway(upstream);

    const text = await exchangeBytes(port, `${head(JAVA_EXPECTING)}hello${LAST}`);

    expect(text.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 100', 'HTTP/1.1 200', 'HTTP/1.1 200']);
    expect(text).toContain('hello');
  });

  test.each([
    ['GET', []],
    ['POST', ['--data-binary', 'hello']],
    ['POST in chunks', ['--data-binary', 'hello', '-H', 'Transfer-Encoding: chunked']],
    ['POST of 300 KB', ['--data-binary', 'x'.repeat(100_000)]],
  ])('D2: `curl --http2` is answered: %s', async (_, options) => {
    const upstream = await startUpstream((request, response) => {
      let size = 0;
      request.on('data', (chunk) => {
        size += chunk.length;
      });
      request.on('end', () => response.end(`${request.method} ${size} ${request.rawHeaders.join()}`));
    });
    const { url } = await startGateway(upstream);

    const { stdout } = await curl('curl', ['-sS', '--http2', '-w', '\n%{http_code}', ...options, url]);

    const size = options[1]?.length ?? 0;
    expect(stdout).toContain(`${size === 0 ? 'GET' : 'POST'} ${size} `);
    expect(stdout).toMatch(/\n200$/);
    expect(stdout).not.toMatch(/upgrade|http2-settings/i);
  });

  test.each([
    ['of version 8', ['GET / HTTP/1.1', ...OFFER, 'Sec-WebSocket-Version: 8'], ''],
    [
      'of two versions',
      ['GET / HTTP/1.1', ...OFFER, 'Sec-WebSocket-Version: 13', 'Sec-WebSocket-Version: 13'],
      '',
    ],
    ['of no version', ['GET / HTTP/1.1', ...OFFER], ''],
    ['by POST', ['POST / HTTP/1.1', ...OFFER, 'Sec-WebSocket-Version: 13', 'Content-Length: 0'], ''],
    [
      'with a body by length',
      ['GET / HTTP/1.1', ...OFFER, 'Sec-WebSocket-Version: 13', 'Content-Length: 5'],
      'hello',
    ],
    [
      'with a body in chunks',
      ['GET / HTTP/1.1', ...OFFER, 'Sec-WebSocket-Version: 13', 'Transfer-Encoding: chunked'],
      CHUNKED_BODY,
    ],
    ['by HTTP/1.0', ['GET / HTTP/1.0', ...OFFER, 'Sec-WebSocket-Version: 13'], ''],
    [
      'of another protocol',
      ['GET / HTTP/1.1', ...OFFER.slice(0, 2), 'Upgrade: TLS/1.0', 'Sec-WebSocket-Version: 13'],
      '',
    ],
  ])('D2: a WebSocket offer %s is no WebSocket: the request is served without it', async (_, lines, body) => {
    const upstream = await startStrictUpstream();
    const { port, recorded } = await startGateway(upstream);

    const text = await exchangeBytes(port, head(lines) + body + LAST);

    expect(parseReply(text)?.status).toBe(200);
    expect(upstream.requests[0]?.headers.filter(([name]) => /^upgrade$/i.test(name))).toEqual([]);
    expect(upstream.faults).toEqual([]);
    expect((await recorded(1))[0]).toMatchObject({ upgrade: false, status: 200 });
  });

  test('D2: the checks of a request hold for one with an ignored offer too', async () => {
    const upstream = await startStrictUpstream();
    const { port } = await startGateway(upstream);

    for (const [lines, status] of [
      [
        ['GET / HTTP/1.1', ...JAVA_GET.slice(1).map((line) => line.replace('localhost', 'evil.example'))],
        403,
      ],
      [[...JAVA_POST, 'Content-Length: 5'], 400],
      [[...JAVA_POST, 'Transfer-Encoding: chunked'], 400],
      [[...JAVA_GET, 'Transfer-Encoding: gzip, chunked'], 400],
      [JAVA_GET.map((line) => line.replace('HTTP2-Settings', 'HTTP2-Settings, host')), 400],
      [['TRACE / HTTP/1.1', ...JAVA_GET.slice(1)], 405],
    ] as const) {
      const reply = parseReply(await exchangeBytes(port, head(lines) + NEXT));
      expect([lines, reply?.status]).toEqual([lines, status]);
    }
    expect(upstream.requests).toEqual([]);
  });

  test('D2: whatever comes behind an ignored offer is read from its first byte, however it is cut into pieces', async () => {
    const upstream = await startStrictUpstream();
    const { port } = await startGateway(upstream);
    const bytes = `${head(JAVA_POST)}hello${head(JAVA_GET)}${NEXT}${head(JAVA_GET)}${LAST}`;
    const wanted = ['/java', '/java', '/next', '/java', '/last'];

    for (let cut = 1; cut < bytes.length; cut += 7) {
      const before = upstream.requests.length;
      const socket = connect({ port, host: '127.0.0.1', noDelay: true });
      let text = '';
      const closed = new Promise((resolve) => socket.on('close', resolve));
      socket.setTimeout(3000, () => socket.destroy());
      socket.on('data', (chunk) => {
        text += chunk.toString('latin1');
      });
      socket.write(bytes.slice(0, cut));
      await new Promise((resolve) => setTimeout(resolve, 1));
      socket.write(bytes.slice(cut));
      await closed;
      expect([cut, upstream.requests.slice(before).map(({ line }) => line.split(' ')[1])]).toEqual([
        cut,
        wanted,
      ]);
      expect(text.match(/you asked \/[a-z]+/g)).toEqual(wanted.map((target) => `you asked ${target}`));
    }
  });

  test('D2: an offer behind requests that have no reply yet waits for theirs, a long one included', async () => {
    const long = 'x'.repeat(3 * 1024 * 1024);
    const upstream = await startUpstream((request, response) => {
      if (request.url === '/long') setTimeout(() => response.end(long), 20);
      else response.end(`you asked ${request.url}`);
    });
    const { port } = await startGateway(upstream);

    const text = await exchangeBytes(
      port,
      `GET /long HTTP/1.1\r\nHost: localhost\r\n\r\n${head(JAVA_GET)}${LAST}`,
    );

    expect(text.length).toBeGreaterThan(long.length);
    expect(text.slice(text.lastIndexOf('xxx')).match(/you asked \/[a-z]+/g)).toEqual([
      'you asked /java',
      'you asked /last',
    ]);
  });

  test('D2: 2,000 offers on one kept connection leave no listener behind (D12)', async () => {
    const upstream = await startUpstream((_, response) => response.end('ok'));
    const { port, gateway } = await startGateway(upstream);
    const sockets: { listenerCount(name: string): number }[] = [];
    gateway.server.on('connection', (socket) => sockets.push(socket));
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
    const counts: number[] = [];
    const names = ['end', 'close', 'error', 'drain', 'data', 'timeout'];
    for (let n = 0; n < 2000; n++) {
      await new Promise<void>((resolve, reject) => {
        const headers = { host: 'localhost', connection: 'Upgrade', upgrade: 'h2c' };
        http
          .get({ port, host: '127.0.0.1', agent, headers }, (response) => {
            response.resume().on('end', resolve);
          })
          .on('error', reject);
      });
      if (n === 10 || n === 1999)
        counts.push(names.reduce((sum, name) => sum + (sockets[0]?.listenerCount(name) ?? 0), 0));
    }
    agent.destroy();

    expect(new Set(sockets).size).toBe(1);
    expect(counts[1]).toBe(counts[0]);
  });
});
