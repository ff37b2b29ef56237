import http from 'node:http';
import { connect } from 'node:net';
import { expect, test } from 'vitest';
import type { RequestRecord } from '../../src/model/request-record.js';
import { startGateway } from '../support/gateway-fixture.js';
import { exchangeBytes } from '../support/raw-client.js';
import { startStrictUpstream } from '../support/strict-upstream.js';

const BEHIND = 'GET /smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n';
const LAST = 'GET /last HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n';
const CHUNKED = `3\r\nabc\r\n0\r\n\r\n`;

function head(method: string, lines: readonly string[], { target = '/', version = '1.1' } = {}): string {
  return `${[`${method} ${target} HTTP/${version}`, 'Host: localhost', ...lines].join('\r\n')}\r\n\r\n`;
}

/** Requests of which two readers could disagree about where they end, or which bytes are a request. */
function payloads(): [name: string, bytes: string][] {
  const made: [string, string][] = [];
  const add = (name: string, bytes: string): void => void made.push([name, bytes]);

  for (const method of ['GET', 'POST', 'DELETE', 'OPTIONS', 'HEAD', 'PUT', 'PATCH']) {
    add(
      `${method} chunked with a request in the chunk`,
      `${head(method, ['Transfer-Encoding: chunked'])}${BEHIND.length.toString(16)}\r\n${BEHIND}\r\n0\r\n\r\n`,
    );
    add(
      `${method} with a request in its body`,
      `${head(method, [`Content-Length: ${BEHIND.length}`])}${BEHIND}`,
    );
    add(
      `${method} CL.TE`,
      `${head(method, ['Content-Length: 4', 'Transfer-Encoding: chunked'])}0\r\n\r\n${BEHIND}`,
    );
    add(
      `${method} TE.CL`,
      `${head(method, ['Transfer-Encoding: chunked', 'Content-Length: 4'])}${BEHIND.length.toString(16)}\r\n${BEHIND}\r\n0\r\n\r\n`,
    );
    add(`${method} without a length, body behind`, `${head(method, [])}${BEHIND}`);
  }
  for (const encoding of [
    '',
    ' ',
    'identity',
    'gzip',
    'chunked, chunked',
    'chunked,',
    ',chunked',
    ', chunked',
    'chunked, identity',
    'identity, chunked',
    'gzip, chunked',
    'chunkedx',
    'xchunked',
    'chunked;q=1',
    '"chunked"',
    'chunked\x0b',
    '\x0bchunked',
    '\x0cchunked',
    'chunked\x00',
    'chun\tked',
    'cow',
    'chunked\r\n identity',
    'Chunked',
    'CHUNKED',
    '\tchunked\t',
  ]) {
    add(
      `Transfer-Encoding ${JSON.stringify(encoding)}`,
      `${head('POST', [`Transfer-Encoding: ${encoding}`])}${CHUNKED}${BEHIND}`,
    );
    add(
      `Transfer-Encoding ${JSON.stringify(encoding)} and a length`,
      `${head('POST', [`Transfer-Encoding: ${encoding}`, 'Content-Length: 13'])}${CHUNKED}${BEHIND}`,
    );
  }
  for (const [name, line] of [
    ['a space before the colon', 'Transfer-Encoding : chunked'],
    ['a tab before the colon', 'Transfer-Encoding\t: chunked'],
    ['a leading space', ' Transfer-Encoding: chunked'],
    ['a leading tab', '\tTransfer-Encoding: chunked'],
    ['a folded value', 'Transfer-Encoding:\r\n chunked'],
    ['a bare CR', 'X: y\rTransfer-Encoding: chunked'],
    ['a bare LF', 'X: y\nTransfer-Encoding: chunked'],
    ['a NUL', 'Transfer\0-Encoding: chunked'],
    ['an underscore', 'Transfer_Encoding: chunked'],
    ['no colon', 'Transfer-Encoding chunked'],
    ['a quoted name', '"Transfer-Encoding": chunked'],
    ['a colon first', ': chunked'],
    ['high bytes in the name', 'Transfer-Encod\xefng: chunked'],
    ['the Kelvin sign', 'Transfer-Encoding: chun\u212aed'],
  ] as const) {
    add(`Transfer-Encoding with ${name}`, `${head('POST', [line, 'Content-Length: 13'])}${CHUNKED}${BEHIND}`);
  }
  for (const length of [
    '+3',
    '-3',
    '03',
    '0x3',
    '3 ',
    ' 3',
    '3,3',
    '3, 3',
    '3;',
    '3.0',
    '3e0',
    '',
    '00',
    '３',
    '99999999999999999999',
    '18446744073709551619',
    '4294967299',
    '3\x0b',
    '3\r\n 3',
    '3 3',
  ]) {
    add(
      `Content-Length ${JSON.stringify(length)}`,
      `${head('POST', [`Content-Length: ${length}`])}abc${BEHIND}`,
    );
  }
  add('two equal lengths', `${head('POST', ['Content-Length: 3', 'Content-Length: 3'])}abc${BEHIND}`);
  add('two lengths', `${head('POST', ['Content-Length: 3', 'Content-Length: 48'])}abc${BEHIND}`);
  add(
    'two lengths, the other way',
    `${head('POST', ['Content-Length: 48', 'content-length: 3'])}abc${BEHIND}`,
  );
  add(
    'two encodings',
    `${head('POST', ['Transfer-Encoding: chunked', 'Transfer-Encoding: chunked'])}${CHUNKED}${BEHIND}`,
  );
  add(
    'two encodings, one unknown',
    `${head('POST', ['Transfer-Encoding: identity', 'Transfer-Encoding: chunked'])}${CHUNKED}${BEHIND}`,
  );
  add(
    'HTTP/1.0 with chunks',
    `${head('POST', ['Transfer-Encoding: chunked'], { version: '1.0' })}${CHUNKED}${BEHIND}`,
  );
  add('HTTP/1.0 kept alive', `${head('GET', ['Connection: keep-alive'], { version: '1.0' })}${BEHIND}`);
  add('an unknown version', `${head('GET', [], { version: '1.2' })}${BEHIND}`);
  add('HTTP/2.0', `${head('GET', [], { version: '2.0' })}${BEHIND}`);
  add('HTTP/0.9', `GET /\r\n${BEHIND}`);
  add('the preface of HTTP/2', `PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n${BEHIND}`);

  for (const name of ['Content-Length', 'Transfer-Encoding', 'Host', 'Cookie']) {
    add(
      `Connection nominates ${name}`,
      `${head('POST', ['Content-Length: 3', `Connection: keep-alive, ${name}`])}abc${BEHIND}`,
    );
    add(
      `Connection nominates ${name} in lower case, by tabs`,
      `${head('POST', ['Content-Length: 3', `Connection:\t${name.toLowerCase()}\t`])}abc${BEHIND}`,
    );
  }
  for (const [name, chunks] of [
    ['negative', '-1\r\n'],
    ['with plus', '+3\r\nabc\r\n0\r\n\r\n'],
    ['with 0x', '0x3\r\nabc\r\n0\r\n\r\n'],
    ['too big', 'ffffffffffffffffff\r\nabc\r\n0\r\n\r\n'],
    ['overflowing', '10000000000000003\r\nabc\r\n0\r\n\r\n'],
    ['with a space before', ' 3\r\nabc\r\n0\r\n\r\n'],
    ['with a space behind', '3 \r\nabc\r\n0\r\n\r\n'],
    ['ended by LF alone', '3\nabc\n0\n\n'],
    ['ended by CR alone', '3\rabc\r0\r\r'],
    ['with a wrong end', '3\r\nabcXX0\r\n\r\n'],
    ['longer than said', '3\r\nabcdef\r\n0\r\n\r\n'],
    ['without a size', '\r\nabc\r\n0\r\n\r\n'],
    ['with leading zeros', '0000003\r\nabc\r\n0\r\n\r\n'],
    ['with an extension', '3;a=b\r\nabc\r\n0\r\n\r\n'],
    ['with an extension holding LF', '3;a=\nb\r\nabc\r\n0\r\n\r\n'],
    ['with an extension holding CR', '3;a=\rb\r\nabc\r\n0\r\n\r\n'],
    ['with a quoted extension', '3;a="\r\n"\r\nabc\r\n0\r\n\r\n'],
    ['with trailers', '3\r\nabc\r\n0\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n'],
    ['with a trailing request', `3\r\nabc\r\n0\r\nX: ${'GET /smuggled HTTP/1.1'}\r\n\r\n`],
    ['with LF behind the last', '3\r\nabc\r\n0\n\n'],
    ['with a huge extension', `3;${'a'.repeat(20_000)}\r\nabc\r\n0\r\n\r\n`],
  ] as const) {
    add(`a chunk ${name}`, `${head('POST', ['Transfer-Encoding: chunked'])}${chunks}${BEHIND}`);
  }
  for (const count of [150, 190, 201, 1000, 1999, 2100]) {
    const lines = Array.from({ length: count }, () => 'a:');
    add(
      `${count} lines, then a length`,
      `${head('GET', [...lines, `Content-Length: ${BEHIND.length}`])}${BEHIND}`,
    );
    add(
      `${count} lines, then chunks`,
      `${head('GET', [...lines, 'Transfer-Encoding: chunked'])}${BEHIND.length.toString(16)}\r\n${BEHIND}\r\n0\r\n\r\n`,
    );
  }
  for (const target of [
    '*',
    'http://localhost/',
    'http://evil/',
    'localhost:80',
    '/a b',
    '/a#b',
    '/\x7f',
    '/\xe9',
    '',
    '//\t',
  ]) {
    add(`target ${JSON.stringify(target)}`, `${head('GET', [], { target })}${BEHIND}`);
  }
  add('CONNECT', `CONNECT localhost:80 HTTP/1.1\r\nHost: localhost\r\n\r\n${BEHIND}`);
  add('TRACE', `${head('TRACE', [])}${BEHIND}`);
  add('an unknown method', `${head('SMUGGLE', [])}${BEHIND}`);
  add('a lower-case method', `${head('get', [])}${BEHIND}`);
  add('no host', `GET / HTTP/1.1\r\n\r\n${BEHIND}`);
  add('two hosts', `${head('GET', ['Host: localhost'])}${BEHIND}`);
  add('an empty host', `GET / HTTP/1.1\r\nHost:\r\n\r\n${BEHIND}`);
  add('a host with a space', `GET / HTTP/1.1\r\nHost: local host\r\n\r\n${BEHIND}`);
  add('a host with a path', `GET / HTTP/1.1\r\nHost: localhost/x\r\n\r\n${BEHIND}`);
  add('lines ended by LF', `GET / HTTP/1.1\nHost: localhost\n\n${BEHIND}`);
  add('a head ended by LF', `GET / HTTP/1.1\r\nHost: localhost\r\n\n${BEHIND}`);
  add('empty lines before', `\r\n\r\n${head('GET', [])}${BEHIND}`);
  add(
    'Expect with a body at once',
    `${head('POST', ['Expect: 100-continue', 'Content-Length: 3'])}abc${BEHIND}`,
  );
  add('Expect with an unknown value', `${head('POST', ['Expect: 200-ok', 'Content-Length: 3'])}abc${BEHIND}`);
  add('Expect without a body', `${head('GET', ['Expect: 100-continue'])}${BEHIND}`);
  const upgrade = ['Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13'];
  add('an upgrade that is not one', `${head('GET', upgrade)}${BEHIND}`);
  add('an upgrade with a body', `${head('GET', [...upgrade, 'Content-Length: 3'])}abc${BEHIND}`);
  const h2c = ['Connection: Upgrade, HTTP2-Settings', 'Upgrade: h2c', 'HTTP2-Settings: x'];
  for (const method of ['GET', 'POST', 'DELETE']) {
    add(`an ignored offer by ${method}`, `${head(method, h2c)}${BEHIND}`);
    add(
      `an ignored offer by ${method}, a request in its body`,
      `${head(method, [...h2c, `Content-Length: ${BEHIND.length}`])}${BEHIND}`,
    );
    add(
      `an ignored offer by ${method}, a request in its chunk`,
      `${head(method, [...h2c, 'Transfer-Encoding: chunked'])}${BEHIND.length.toString(16)}\r\n${BEHIND}\r\n0\r\n\r\n`,
    );
    add(
      `an ignored offer by ${method}, CL.TE`,
      `${head(method, [...h2c, 'Content-Length: 4', 'Transfer-Encoding: chunked'])}0\r\n\r\n${BEHIND}`,
    );
    add(
      `an ignored offer by ${method}, two lengths`,
      `${head(method, [...h2c, 'Content-Length: 3', 'Content-Length: 48'])}abc${BEHIND}`,
    );
    add(
      `an ignored offer by ${method}, a coding that is none`,
      `${head(method, [...h2c, 'Transfer-Encoding: xchunked'])}${CHUNKED}${BEHIND}`,
    );
  }
  for (const [name, lines] of [
    ['and the preface of HTTP/2 behind it', [...h2c, 'X: PRI * HTTP/2.0']],
    [
      'that nominates its length',
      ['Connection: Upgrade, Content-Length', 'Upgrade: h2c', 'Content-Length: 3'],
    ],
    ['that nominates Host', ['Connection: Upgrade, Host', 'Upgrade: h2c']],
    ['with an empty option', ['Connection: ,Upgrade,, ,', 'Upgrade: h2c']],
    ['with a folded option', ['Connection: Upgrade,\r\n HTTP2-Settings', 'Upgrade: h2c']],
    ['with a NUL in a value', [...h2c, 'X: a\0b']],
    ['with a bare CR in a value', [...h2c, 'X: a\rContent-Length: 48']],
    ['with two lines of each', [...h2c, ...h2c]],
    ['twice, the second accepted', [...h2c, 'Upgrade: websocket', 'Sec-WebSocket-Version: 8']],
    ['with a length behind it', [...h2c, ...Array.from({ length: 190 }, () => 'a:'), 'Content-Length: 48']],
    ['of TLS', ['Connection: Upgrade', 'Upgrade: TLS/1.0']],
  ] as const) {
    add(`an ignored offer ${name}`, `${head('POST', lines)}${BEHIND}`);
  }
  add(
    'two ignored offers, pipelined',
    `${head('POST', [...h2c, 'Content-Length: 3'])}abc${head('GET', h2c)}${BEHIND}`,
  );
  add(
    'an ignored offer behind a request',
    `${head('GET', [], { target: '/first' })}${head('GET', h2c)}${BEHIND}`,
  );
  add('an ignored offer by HTTP/1.0', `${head('GET', h2c, { version: '1.0' })}${BEHIND}`);
  add(
    'an ignored offer, the preface of HTTP/2 behind it',
    `${head('GET', h2c)}PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n${BEHIND}`,
  );
  add('an upgrade by POST', `${head('POST', [...upgrade, 'Content-Length: 3'])}abc${BEHIND}`);
  return made;
}

