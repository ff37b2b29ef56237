import { describe, expect, test } from 'vitest';
import { startGateway, startUpstream } from '../support/gateway-fixture.js';
import { exchangeBytes, parseReply, request } from '../support/raw-client.js';
import { startStrictUpstream } from '../support/strict-upstream.js';

describe('tokens and field names are compared without regard to letter case (RFC 9110 §5.1, §5.6.2)', () => {
  test.each(['Chunked', 'CHUNKED', 'chunKed'])(
    'D5: a body in the coding "%s" is served, forwarded as "chunked"',
    async (coding) => {
      const upstream = await startStrictUpstream();
      const { port } = await startGateway(upstream);

      const reply = parseReply(
        await exchangeBytes(
          port,
          `POST / HTTP/1.1\r\nHost: localhost\r\nTRANSFER-encoding: ${coding}\r\nConnection: Close\r\n\r\n3\r\nabc\r\n0\r\n\r\n`,
        ),
      );

      expect(reply?.status).toBe(200);
      expect(upstream.faults).toEqual([]);
      expect(upstream.requests[0]?.body).toBe('abc');
      expect(upstream.requests[0]?.headers).toContainEqual(['TRANSFER-encoding', 'chunked']);
    },
  );

  test.each(['Chunked', 'CHUNKED'])('D5: a reply in the coding "%s" is passed on', async (coding) => {
    const upstream = await startStrictUpstream(
      () => `HTTP/1.1 200 OK\r\nTransfer-Encoding: ${coding}\r\n\r\n2\r\nok\r\n0\r\n\r\n`,
    );
    const { port } = await startGateway(upstream);

    const reply = await request(port, 'GET / HTTP/1.1\nHost: localhost');

    expect([reply.status, reply.rest]).toEqual([200, '2\r\nok\r\n0\r\n\r\n']);
  });

  test('D5: an expectation in another letter case is one', async () => {
    const upstream = await startUpstream((incoming, response) => {
      incoming.resume().on('end', () => response.end('ok'));
    });
    const { port } = await startGateway(upstream);

    const text = await exchangeBytes(
      port,
      'POST / HTTP/1.1\r\nHost: localhost\r\nExpect: 100-Continue\r\nContent-Length: 3\r\nConnection: close\r\n\r\nabc',
    );

    expect(text.startsWith('HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n')).toBe(true);
  });
});

const PASSED = [
  'Proxy-Anything',
  'Proxy-Features',
  'Connection-Id',
  'Keep-Alive-For',
  'Upgrade-Insecure-Requests',
  'TE-X',
];

test.each(PASSED)(
  'D5: %s, which merely begins like a field of one connection, is passed on both ways',
  async (name) => {
    let seen: string[] = [];
    const upstream = await startUpstream((incoming, response) => {
      seen = incoming.rawHeaders;
      response.setHeader(name, 'from the handler').end();
    });
    const { port } = await startGateway(upstream);

    const reply = await request(port, `GET / HTTP/1.1\nHost: localhost\n${name}: from the client`);

    expect(seen[seen.indexOf(name) + 1]).toBe('from the client');
    expect(reply.get(name)).toBe('from the handler');
  },
);

test.each([
  'gzip, chunked',
  'gzip',
  'identity',
  'chunked, chunked',
  'chunked\r\nTransfer-Encoding: chunked',
  'gzip\r\nTransfer-Encoding: chunked',
  'chunked;q=1',
  'x',
  '',
])('D10: a reply with the transfer coding %j is refused as a bad response', async (coding) => {
  const upstream = await startStrictUpstream(
    () => `HTTP/1.1 200 OK\r\nTransfer-Encoding: ${coding}\r\n\r\n2\r\nok\r\n0\r\n\r\n`,
  );
  const { port } = await startGateway(upstream);

  const reply = await request(port, 'GET / HTTP/1.1\nHost: localhost');

  expect(reply.status).toBe(502);
  expect(JSON.parse(reply.rest).Code).toBe('BadResponse');
});
