import { existsSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { startEmulator } from '../../src/emulator.js';
import type { EmulatorEvent } from '../../src/model/events.js';
import { zipOf } from '../support/zip.js';

const ROUNDS = 100;
const AT_ONCE = 4;
const USERS = 8;

const app = (text: string) => `
  require('node:http').createServer((request, response) => {
    request.resume();
    response.setHeader('X-Instance', process.env.FC_INSTANCE_ID);
    response.end(${JSON.stringify(text)});
  }).listen(process.env.FC_SERVER_PORT);
`;

const body = async (functionName: string, text: string) => ({
  functionName,
  timeout: 60,
  sessionAffinity: 'HEADER_FIELD',
  sessionAffinityConfig: '{"affinityHeaderFieldName":"x-my-session"}',
  customRuntimeConfig: { command: [process.execPath, 'app.js'] },
  code: { zipFile: (await zipOf({ 'app.js': app(text) })).toString('base64') },
});

const listeners = (): number =>
  process.getActiveResourcesInfo().filter((name) => name === 'TCPSERVERWRAP' || name === 'TCPServerWrap')
    .length;
const codeRoots = (): string[] =>
  readdirSync(tmpdir()).filter((name) => name.startsWith('fc-affinity-code-'));
const isRunning = (pid: number): boolean => existsSync(`/proc/${pid}`);

test('14: 100 functions created, updated and deleted under load: no request of a live session fails, nothing is left', {
  timeout: 300_000,
}, async () => {
  const rootsBefore = codeRoots();
  const listenersBefore = listeners();
  const pids = new Set<number>();
  const onEvent = (event: EmulatorEvent) => {
    if (event.type === 'instance.ready' && event.instance.pid !== undefined) pids.add(event.instance.pid);
  };
  const emulator = await startEmulator({ functions: [], onEvent });
  onTestFinished(() => emulator.stopNow());
  const { functions, triggers } = emulator.control;
  const trigger = async (functionName: string) => {
    const made = await triggers.create(
      { functionName },
      { triggerName: 'http', triggerType: 'http', triggerConfig: '{"authType":"anonymous"}' },
    );
    return made.httpTrigger.urlInternet;
  };
  const ask = async (url: string, session: string) => {
    const reply = await fetch(url, { headers: { 'x-my-session': session } });
    return { status: reply.status, text: await reply.text(), instance: reply.headers.get('x-instance') };
  };

  await functions.create(await body('live', 'live'));
  const live = await trigger('live');
  const bad: unknown[] = [];
  let requests = 0;
  let isOver = false;
  const users = Array.from({ length: USERS }, async (_, user) => {
    const first = await ask(live, `user-${user}`);
    while (!isOver) {
      const seen = await ask(live, `user-${user}`);
      requests += 1;
      if (seen.status !== 200 || seen.instance !== first.instance) bad.push(seen);
    }
  });

  let next = 0;
  const changeFunctions = async (): Promise<void> => {
    while (next < ROUNDS) {
      const round = next++;
      const name = `round-${round}`;
      await functions.create(await body(name, 'old'));
      const url = await trigger(name);
      const old = await ask(url, 'old');
      await functions.update(name, await body(name, 'new'));
      await expect
        .poll(async () => (await functions.get({ functionName: name })).lastUpdate.state, {
          interval: 10,
          timeout: 30_000,
        })
        .toBe('Successful');
      const fresh = await ask(url, 'new');
      const again = await ask(url, 'old');
      if (again.instance !== old.instance) bad.push({ name, old, again });
      expect([old.text, again.text, fresh.text]).toEqual(['old', 'old', 'new']);
      if (round % 10 === 9) await functions.update('live', { description: name });
      await functions.delete(name);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, changeFunctions));
  isOver = true;
  await Promise.all(users);

  expect(bad).toEqual([]);
  expect(requests).toBeGreaterThan(ROUNDS);
  expect((await functions.list()).map(({ config }) => config.functionName)).toEqual(['live']);
  await expect
    .poll(async () => (await emulator.control.instances.list()).map((one) => one.functionName), {
      timeout: 30_000,
    })
    .toEqual(['live']);
  const [root = ''] = codeRoots().filter((name) => !rootsBefore.includes(name));
  await expect.poll(() => readdirSync(join(tmpdir(), root)), { timeout: 30_000 }).toHaveLength(1);
  // The control plane, and the trigger of the live function.
  await expect.poll(listeners, { timeout: 30_000 }).toBe(listenersBefore + 2);
  expect(pids.size).toBeGreaterThanOrEqual(2 * ROUNDS + 1);
  await emulator.stop();
  await expect.poll(() => [...pids].filter(isRunning), { timeout: 30_000 }).toEqual([]);
  expect(existsSync(join(tmpdir(), root))).toBe(false);
  expect(listeners()).toBe(listenersBefore);
});
