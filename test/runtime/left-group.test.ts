import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { startEmulator } from '../../src/emulator.js';
import { MovableClock } from '../../src/model/clock.js';
import { completeFunction } from '../../src/model/function-config.js';
import { nonceOf, processesOf } from '../support/leftovers.js';
import { carriersOf, isAlive, localDriver, never, node, specOf } from './local-instances.js';

const folder = mkdtempSync(join(tmpdir(), 'fc-affinity-'));
writeFileSync(
  join(folder, 'app.py'),
  "def app(environ, start):\n    start('200 OK', [])\n    return [b'']\n",
);
afterAll(() => rmSync(folder, { recursive: true }));

const HELLO = node('hello/app.js').join(' ');
const shell = (line: string): string[] => ['sh', '-c', line];
/** What leaves the process group of its handler, and how many processes of it there are beside the handler. */
const LEAVERS: [string, string[], number][] = [
  ['a detached child of Node', node('leaves-stray.js'), 1],
  ['setsid', shell(`setsid sleep 600 & exec ${HELLO}`), 1],
  ['setsid of a shell with children', shell(`setsid sh -c 'sleep 600 & sleep 601; true' & exec ${HELLO}`), 3],
  [
    'gunicorn --daemon',
    shell(`gunicorn --daemon --chdir ${folder} -b unix:$FC_INSTANCE_ID.sock app:app && exec ${HELLO}`),
    2,
  ],
];

describe('an instance is all that it started', () => {
  it.each(LEAVERS)('C8: %s is gone when a stopped instance is', async (_, command, processes) => {
    const driver = localDriver();
    const spec = specOf(command);
    const instance = driver.start({ ...spec, instanceId: join(folder, spec.instanceId) }, never);
    const other = driver.start(specOf(node('leaves-stray.js')), never);
    await Promise.all([instance.ready, other.ready]);
    // The other one and its child, the handler, and what left the group.
    await vi.waitFor(() => expect(carriersOf(driver.nonce)).toHaveLength(2 + 1 + processes));
    await instance.stop();
    expect(carriersOf(driver.nonce)).toHaveLength(2);
    expect(isAlive(other.pid ?? 0)).toBe(true);
  });

  it.each(LEAVERS)('C8: %s is gone when an instance has died', async (_, command, processes) => {
    const driver = localDriver();
    const spec = specOf(command);
    const instance = driver.start({ ...spec, instanceId: join(folder, spec.instanceId) }, never);
    await instance.ready;
    await vi.waitFor(() => expect(carriersOf(driver.nonce)).toHaveLength(1 + processes));
    process.kill(instance.pid ?? 0, 'SIGKILL');
    await instance.exited;
    expect(carriersOf(driver.nonce)).toEqual([]);
  });

  it('C8: a command that makes itself a daemon has failed, and its daemon is gone with it', async () => {
    for (let round = 0; round < 5; round++) {
      const driver = localDriver();
      const daemon = driver.start(specOf(node('daemonizes.js')), never);
      await expect(daemon.ready).rejects.toMatchObject({ code: 'CAExited' });
      await daemon.exited;
      expect(carriersOf(driver.nonce)).toEqual([]);
    }
  });

  it('C8: gunicorn --daemon as the command is gone when its start has failed', async () => {
    for (let round = 0; round < 5; round++) {
      const driver = localDriver();
      const command = shell(`exec gunicorn --daemon --chdir ${folder} -b 127.0.0.1:$FC_SERVER_PORT app:app`);
      const instance = driver.start(specOf(command), never);
      await expect(instance.ready).rejects.toMatchObject({ code: 'CAExited' });
      await instance.exited;
      expect(carriersOf(driver.nonce)).toEqual([]);
    }
  });

  it('C8: what left the group is gone when the start limit ends a start, and when it is called off', async () => {
    const driver = localDriver();
    const command = shell('setsid sleep 600 & exec sleep 601');
    const late = driver.start(specOf(command, { startTimeoutInSeconds: 1 }), never);
    const calledOff = new AbortController();
    const other = driver.start(specOf(command), calledOff.signal);
    await vi.waitFor(() => expect(carriersOf(driver.nonce)).toHaveLength(4));
    calledOff.abort();
    await Promise.allSettled([late.ready, other.ready]);
    await Promise.all([late.exited, other.exited]);
    expect(carriersOf(driver.nonce)).toEqual([]);
  });

  it('C8: what left the group is asked to end and has the rest of the grace', async () => {
    const driver = localDriver();
    const inner = `trap 'echo asked; exit' TERM; while :; do sleep 0.05; done`;
    const instance = driver.start(specOf(shell(`setsid sh -c "${inner}" & exec ${HELLO}`)), never);
    await instance.ready;
    await instance.stop();
    expect((await instance.exited).lastLines).toContain('asked');
    expect(carriersOf(driver.nonce)).toEqual([]);
  });
});

describe('nothing of an instance is left', () => {
  it.each([
    ['DeleteSession with isolation', 'delete'],
    ['the end by idle time', 'idle'],
    ['instance kill', 'kill'],
  ])('C8: after %s', async (_, how) => {
    const emulator = await startEmulator({
      clock: new MovableClock({ frozen: true }),
      functions: [
        {
          config: completeFunction({
            functionName: 'sandbox',
            command: node('leaves-stray.js'),
            sessionAffinity: 'HEADER_FIELD',
            instanceIsolationMode: 'SESSION_EXCLUSIVE',
            sessionAffinityConfig: { affinityHeaderFieldName: 'x-session' },
          }),
        },
      ],
    });
    onTestFinished(() => emulator.stopNow());
    const stray = Number(await visit(emulator.functions[0]?.url ?? '', 'mine'));
    expect(isAlive(stray)).toBe(true);
    const nonce = nonceOf(stray);
    const [instance] = await emulator.control.instances.list({ functionName: 'sandbox' });
    const { sessions, instances } = emulator.control;
    const session = { functionName: 'sandbox', qualifier: 'LATEST', sessionId: 'mine' };
    if (how === 'delete') await sessions.delete(session);
    else if (how === 'kill') await instances.kill(instance?.instanceId ?? '');
    else await emulator.clock.advance(1_800_000);
    expect(processesOf(nonce)).toEqual([]);
  });
});

function visit(url: string, session: string): Promise<string> {
  return new Promise((resolve, reject) => {
    get(url, { headers: { 'x-session': session }, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () => resolve(text));
    }).on('error', reject);
  });
}