const ALL = payloads();

test('there are at least 120 payloads', () => {
  expect(ALL.length).toBeGreaterThanOrEqual(120);
  expect(new Set(ALL.map(([name]) => name)).size).toBe(ALL.length);
});

test('whatever is sent, the instance parses exactly the requests that the gateway forwarded, in the same number (G1, I20)', async () => {
  const lanes = 8;

  const wrong = await Promise.all(
    Array.from({ length: lanes }, (_, lane) =>
      compareReadings(ALL.filter((_payload, at) => at % lanes === lane)),
    ),
  );

  expect(wrong.flat()).toEqual([]);
});

/** @returns the payloads that the gateway and the instance read differently */
async function compareReadings(some: readonly (readonly [name: string, bytes: string])[]): Promise<string[]> {
  const upstream = await startStrictUpstream();
  const { port, records, gateway } = await startGateway(upstream);
  const wrong: string[] = [];
  for (const [name, bytes] of some) {
    const before = [upstream.requests.length, records.length, upstream.faults.length] as const;
    // A request of our own behind it, on the same connection, ends what would wait for more.
    await exchangeBytes(port, `${bytes}${LAST}`, { idleMs: 250 });
    while (gateway.inFlight > 0) await new Promise((resolve) => setImmediate(resolve));
    const parsed = upstream.requests.slice(before[0]).map(({ line }) => line.replace(/ HTTP.*/, ''));
    const forwarded = records.slice(before[1]).filter(({ attempts }) => attempts.length > 0);
    const mustBe = forwarded.filter(({ status }) => status === 200).map(nameOf);
    const maybe = forwarded.filter(({ outcome }) => outcome === 'client-closed').map(nameOf);
    const faults = upstream.faults.slice(before[2]);
    if (
      faults.length > 0 ||
      missing(parsed, mustBe).length > 0 ||
      missing([...mustBe, ...maybe], parsed).length > 0
    ) {
      wrong.push(`${name}: forwarded ${mustBe.join()}, parsed ${parsed.join()} ${faults.join()}`);
    }
  }
  return wrong;
}

