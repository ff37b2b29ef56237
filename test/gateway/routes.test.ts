import { randomUUID } from 'node:crypto';
import { PassThrough, Readable } from 'node:stream';
import { expect, onTestFinished, test } from 'vitest';
import { strategyOf } from '../../src/affinity/strategy-of.js';
import { createRoute } from '../../src/gateway/create-route.js';
import { createGateway } from '../../src/gateway/gateway.js';
import { MovableClock } from '../../src/model/clock.js';
import type { Exchange, ExchangeOutcome, ExchangeReply } from '../../src/model/exchange.js';
import { HTTP_METHODS } from '../../src/model/function.js';
import { completeFunction } from '../../src/model/function-config.js';
import { createHostRule } from '../../src/model/host-rule.js';
import { createIds } from '../../src/model/ids.js';
import type { Address } from '../../src/model/instance.js';
import type { RequestRecord } from '../../src/model/request-record.js';
import type { Route } from '../../src/model/route.js';
import { listen, startUpstream } from '../support/gateway-fixture.js';
import { request } from '../support/raw-client.js';
import { singleInstanceAdmission } from '../support/single-instance-admission.js';

function startRouting() {
  const clock = new MovableClock();
  const records: RequestRecord[] = [];
  const gateway = createGateway({
    clock,
    sessionClock: clock,
    ids: createIds(clock),
    hostVerdict: createHostRule([]),
    onRecord: (record) => records.push(record),
  });
  onTestFinished(() => gateway.close());
  return { gateway, records };
}

function routeTo(functionName: string, address: Address): Route {
  const config = completeFunction({ functionName, command: ['node'] });
  return createRoute({
    trigger: { functionName, qualifier: 'LATEST', methods: HTTP_METHODS, customDomain: false },
    config,
    admission: singleInstanceAdmission(() => address),
    affinity: strategyOf(config),
  });
}

async function startAnswering(text: string): Promise<Address> {
  return startUpstream((incoming, response) => {
    incoming.resume().once('end', () => response.end(`${text} ${incoming.headers['x-fc-function-name']}`));
  });
}

test('a function changes, goes and comes under a running listener', async () => {
  const { gateway, records } = startRouting();
  let route: Route | undefined = routeTo('first', await startAnswering('one'));
  const listener = gateway.createListener(() => route);
  onTestFinished(() => listener.closeNow());
  const port = await listen(listener.server);
  const ask = async () => {
    const { status, rest } = await request(port, 'GET / HTTP/1.1\nHost: localhost');
    return `${status} ${status === 200 ? rest.replaceAll(/^\w+\r\n|\r\n0\r\n\r\n$/g, '') : JSON.parse(rest).Code}`;
  };

  expect(await ask()).toContain('one first');
  route = routeTo('second', await startAnswering('two'));
  expect(await ask()).toContain('two second');
  route = undefined;
  expect(await ask()).toBe('404 FunctionNotFound');
  route = routeTo('third', await startAnswering('three'));
  expect(await ask()).toContain('three third');

  expect(records.map(({ functionName, status }) => `${functionName} ${status}`)).toEqual([
    'first 200',
    'second 200',
    '- 404',
    'third 200',
  ]);
});

/** A request that no HTTP server has parsed, as InvokeFunction makes one. */
function exchangeOf(body: string) {
  const sink = new PassThrough();
  const replies: ExchangeReply[] = [];
  const over = new Promise<ExchangeOutcome>((resolve) => {
    sink.once('close', () => resolve(sink.writableFinished ? 'delivered' : 'client-closed'));
  });
  const exchange: Exchange = {
    requestId: randomUUID(),
    head: {
      method: 'POST',
      target: '/invoke',
      lines: [],
      forwardedLines: ['Host', 'localhost', 'Content-Length', String(body.length)],
      isFramed: true,
    },
    body: Readable.from([Buffer.from(body)]),
    bodyError: undefined,
    upgrade: undefined,
    writeInterim() {},
    writeHead(reply) {
      replies.push(reply);
      return reply.status;
    },
    sink,
    get isOver() {
      return sink.closed;
    },
    over,
    abort: () => void sink.destroy(),
    stop: () => void sink.destroy(),
  };
  return { exchange, replies, sink };
}

test('a request that no HTTP server has parsed takes the same path', async () => {
  const { gateway, records } = startRouting();
  const upstream = await startUpstream((incoming, response) => incoming.pipe(response));
  const { exchange, replies, sink } = exchangeOf('hello');
  const handled = gateway.handle(exchange, routeTo('invoked', upstream));
  expect(Buffer.concat(await sink.toArray()).toString()).toBe('hello');
  await handled;
  expect(replies.map(({ status }) => status)).toEqual([200]);
  expect(records).toMatchObject([
    { functionName: 'invoked', method: 'POST', target: '/invoke', outcome: 'completed', status: 200 },
  ]);
});

test('such a request is refused by its sink, and broken off by its abort', async () => {
  const { gateway, records } = startRouting();
  const dying = await startUpstream((incoming) => void incoming.socket.destroy());
  const refused = exchangeOf('hello');
  await gateway.handle(refused.exchange, routeTo('invoked', dying));
  expect(JSON.parse(Buffer.concat(await refused.sink.toArray()).toString()).Code).toBe('ProcessExited');

  const breaking = await startUpstream((incoming, response) => {
    response.writeHead(200).write('half');
    setImmediate(() => incoming.socket.destroy());
  });
  const broken = exchangeOf('hello');
  broken.sink.on('error', () => {}).resume();
  await gateway.handle(broken.exchange, routeTo('invoked', breaking));
  expect(broken.sink.destroyed).toBe(true);
  expect(records.map(({ outcome }) => outcome)).toEqual(['refused', 'broken']);
});
