import { expect, test } from 'vitest';
import { startGateway, startUpstream } from '../support/gateway-fixture.js';
import { request } from '../support/raw-client.js';

/** Lines that mean only the connection they stand on, each with the name that must not cross. */
const TABLE: [line: string, name: string][] = [
  ['Connection: keep-alive, X-Nominated\nX-Nominated: 1', 'x-nominated'],
  ['Connection: X-First, X-Second\nX-Second: 1', 'x-second'],
  ['X-Earlier: 1\nConnection: x-earlier', 'x-earlier'],
  ['Connection: keep-alive\nConnection: X-Other-Line\nX-Other-Line: 1', 'x-other-line'],
  ['Connection: X-Twice\nX-Twice: 1\nx-tWICE: 2', 'x-twice'],
  ['CONNECTION:\t x-tabs \t,\nX-Tabs: 1', 'x-tabs'],
  ['Keep-Alive: timeout=5, max=100', 'keep-alive'],
  ['kEEP-aLIVE: timeout=5', 'keep-alive'],
  ['Proxy-Connection: keep-alive', 'proxy-connection'],
  ['Proxy-Authorization: Basic eDp5', 'proxy-authorization'],
  ['Proxy-Authenticate: Basic realm="x"', 'proxy-authenticate'],
  ['Proxy-Authentication-Info: nextnonce="x"', 'proxy-authentication-info'],
  ['HTTP2-Settings: AAMAAABk', 'http2-settings'],
  ['TE: trailers', 'te'],
  ['TE: gzip;q=0.5, trailers\nConnection: TE', 'te'],
  ['Trailer: X-Sum', 'trailer'],
  ['Upgrade: h2c', 'upgrade'],
];

test('the table has 17 rows', () => {
  expect(TABLE).toHaveLength(17);
});

test.each(TABLE)('%j does not reach the instance (G12, I23)', async (line, name) => {
  let rawHeaders: string[] = [];
  const upstream = await startUpstream((incoming, response) => {
    rawHeaders = incoming.rawHeaders;
    response.end();
  });
  const { port } = await startGateway(upstream);

  const reply = await request(port, `GET / HTTP/1.1\nHost: localhost\n${line}\nX-Kept: 1`);

  expect(reply.status).toBe(200);
  const names = rawHeaders.filter((_, at) => at % 2 === 0).map((raw) => raw.toLowerCase());
  expect(names).not.toContain(name);
  expect(names).toContain('x-kept');
  // The gateway's own connection to the instance has a Connection line of its own.
  expect(rawHeaders[rawHeaders.findIndex((raw) => raw.toLowerCase() === 'connection') + 1]).toBe(
    'keep-alive',
  );
});

test.each(TABLE)('%j does not reach the client (G12, I23)', async (line, name) => {
  const upstream = await startUpstream((incoming) => {
    incoming.socket.end(
      `HTTP/1.1 200 OK\r\n${line.replaceAll('\n', '\r\n')}\r\nX-Kept: 1\r\nContent-Length: 2\r\n\r\nok`,
    );
  });
  const { port } = await startGateway(upstream);

  const reply = await request(port, 'GET / HTTP/1.1\nHost: localhost');

  expect([reply.status, reply.rest]).toEqual([200, 'ok']);
  expect(reply.get('X-Kept')).toBe('1');
  expect(reply.get(name)).toBeUndefined();
  expect(reply.all('Connection')).toEqual(['close']);
});

test.each(['Content-Length', 'Host', 'Cookie', 'Transfer-Encoding', 'mySessionId', 'Mcp-Session-Id'])(
  'a Connection line that names %s is refused: it would change whose request it is',
  async (name) => {
    let asked = 0;
    const upstream = await startUpstream((_, response) => {
      asked += 1;
      response.end();
    });
    const { port } = await startGateway(upstream, {
      sessionAffinity: 'HEADER_FIELD',
      sessionAffinityConfig: { affinityHeaderFieldName: 'MySessionId' },
    });

    const reply = await request(port, `GET / HTTP/1.1\nHost: localhost\nConnection: keep-alive, ${name}`);

    expect([reply.status, asked]).toEqual([400, 0]);
    expect(JSON.parse(reply.rest).Code).toBe('InvalidArgument');
  },
);
