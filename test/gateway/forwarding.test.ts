import type { IncomingMessage, ServerResponse } from 'node:http';
import { expect, test } from 'vitest';
import { MovableClock } from '../../src/model/clock.js';
import { startGateway, startUpstream } from '../support/gateway-fixture.js';
import { exchangeBytes, parseReply, request } from '../support/raw-client.js';

interface Seen {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly rawHeaders: readonly string[];
  readonly body: string;
}

/** Notes what it gets and answers the same to everything. */
function recording(answer: (response: ServerResponse, request: IncomingMessage) => void = hello) {
  const seen: Seen[] = [];
  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    let body = '';
    request.setEncoding('latin1').on('data', (chunk: string) => {
      body += chunk;
    });
    request.on('end', () => {
      seen.push({ method: request.method, url: request.url, rawHeaders: request.rawHeaders, body });
      answer(response, request);
    });
  };
  return { seen, listener };
}

function hello(response: ServerResponse): void {
  response.setHeader('Content-Type', 'text/html; charset=utf-8');
  response.end('Hello, World!');
}

function valuesOf(rawHeaders: readonly string[] | undefined, name: string): string[] {
  return (rawHeaders ?? []).filter((_, at, all) => at % 2 === 1 && all[at - 1]?.toLowerCase() === name);
}

