import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { BIN, cleanEnvironment, temporaryFolder } from '../support/run-cli.js';

const GIVEN_UP_AFTER_MS = 15_000;

/** What serve said before it ended; a SIGKILL ends a serve that hangs. */
function serveFails(...args: readonly string[]): Promise<{ code: number | null; stderr: string }> {
  const child = spawn(
    process.execPath,
    [BIN, 'serve', '--port', '0', '--api-port', '0', ...args, '--', 'node', '-e', '0'],
    {
      env: cleanEnvironment({}),
      stdio: ['ignore', 'ignore', 'pipe'],
      timeout: GIVEN_UP_AFTER_MS,
      killSignal: 'SIGKILL',
    },
  );
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, stderr })));
}

function pipeAt(path: string): string {
  expect(spawnSync('mkfifo', [path]).status).toBe(0);
  return path;
}

describe('C12: a start that cannot have its files ends with an error, and does not hang', () => {
  test.skipIf(process.platform !== 'linux')('a state directory where there can be none', async () => {
    expect(await serveFails('--state-dir', '/proc/x/deep')).toEqual({
      code: 1,
      stderr: expect.stringContaining('the state directory "/proc/x/deep" cannot be used: ENOENT'),
    });
  });

  test('a state directory that is a pipe', async () => {
    const path = pipeAt(join(temporaryFolder(), 'state'));
    expect(await serveFails('--state-dir', path)).toEqual({
      code: 1,
      stderr: expect.stringContaining(`the state directory "${path}" is not a directory`),
    });
  });

  test.each([
    ['lock', 'its lock is not a file'],
    ['journal', 'it is not a file'],
  ])('a state directory whose %s is a pipe', async (name, why) => {
    const directory = join(temporaryFolder(), 'state');
    mkdirSync(directory, { mode: 0o700 });
    pipeAt(join(directory, name));
    expect(await serveFails('--state-dir', directory)).toEqual({
      code: 1,
      stderr: expect.stringContaining(`the state directory "${directory}" cannot be used: ${why}`),
    });
  });

  test('a shell whose directory was removed', async () => {
    const line = (command: string): string =>
      `mkdir "$0" && cd "$0" && rmdir "$0" && exec ${process.execPath} ${BIN} ${command}`;
    const run = (command: string) =>
      spawnSync('bash', ['-c', line(command), join(temporaryFolder(), 'gone')], {
        encoding: 'utf8',
        env: cleanEnvironment({}),
        timeout: GIVEN_UP_AFTER_MS,
      });
    const { status, stderr } = run('serve --port 0 --api-port 0');
    expect([status, stderr]).toEqual([
      1,
      'error: the current directory no longer exists\nfix: change to a directory that exists\n',
    ]);
    expect(run('--version').status).toBe(0);
  });
});
