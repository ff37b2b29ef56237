import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test, vi } from 'vitest';
import { listens, nonceOf, processesOf } from '../support/leftovers.js';
import { cleanEnvironment, FIXTURES } from '../support/run-cli.js';

const PROGRAM = fileURLToPath(new URL('./throws.js', import.meta.url));

test.each(['throw', 'reject'])(
  'after an error that nobody catches (%s) the emulator’s process ends with 1, and nothing of it is left (F-32, I24)',
  async (how) => {
    const child = fork(PROGRAM, [process.execPath, join(FIXTURES, 'hello/app.js')], {
      env: cleanEnvironment({}),
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    let told = '';
    child.stderr?.on('data', (chunk) => {
      told += chunk;
    });
    const [{ url, pids }] = (await once(child, 'message')) as [{ url: string; pids: number[] }];
    const nonce = nonceOf(pids[0] ?? 0);
    expect(pids.length).toBeGreaterThanOrEqual(2);
    expect(processesOf(nonce)).toEqual(expect.arrayContaining(pids));

    child.send(how);
    const [code] = await once(child, 'exit');

    await vi.waitFor(() => expect(processesOf(nonce)).toEqual([]), { timeout: 2000 });
    expect(code).toBe(1);
    expect(told).toContain('nobody');
    expect(await listens(url)).toBe(false);
  },
);