test('a first reply has the documented lines: cookie, request ID, exposed headers, attachment, date (C01, C10, C11, C12, C13)', async () => {
  const { listener } = recording();
  const { port } = await startGateway(await startUpstream(listener));

  const reply = await request(port, 'GET / HTTP/1.1\nHost: localhost');

  expect(reply.status).toBe(200);
  expect(reply.rest).toBe('Hello, World!');
  expect(reply.get('Content-Length')).toBe('13');
  expect(reply.get('Content-Type')).toBe('text/html; charset=utf-8');
  expect(reply.all('Set-Cookie')).toEqual([
    expect.stringMatching(/^x-fc-cookie-session-id=[^;]+; Max-Age=21600$/),
  ]);
  expect(reply.get('X-Fc-Request-Id')).toMatch(/^1-[0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{12}$/);
  expect(reply.get('Access-Control-Expose-Headers')).toBe('Date,x-fc-request-id');
  expect(reply.get('Content-Disposition')).toBe('attachment');
  expect(reply.get('Date')).toMatch(/^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/);
});

test('each request has an ID of its own, which the handler and the record know too (C11)', async () => {
  const { seen, listener } = recording();
  const { port, recorded } = await startGateway(await startUpstream(listener));

  const first = await request(port, 'GET / HTTP/1.1\nHost: localhost');
  const second = await request(port, 'GET / HTTP/1.1\nHost: localhost');

  const ids = [first, second].map((reply) => reply.get('X-Fc-Request-Id'));
  expect(new Set(ids).size).toBe(2);
  expect(seen.map(({ rawHeaders }) => valuesOf(rawHeaders, 'x-fc-request-id')[0])).toEqual(ids);
  expect((await recorded(2)).map(({ requestId }) => requestId)).toEqual(ids);
});

test('a request that belongs to a session gets no cookie, and its Cookie line reaches the handler unchanged (C05, U8)', async () => {
  const { seen, listener } = recording();
  const { port } = await startGateway(await startUpstream(listener));
  const [cookie = ''] = (await request(port, 'GET / HTTP/1.1\nHost: localhost')).all('Set-Cookie');
  const pair = cookie.split(';')[0];

  const reply = await request(port, `GET / HTTP/1.1\nHost: localhost\nCookie: a=1; ${pair}; b="2"`);

  expect(reply.all('Set-Cookie')).toEqual([]);
  expect(valuesOf(seen[1]?.rawHeaders, 'cookie')).toEqual([`a=1; ${pair}; b="2"`]);
});

test("the handler's own cookies survive in order beside ours; one in our name does not (C28, U9)", async () => {
  const { listener } = recording((response) => {
    response.setHeader('Set-Cookie', ['b=2; Path=/', 'x-fc-cookie-session-id=stolen; Path=/', 'a=1']);
    response.end();
  });
  const { port } = await startGateway(await startUpstream(listener));

  const cookies = (await request(port, 'GET / HTTP/1.1\nHost: localhost')).all('Set-Cookie');

  expect(cookies.slice(0, 2)).toEqual(['b=2; Path=/', 'a=1']);
  expect(cookies).toHaveLength(3);
  expect(cookies[2]).not.toContain('stolen');
});

test('a handler gets none of the client’s x-fc- headers, and the common ones (G12)', async () => {
  const { seen, listener } = recording();
  const { port } = await startGateway(await startUpstream(listener));

  await request(
    port,
    'GET / HTTP/1.1\nHost: localhost\nX-Fc-Request-Id: forged\nx-fc-account-id: forged\nX-FC-Other: forged',
  );

  const { rawHeaders = [] } = seen[0] ?? {};
  expect(rawHeaders.join()).not.toContain('forged');
  for (const name of [
    'x-fc-request-id',
    'x-fc-access-key-id',
    'x-fc-access-key-secret',
    'x-fc-security-token',
    'x-fc-function-handler',
    'x-fc-function-memory',
    'x-fc-region',
    'x-fc-account-id',
    'x-fc-qualifier',
    'x-fc-version-id',
    'x-fc-function-name',
    'x-fc-service-logproject',
    'x-fc-service-logstore',
    'x-fc-control-path',
  ]) {
    expect(valuesOf(rawHeaders, name), name).toHaveLength(1);
  }
  expect(valuesOf(rawHeaders, 'x-fc-control-path')).toEqual(['/http-invoke']);
  expect(valuesOf(rawHeaders, 'x-fc-function-name')).toEqual(['hello']);
});

test('what a function may not set is dropped: x-fc-*, Date, Server, Connection, Content-Disposition (G13)', async () => {
  const { listener } = recording((response) => {
    response.writeHead(201, {
      'X-Fc-Request-Id': 'forged',
      'x-fc-status': '404',
      Date: 'yesterday',
      Server: 'mine',
      Connection: 'close',
      'Keep-Alive': 'timeout=1',
      'Content-Disposition': 'inline',
      'X-Kept': 'yes',
    });
    response.end();
  });
  const { port } = await startGateway(await startUpstream(listener));

  const reply = await request(port, 'GET / HTTP/1.1\nHost: localhost');

  expect(reply.status).toBe(201);
  expect(reply.text).not.toMatch(/forged|x-fc-status|yesterday|mine|timeout=1|inline/i);
  expect(reply.get('X-Kept')).toBe('yes');
  expect(reply.all('Date')).toHaveLength(1);
});

test('behind a custom domain nothing forces a download, and the function may say so itself (U35)', async () => {
  const { listener } = recording((response) => {
    response.setHeader('Content-Disposition', 'inline; filename="a.txt"');
    response.end();
  });
  const { port } = await startGateway(await startUpstream(listener), { customDomain: true });

  const reply = await request(port, 'GET / HTTP/1.1\nHost: localhost');

  expect(reply.all('Content-Disposition')).toEqual(['inline; filename="a.txt"']);
});

test('errors of the function carry the attachment line too (U35)', async () => {
  const { listener } = recording((response) => {
    response.statusCode = 500;
    response.end('it broke');
  });
  const { port } = await startGateway(await startUpstream(listener));

  const reply = await request(port, 'GET / HTTP/1.1\nHost: localhost');

  expect([reply.status, reply.rest, reply.get('Content-Disposition')]).toEqual([
    500,
    'it broke',
    'attachment',
  ]);
});

test.each([
  '/',
  '//evil/p',
  '///',
  '/a//b///c',
  '/\\x',
  '/a%2fb%00?x=%0d%0a',
  '/?',
  '/a?b?c=//d',
  '/http:/x',
  '/http://x',
  '/@evil',
  '/../../etc/passwd',
  '/a;b=c',
  '/"<>|^`{}',
])('the target %s reaches the handler as it was sent (I22)', async (target) => {
  const { seen, listener } = recording();
  const { port } = await startGateway(await startUpstream(listener));

  await request(port, `GET ${target} HTTP/1.1\nHost: localhost`);

  expect(seen[0]?.url).toBe(target);
});

test('header names keep their letter case, lines their order and repetition, both ways (I22)', async () => {
  const { seen, listener } = recording((response) => {
    response.writeHead(200, [
      'x-LOWER',
      '1',
      'X-Twice',
      'a',
      'x-twice',
      'b',
      'VARY',
      'q',
      'X-Latin',
      '\u00e9\u00ff',
    ]);
    response.end();
  });
  const { port } = await startGateway(await startUpstream(listener));

  const reply = await request(
    port,
    'GET / HTTP/1.1\nhOsT: localhost\nX-CamelCase: 1\nx-twice: a\nX-Twice: b\nACCEPT: */*\nX-Latin: \u00e9\u00ff\n__proto__: polluted\nconstructor: c',
  );

  const { rawHeaders = [] } = seen[0] ?? {};
  expect(rawHeaders.slice(0, 4)).toEqual(['hOsT', 'localhost', 'X-CamelCase', '1']);
  expect(valuesOf(rawHeaders, 'x-twice')).toEqual(['a', 'b']);
  expect(rawHeaders).toContain('ACCEPT');
  expect(valuesOf(rawHeaders, 'x-latin')).toEqual(['\u00e9\u00ff']);
  expect(valuesOf(rawHeaders, '__proto__')).toEqual(['polluted']);
  expect(valuesOf(rawHeaders, 'constructor')).toEqual(['c']);
  expect(
    reply.headers
      .filter(([name]) => /^(x-lower|x-twice|vary|x-latin)$/i.test(name))
      .map(([name, value]) => `${name}=${value}`),
  ).toEqual(['x-LOWER=1', 'X-Twice=a', 'x-twice=b', 'VARY=q', 'X-Latin=\u00e9\u00ff']);
});

test('Host reaches the handler unchanged, so that its own defence against DNS rebinding works', async () => {
  const { seen, listener } = recording();
  const { port } = await startGateway(await startUpstream(listener));

  await request(port, 'GET / HTTP/1.1\nHost: LocalHost:4711');

  expect(valuesOf(seen[0]?.rawHeaders, 'host')).toEqual(['LocalHost:4711']);
});

test.each(['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'GET', 'HEAD'])(
  'a %s body arrives whole, by length and in chunks',
  async (method) => {
    const { seen, listener } = recording();
    const { port } = await startGateway(await startUpstream(listener));

    await request(port, `${method} / HTTP/1.1\nHost: localhost\nContent-Length: 5`, 'a\0\xffbc');
    await request(
      port,
      `${method} / HTTP/1.1\nHost: localhost\nTransfer-Encoding: chunked`,
      '2;ext=1\r\nab\r\n3\r\ncde\r\n0\r\nX-Trailer: dropped\r\n\r\n',
    );

    expect(seen.map(({ method: got, body }) => [got, body])).toEqual([
      [method, 'a\0\xffbc'],
      [method, 'abcde'],
    ]);
    expect(valuesOf(seen[0]?.rawHeaders, 'content-length')).toEqual(['5']);
    expect(valuesOf(seen[0]?.rawHeaders, 'transfer-encoding')).toEqual([]);
    expect(valuesOf(seen[1]?.rawHeaders, 'transfer-encoding')).toEqual(['chunked']);
    expect(valuesOf(seen[1]?.rawHeaders, 'content-length')).toEqual([]);
  },
);

test('HEAD, 204 and 304 have no body and leave the connection usable', async () => {
  const { listener } = recording((response, { url }) => {
    if (url === '/head') response.setHeader('Content-Length', '1000');
    if (url === '/304') response.setHeader('Content-Length', '7');
    response.statusCode = url === '/head' ? 200 : Number(url?.slice(1));
    response.end();
  });
  const { port } = await startGateway(await startUpstream(listener));

  const text = await exchangeBytes(
    port,
    [
      'HEAD /head HTTP/1.1\r\nHost: localhost\r\n\r\n',
      'GET /204 HTTP/1.1\r\nHost: localhost\r\n\r\n',
      'GET /304 HTTP/1.1\r\nHost: localhost\r\n\r\n',
      'GET /200 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n',
    ].join(''),
  );

  const heads = text.split('\r\n\r\n').filter((part) => part.startsWith('HTTP/1.1'));
  expect(heads.map((head) => head.slice(9, 12))).toEqual(['200', '204', '304', '200']);
  expect(heads[0]).toMatch(/Content-Length: 1000/i);
  expect(heads[1]).not.toMatch(/Content-Length|Transfer-Encoding/i);
});

test('a client of HTTP/1.0 gets a reply that ends with the connection', async () => {
  const { listener } = recording((response) => {
    response.write('in ');
    response.end('chunks');
  });
  const { port } = await startGateway(await startUpstream(listener));

  const text = await exchangeBytes(port, 'GET / HTTP/1.0\r\nHost: localhost\r\n\r\n');
  const reply = parseReply(text);

  expect(reply?.rest).toBe('in chunks');
  expect(reply?.get('Transfer-Encoding')).toBeUndefined();
  expect(reply?.get('Connection')).toBe('close');
});

test('pipelined requests are answered in their order', async () => {
  const { listener } = recording((response, { url }) => {
    if (url !== '/one') return void response.end(url);
    setImmediate(() => setImmediate(() => response.end(url)));
  });
  const { port } = await startGateway(await startUpstream(listener));

  const text = await exchangeBytes(
    port,
    '/one /two /three'
      .split(' ')
      .map(
        (url) =>
          `GET ${url} HTTP/1.1\r\nHost: localhost\r\n${url === '/three' ? 'Connection: close\r\n' : ''}\r\n`,
      )
      .join(''),
  );

  expect(text.match(/\/(one|two|three)/g)).toEqual(['/one', '/two', '/three']);
});

test('trailers of the handler are not forwarded', async () => {
  const { listener } = recording((response) => {
    response.writeHead(200, { Trailer: 'X-Sum' });
    response.write('body');
    response.addTrailers({ 'X-Sum': '1' });
    response.end();
  });
  const { port } = await startGateway(await startUpstream(listener));

  const reply = await request(port, 'GET / HTTP/1.1\nHost: localhost');

  expect(reply.status).toBe(200);
  expect(reply.rest).toBe('4\r\nbody\r\n0\r\n\r\n');
  expect(reply.get('Trailer')).toBeUndefined();
});

test('a reason phrase passes', async () => {
  const { listener } = recording((response) => {
    response.writeHead(299, 'Quite Fine');
    response.end();
  });
  const { port } = await startGateway(await startUpstream(listener));

  const reply = await request(port, 'GET / HTTP/1.1\nHost: localhost');

  expect([reply.status, reply.reason]).toEqual([299, 'Quite Fine']);
});

test('connections to the instance are kept and used again', async () => {
  const { listener } = recording();
  const upstream = await startUpstream(listener);
  let connections = 0;
  upstream.server.on('connection', () => {
    connections += 1;
  });
  const clock = new MovableClock({ frozen: true });
  const { port } = await startGateway(upstream, { clock });
  await request(port, 'GET / HTTP/1.1\nHost: localhost');
  // The first kept connection waits for 50 ms (D3).
  await clock.advance(50);

  for (let n = 0; n < 20; n++) await request(port, 'GET / HTTP/1.1\nHost: localhost');

  expect(connections).toBe(1);
});

test('the record of a request tells its stages; the first browser is told about the download, once', async () => {
  const { listener } = recording();
  const { port, recorded } = await startGateway(await startUpstream(listener));

  await request(port, 'GET /a?b HTTP/1.1\nHost: localhost\nAccept: */*');
  await request(port, 'GET / HTTP/1.1\nHost: localhost\nAccept: text/html,*/*');
  await request(port, 'GET / HTTP/1.1\nHost: localhost\nAccept: text/html,*/*');

  const [first, second, third] = await recorded(3);
  expect(first).toMatchObject({
    functionName: 'hello',
    qualifier: 'LATEST',
    method: 'GET',
    target: '/a?b',
    upgrade: false,
    outcome: 'completed',
    status: 200,
    attempts: [{ outcome: 'answered', decision: { placement: 'first-fit', session: 'opened' } }],
    decision: { placement: 'first-fit', session: 'opened' },
  });
  const { admittedMs = -1, firstByteMs = -1, endedMs = -1 } = first?.attempts[0] ?? {};
  expect([admittedMs, firstByteMs, endedMs, first?.durationMs]).toEqual(
    [admittedMs, firstByteMs, endedMs, first?.durationMs ?? -1].sort((one, other) => one - other),
  );
  expect(admittedMs).toBeGreaterThanOrEqual(0);
  expect(first?.hint).toBeUndefined();
  expect(second?.hint).toEqual({ code: 'page-downloaded' });
  expect(third?.hint).toBeUndefined();
});

test('every visit is left once, answered', async () => {
  const { listener } = recording();
  const { port, admission, gateway, recorded } = await startGateway(await startUpstream(listener));

  await Promise.all(
    Array.from({ length: 50 }, () =>
      request(port, 'POST / HTTP/1.1\nHost: localhost\nContent-Length: 1', 'x'),
    ),
  );
  await recorded(50);

  expect(admission.assignments.map(({ left }) => left)).toEqual(
    Array.from({ length: 50 }, () => [{ answered: true }]),
  );
  expect(gateway.inFlight).toBe(0);
});
