import { describe, expect, onTestFinished, test } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { startEmulator } from '../../src/emulator.js';
import { completeFunction } from '../../src/model/function-config.js';
import { inProcessDriver } from '../support/in-process-driver.js';

const NAME = 'mySessionId';

/** An emulator of one function with header affinity, two sessions an instance unless told. */
async function startHeaderFunction(sessionConcurrencyPerInstance = 2) {
  const sockets = new WebSocketServer({ noServer: true });
  const driver = inProcessDriver();
  const emulator = await startEmulator({
    functions: [
      {
        config: completeFunction({
          functionName: 'hello',
          command: ['in-process'],
          sessionAffinity: 'HEADER_FIELD',
          sessionAffinityConfig: { affinityHeaderFieldName: NAME, sessionConcurrencyPerInstance },
        }),
      },
    ],
    driver: {
      start(spec, signal) {
        const instance = driver.start(spec, signal);
        driver.started.at(-1)?.server.on('upgrade', (request, socket, head) => {
          sockets.handleUpgrade(request, socket, head, (client) => client.send(spec.instanceId));
        });
        return instance;
      },
    },
  });
  onTestFinished(() => emulator.stopNow());
  const url = emulator.functions[0]?.url ?? '';
  const assignment = async (sessionId?: string, name = NAME) => {
    const response = await fetch(url, { headers: sessionId === undefined ? {} : { [name]: sessionId } });
    await response.arrayBuffer();
    return {
      status: response.status,
      instance: response.headers.get('x-instance'),
      told: response.headers.get(NAME),
      cookies: response.headers.getSetCookie(),
    };
  };
  return { emulator, driver, url, assignment };
}

describe('HEADER_FIELD through the gateway', () => {
  test('H01 H02 H17 an ID made by the gateway is in the header and leads back to its instance', async () => {
    const { assignment } = await startHeaderFunction(1);
    const first = await assignment();
    expect(first.told).toMatch(/^[0-9a-f-]{36}$/);
    const again = await assignment(first.told ?? '');
    expect(again.instance).toBe(first.instance);
    expect((await assignment()).instance).not.toBe(first.instance);
    expect([...first.cookies, ...again.cookies]).toEqual([]);
  });

  test('H03 H04 H05 H15 client IDs share an instance while it has a free slot, then open another', async () => {
    const { assignment } = await startHeaderFunction();
    const first = await assignment();
    const second = await assignment('session-2');
    const third = await assignment('session-3');
    expect(second).toMatchObject({ instance: first.instance, told: null });
    expect(third.instance).not.toBe(first.instance);
    expect((await assignment('session-2', 'MYSESSIONID')).instance).toBe(first.instance);
  });

  test('H12 four IDs with two an instance make exactly two instances, four repetitions none', async () => {
    const { assignment, driver } = await startHeaderFunction();
    for (const sessionId of ['a', 'b', 'c', 'd']) await assignment(sessionId);
    expect(driver.started).toHaveLength(2);
    for (let count = 0; count < 4; count++) await assignment('a');
    expect(driver.started).toHaveLength(2);
  });

  test('H13 the first use of an ID makes a session that is listed as Active', async () => {
    const { assignment, emulator } = await startHeaderFunction();
    const { instance } = await assignment('mine');
    expect((await emulator.control.sessions.list({ functionName: 'hello' })).sessions).toMatchObject([
      {
        sessionId: 'mine',
        sessionStatus: 'Active',
        sessionAffinityType: 'HEADER_FIELD',
        containerId: instance,
      },
    ]);
  });

  test('H06 H07 U11 an ill-formed ID is refused and starts nothing', async () => {
    const { assignment, driver } = await startHeaderFunction();
    for (const bad of ['-a', 'a'.repeat(65), 'a b']) expect((await assignment(bad)).status).toBe(400);
    expect(driver.started).toHaveLength(0);
    expect((await assignment('a'.repeat(64))).status).toBe(200);
  });

  test('H16 a WebSocket with the header goes to the instance of its session', async () => {
    const { assignment, url } = await startHeaderFunction(1);
    const mine = await assignment('mine');
    await assignment('other');
    const socket = new WebSocket(url.replace('http', 'ws'), { headers: { [NAME]: 'mine' } });
    const instance = await new Promise((resolve) => socket.once('message', (data) => resolve(String(data))));
    socket.terminate();
    expect(instance).toBe(mine.instance);
  });

  test('H20 50 simultaneous first requests with one ID make one session on one instance', async () => {
    const { assignment, driver, emulator } = await startHeaderFunction(1);
    const assignments = await Promise.all(Array.from({ length: 50 }, () => assignment('mine')));
    expect(new Set(assignments.map(({ instance }) => instance)).size).toBe(1);
    expect(driver.started).toHaveLength(1);
    expect((await emulator.control.sessions.list({ functionName: 'hello' })).sessions).toHaveLength(1);
  });

  test('U29 of 50 simultaneous creates of one ID over HTTP one gets 200 and 49 get 409', async () => {
    const { emulator, driver } = await startHeaderFunction();
    const statuses = await Promise.all(
      Array.from({ length: 50 }, async () => {
        const response = await fetch(`${emulator.api}/2023-03-30/functions/hello/sessions`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ sessionId: 'mine' }),
        });
        await response.arrayBuffer();
        return response.status;
      }),
    );
    expect(statuses.sort()).toEqual([200, ...new Array(49).fill(409)]);
    expect(driver.started).toHaveLength(1);
  });
});
