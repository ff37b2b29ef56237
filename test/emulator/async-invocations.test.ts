import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { startEmulator } from '../../src/emulator.js';
import { completeFunction } from '../../src/model/function-config.js';
import type { RequestRecord } from '../../src/model/request-record.js';
import { inProcessDriver } from '../support/in-process-driver.js';

async function start() {
  const bodies: string[] = [];
  let answer = (): void => {};
  const answered = new Promise<void>((resolve) => {
    answer = resolve;
  });
  const driver = inProcessDriver(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    bodies.push(Buffer.concat(chunks).toString());
    if (request.url === '/slow') await answered;
    response.statusCode = 201;
    response.end('the result');
  });
  const records: RequestRecord[] = [];
  const emulator = await startEmulator({
    functions: [
      {
        config: completeFunction({
          functionName: 'hello',
          command: ['in-process'],
          sessionAffinity: 'GENERATED_COOKIE',
          timeout: 60,
        }),
      },
    ],
    driver,
    onRecord: (record) => records.push(record),
  });
  onTestFinished(() => emulator.stopNow());
  const invoke = (path: string, body: string | undefined, type = 'Async') =>
    fetch(new URL(path, emulator.url), {
      method: 'POST',
      headers: { 'x-fc-invocation-type': type },
      ...(body !== undefined && { body }),
    });
  return { emulator, bodies, records, invoke, answer: () => answer() };
}

const PATIENCE = { timeout: 15_000 };

test('C17: X-Fc-Invocation-Type: Async answers 202 at once, and runs once without a session (U51, G10)', async () => {
  const { emulator, bodies, records, invoke, answer } = await start();
  const reply = await invoke('/slow', 'work');
  expect(reply.status).toBe(202);
  expect(await reply.text()).toBe('');
  expect(reply.headers.getSetCookie()).toEqual([]);
  const requestId = reply.headers.get('x-fc-request-id');
  await expect.poll(() => bodies, PATIENCE).toEqual(['work']);
  expect(records).toEqual([]);
  answer();
  await expect.poll(() => records.length, PATIENCE).toBe(1);
  expect(records[0]).toMatchObject({
    requestId,
    status: 201,
    outcome: 'completed',
    decision: { session: 'none' },
    attempts: [{ outcome: 'answered' }],
  });
  expect(bodies).toHaveLength(1);
  expect(await emulator.control.sessions.list({ functionName: 'hello' })).toEqual({ sessions: [] });
});

test.each(['async', 'ASYNC'])('C17: the type is compared without case: %s', async (type) => {
  const { bodies, invoke } = await start();
  expect((await invoke('/', undefined, type)).status).toBe(202);
  await expect.poll(() => bodies, PATIENCE).toEqual(['']);
});

test('C17: Sync is an ordinary request', async () => {
  const { invoke } = await start();
  const reply = await invoke('/', 'work', 'Sync');
  expect([reply.status, reply.headers.getSetCookie().length]).toEqual([201, 1]);
});

test('C17: a body of 128 KB is taken, a longer one refused, with or without Content-Length', async () => {
  const { bodies, invoke, emulator } = await start();
  expect((await invoke('/', 'x'.repeat(131_072))).status).toBe(202);
  await expect.poll(() => bodies.map(({ length }) => length), PATIENCE).toEqual([131_072]);
  const told = await invoke('/', 'x'.repeat(131_073));
  expect(told.status).toBe(400);
  expect(await told.json()).toMatchObject({ Code: 'EntityTooLarge' });

  const socket = connect(Number(new URL(emulator.url).port), '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  let text = '';
  socket.setEncoding('latin1').on('data', (chunk) => {
    text += chunk;
  });
  await once(socket, 'connect');
  socket.write(
    'POST / HTTP/1.1\r\nHost: localhost\r\nX-Fc-Invocation-Type: Async\r\nTransfer-Encoding: chunked\r\n\r\n',
  );
  socket.write(`20001\r\n${'x'.repeat(0x20001)}\r\n0\r\n\r\n`);
  await expect.poll(() => text, PATIENCE).toContain('EntityTooLarge');
  expect(text).toMatch(/^HTTP\/1\.1 400 /);
  expect(bodies).toHaveLength(1);
});

test('C17: a client that expects 100 Continue gets it, and its task runs', async () => {
  const { bodies, emulator } = await start();
  const socket = connect(Number(new URL(emulator.url).port), '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  let text = '';
  socket.setEncoding('latin1').on('data', (chunk) => {
    text += chunk;
  });
  await once(socket, 'connect');
  socket.write(
    'POST / HTTP/1.1\r\nHost: localhost\r\nX-Fc-Invocation-Type: Async\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n',
  );
  await expect.poll(() => text, PATIENCE).toContain('HTTP/1.1 100 Continue');
  socket.write('work');
  await expect.poll(() => text, PATIENCE).toContain('HTTP/1.1 202 Accepted');
  await expect.poll(() => bodies, PATIENCE).toEqual(['work']);
});

test('C17: stop waits for a task within the drain timeout; stopNow ends it, recorded as stopped', async () => {
  const one = await start();
  await one.invoke('/slow', 'work');
  await expect.poll(() => one.bodies.length, PATIENCE).toBe(1);
  const stopped = one.emulator.stop();
  one.answer();
  expect(await stopped).toEqual({ forced: false });
  expect(one.records).toMatchObject([{ outcome: 'completed' }]);

  const other = await start();
  await other.invoke('/slow', 'work');
  await expect.poll(() => other.bodies.length, PATIENCE).toBe(1);
  await other.emulator.stopNow();
  await expect.poll(() => other.records, PATIENCE).toMatchObject([{ outcome: 'stopped' }]);
});
