import { expect, test } from 'vitest';
import { startGateway, startUpstream } from '../support/gateway-fixture.js';
import { exchangeBytes, parseReply } from '../support/raw-client.js';

const UPGRADE =
  'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: x\r\n';

const CASES: [host: string, status: 200 | 400 | 403][] = [
  ['localhost', 200],
  ['localhost:80', 200],
  ['localhost:65535', 200],
  ['LOCALHOST', 200],
  ['LocalHost:9000', 200],
  ['127.0.0.1', 200],
  ['127.0.0.1:1', 200],
  ['[::1]', 200],
  ['[::1]:9000', 200],
  ['hello.localhost', 200],
  ['HELLO.localhost:9000', 200],
  ['dev.example', 200],
  ['evil.example', 403],
  ['localhost.evil.example', 403],
  ['evil-localhost', 403],
  ['localhost-evil', 403],
  ['sub.localhost', 403],
  ['other.hello.localhost', 403],
  ['x.dev.example', 403],
  ['dev.example.evil', 403],
  ['127.0.0.1.nip.io', 403],
  ['127.0.0.2', 403],
  ['127.1', 403],
  ['2130706433', 403],
  ['0x7f.0.0.1', 403],
  ['0', 403],
  ['0.0.0.0', 403],
  ['[::]', 403],
  ['[::ffff:127.0.0.1]', 403],
  ['[0:0:0:0:0:0:0:1]', 403],
  ['localhost.', 403],
  ['169.254.169.254', 403],
  ['', 400],
  ['localhost:', 400],
  ['localhost:65536', 400],
  ['localhost:abc', 400],
  ['localhost:-1', 400],
  ['localhost:80:80', 400],
  [':80', 400],
  ['a@localhost', 400],
  ['localhost@evil.example', 400],
  ['localhost/', 400],
  ['localhost/path', 400],
  ['localhost?x', 400],
  ['localhost#x', 400],
  ['localhost, evil.example', 400],
  ['localhost evil.example', 400],
  ['http://localhost', 400],
  ['[::1', 400],
  ['::1', 400],
  ['[::1]x', 400],
  ['localhost\\evil', 400],
  ['l\xf6calhost', 400],
  ['%6c%6f%63alhost', 400],
];

test('there are at least 40 cases (T2)', () => {
  expect(CASES.length).toBeGreaterThanOrEqual(40);
});

test.each([
  ['requests', '', 200],
  ['upgrades', UPGRADE, 404],
])('%s are served under the names of this emulator only (T2)', async (_, lines, served) => {
  let asked = 0;
  const upstream = await startUpstream((_incoming, response) => {
    asked += 1;
    response.end();
  });
  upstream.server.on('upgrade', (_incoming, socket) => {
    asked += 1;
    socket.end('HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n');
  });
  const { port } = await startGateway(upstream, { allowedHosts: ['dev.example'] });

  const seen = await Promise.all(
    CASES.map(async ([host]) => {
      const close = lines === '' ? 'Connection: close\r\n' : '';
      const reply = parseReply(
        await exchangeBytes(port, `GET / HTTP/1.1\r\nHost: ${host}\r\n${lines}${close}\r\n`),
      );
      if (reply?.status === 400) expect(JSON.parse(reply.rest).Code, host).toBe('InvalidArgument');
      if (reply?.status === 403) expect(JSON.parse(reply.rest).Code, host).toBe('AccessDenied');
      return [host, reply?.status === served ? 200 : reply?.status];
    }),
  );

  expect(seen).toEqual(CASES);
  expect(asked).toBe(CASES.filter(([, status]) => status === 200).length);
});

test.each([
  ['no Host', 'GET / HTTP/1.1\r\n\r\n'],
  ['no Host by HTTP/1.0', 'GET / HTTP/1.0\r\n\r\n'],
  ['two Hosts', 'GET / HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\nConnection: close\r\n\r\n'],
  ['a second, foreign Host', 'GET / HTTP/1.1\r\nHost: localhost\r\nhost: evil.example\r\n\r\n'],
])('%s is refused with 400 (T2)', async (_, bytes) => {
  const { port } = await startGateway(await startUpstream((_incoming, response) => void response.end()));

  expect(parseReply(await exchangeBytes(port, bytes))?.status).toBe(400);
});

test('the record of a foreign host names the option that lets it in', async () => {
  const { port, recorded } = await startGateway(
    await startUpstream((_incoming, response) => void response.end()),
  );

  await exchangeBytes(port, 'GET / HTTP/1.1\r\nHost: team.example:9000\r\nOrigin: http://localhost\r\n\r\n');

  const [record] = await recorded(1);
  expect(record).toMatchObject({
    outcome: 'refused',
    status: 403,
    attempts: [],
    refusal: { code: 'AccessDenied' },
  });
  expect(record?.refusal?.fix).toContain('--allowed-host team.example');
});
