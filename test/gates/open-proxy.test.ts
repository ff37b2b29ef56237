import { createServer } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { listen, startGateway, startUpstream, track } from '../support/gateway-fixture.js';
import { exchangeBytes, parseReply } from '../support/raw-client.js';

const UPGRADE =
  'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: x\r\n';

/** What could make a proxy dial `decoy`, and what must come of it: refused, or passed to the function as it is. */
function targets(decoy: string): [line: string, status: 200 | 400 | 405][] {
  return [
    [`GET http://${decoy}/ HTTP/1.1`, 400],
    [`GET HTTP://${decoy}/ HTTP/1.1`, 400],
    [`POST http://${decoy} HTTP/1.1`, 400],
    [`GET https://${decoy}/ HTTP/1.1`, 400],
    [`GET ws://${decoy}/ HTTP/1.1`, 400],
    [`GET ftp://${decoy}/ HTTP/1.1`, 400],
    [`GET http:/${decoy}/ HTTP/1.1`, 400],
    [`GET http:${decoy}/ HTTP/1.1`, 400],
    [`GET http://localhost@${decoy}/ HTTP/1.1`, 400],
    [`GET http:\\\\${decoy}\\ HTTP/1.1`, 400],
    [`CONNECT ${decoy} HTTP/1.1`, 405],
    [`CONNECT http://${decoy}/ HTTP/1.1`, 405],
    [`GET ${decoy} HTTP/1.1`, 400],
    [`GET ${decoy}/path HTTP/1.1`, 400],
    [`GET @${decoy}/ HTTP/1.1`, 400],
    [`GET :${decoy.split(':')[1]}/ HTTP/1.1`, 400],
    [`GET *@${decoy} HTTP/1.1`, 400],
    [`OPTIONS * HTTP/1.1`, 400],
    [`GET \\\\${decoy}\\ HTTP/1.1`, 400],
    [`GET \\/${decoy}/ HTTP/1.1`, 400],
    [`GET ?http://${decoy}/ HTTP/1.1`, 400],
    [`GET #http://${decoy}/ HTTP/1.1`, 400],
    [`GET /#@${decoy}/ HTTP/1.1`, 400],
    [`GET //${decoy}/ HTTP/1.1`, 200],
    [`GET ///${decoy}/ HTTP/1.1`, 200],
    [`GET //${decoy} HTTP/1.1`, 200],
    [`GET //user:pass@${decoy}/ HTTP/1.1`, 200],
    [`GET /@${decoy}/ HTTP/1.1`, 200],
    [`GET /x@${decoy} HTTP/1.1`, 200],
    [`GET /\\${decoy}/ HTTP/1.1`, 200],
    [`GET /\\\\${decoy}/ HTTP/1.1`, 200],
    [`GET /..//${decoy}/ HTTP/1.1`, 200],
    [`GET /.//${decoy}/ HTTP/1.1`, 200],
    [`GET /http://${decoy}/ HTTP/1.1`, 200],
    [`GET /%2f%2f${decoy}/ HTTP/1.1`, 200],
    [`GET /?url=http://${decoy}/ HTTP/1.1`, 200],
    [`GET /:${decoy.split(':')[1]}/ HTTP/1.1`, 200],
    [`GET /;@${decoy}/ HTTP/1.1`, 200],
  ];
}

test.each([
  ['requests', ''],
  ['upgrades', UPGRADE],
])('%s reach no address but the instance’s, whatever stands in the target (T12)', async (_, lines) => {
  let dialled = 0;
  const decoy = createServer((socket) => {
    dialled += 1;
    socket.destroy();
  });
  track(decoy);
  const cases = targets(`127.0.0.1:${await listen(decoy)}`);
  onTestFinished(() => void decoy.close());
  const asked: string[] = [];
  const upstream = await startUpstream((incoming, response) => {
    asked.push(incoming.url ?? '');
    // A function that points elsewhere: the client is told, the gateway does not follow.
    response.writeHead(200, { Location: `http://127.0.0.1:1/` }).end();
  });
  upstream.server.on('upgrade', (incoming, socket) => {
    asked.push(incoming.url ?? '');
    socket.end('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
  });
  const { port } = await startGateway(upstream);

  const seen: (readonly [string, number | undefined])[] = [];
  for (const [line] of cases) {
    const close = lines === '' ? 'Connection: close\r\n' : '';
    const reply = parseReply(
      await exchangeBytes(port, `${line}\r\nHost: localhost\r\n${lines}${close}\r\n`, { idleMs: 2000 }),
    );
    seen.push([line, reply?.status]);
  }

  expect(seen).toEqual(cases);
  expect(asked).toEqual(cases.filter(([, status]) => status === 200).map(([line]) => line.split(' ')[1]));
  expect(dialled).toBe(0);
});

test('a redirect of the function goes to the client and is not followed (T12)', async () => {
  let dialled = 0;
  const decoy = await startUpstream((_incoming, response) => {
    dialled += 1;
    response.end();
  });
  const to = `http://127.0.0.1:${decoy.port}/`;
  const upstream = await startUpstream(
    (_incoming, response) => void response.writeHead(307, { Location: to }).end(),
  );
  const { port } = await startGateway(upstream);

  const text = await exchangeBytes(
    port,
    `GET / HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-Host: 127.0.0.1:${decoy.port}\r\nForwarded: host="127.0.0.1:${decoy.port}"\r\nConnection: close\r\n\r\n`,
  );

  const reply = parseReply(text);
  expect([reply?.status, reply?.get('Location'), dialled]).toEqual([307, to, 0]);
});