function nameOf({ method, target }: RequestRecord): string {
  return `${method} ${target}`;
}

/** @returns what `all` lacks of `wanted`, each as often as it is lacking */
function missing(all: readonly string[], wanted: readonly string[]): string[] {
  const left = [...all];
  return wanted.filter((name) => {
    const at = left.indexOf(name);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}

test('200 victims who share the instance’s connections with an attacker get their own answers (G4, I3)', async () => {
  const upstream = await startStrictUpstream();
  const { port } = await startGateway(upstream);
  const agent = new http.Agent({ keepAlive: true, maxSockets: 4 });
  const attacks = ALL.filter(([, bytes]) => bytes.includes('/smuggled'));
  const attackers = Array.from({ length: 60 }, (_, n) => {
    const attacker = connect(port, '127.0.0.1').on('error', () => {});
    attacker.resume();
    const [, bytes = ''] = attacks[(n * 7) % attacks.length] ?? [];
    attacker.write(bytes, 'latin1');
    return attacker;
  });

  const answers = await Promise.all(
    Array.from(
      { length: 200 },
      (_, n) =>
        new Promise<string>((resolve, reject) => {
          http
            .get(
              { port, host: '127.0.0.1', path: `/victim/${n}`, headers: { host: 'localhost' }, agent },
              (response) => {
                let text = '';
                response.setEncoding('utf8').on('data', (chunk) => {
                  text += chunk;
                });
                response.on('end', () => resolve(text));
              },
            )
            .on('error', reject);
        }),
    ),
  );
  agent.destroy();
  for (const attacker of attackers) attacker.destroy();

  expect(answers).toEqual(Array.from({ length: 200 }, (_, n) => `you asked /victim/${n}`));
});
