import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import { FcError } from '../../src/model/errors.js';
import type { FunctionInput } from '../../src/model/function-input.js';
import { localDriver, never, node, specOf } from './local-instances.js';

const folder = mkdtempSync(join(tmpdir(), 'fc-affinity-'));
afterAll(() => rmSync(folder, { recursive: true }));

async function failed(
  command: readonly string[],
  { env = {}, ...input }: Partial<FunctionInput> & { readonly env?: Record<string, string> } = {},
): Promise<FcError> {
  const driver = localDriver({ hostEnvironment: { ...process.env, ...env } });
  const instance = driver.start(specOf(command, { codeDirectory: folder, ...input }), never);
  const error = await instance.ready.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof FcError) return error;
  throw new Error('it did not fail');
}

async function occupiedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

const evaluated = (code: string): string[] => [process.execPath, '-e', code];

describe('a failed start names its cause and what to write', () => {
  test('S4: a handler that listens on the port of the gateway', async () => {
    const port = await occupiedPort();
    const error = await failed(evaluated(`require('http').createServer().listen(${port}, '127.0.0.1')`));
    expect(error.message).toContain(
      `Logs:\nError: listen EADDRINUSE: address already in use 127.0.0.1:${port}\n`,
    );
    expect(error.fix).toBe(
      `it tried port ${port}, which fc-affinity itself uses; listen on the port in FC_SERVER_PORT: server.listen(process.env.FC_SERVER_PORT)`,
    );
  });

  test('S4: gunicorn says it otherwise', async () => {
    const port = await occupiedPort();
    const error = await failed(['gunicorn', '-b', `127.0.0.1:${port}`, 'app:app'], {
      startTimeoutInSeconds: 2,
    });
    expect(error.fix).toMatch(
      `it tried port ${port}, which fc-affinity itself uses; listen on $FC_SERVER_PORT: sh -c 'exec gunicorn`,
    );
  });

  test('S4: a variable that this shell has and the handler was not given', async () => {
    const env = { DATABASE_URL: 'postgres://secret' };
    const thrown = await failed(evaluated("throw new Error('DATABASE_URL is not set')"), { env });
    expect(thrown.fix).toBe('DATABASE_URL was not handed over from this shell: --env-pass DATABASE_URL');
    expect(JSON.stringify([thrown.message, thrown.fix])).not.toContain('secret');
    const python = await failed(['python3', '-c', "import os; os.environ['DATABASE_URL']"], { env });
    expect(python.fix).toBe('DATABASE_URL was not handed over from this shell: --env-pass DATABASE_URL');
    const given = await failed(evaluated("throw new Error('DATABASE_URL is wrong')"), {
      env,
      environmentVariables: env,
    });
    expect(given.fix).not.toContain('--env-pass');
  });

  test('S4: a $FC_SERVER_PORT in the command, which no shell has replaced', async () => {
    const error = await failed(['python3', '-m', 'http.server', '$FC_SERVER_PORT']);
    expect(error.fix).toBe(
      `there is no shell that would replace $FC_SERVER_PORT in the command; give it one: sh -c 'exec python3 -m http.server $FC_SERVER_PORT'`,
    );
    const inShell = await failed(['sh', '-c', 'exit 1; exec python3 -m http.server $FC_SERVER_PORT']);
    expect(inShell.fix).not.toContain('there is no shell');
  });

  test('S4: Windows line ends in a script that a shell is given', async () => {
    writeFileSync(join(folder, 'start.sh'), 'set -e\r\nexec node app.js\r\n');
    for (const shell of ['bash', 'sh'])
      expect((await failed([shell, 'start.sh'])).fix).toContain('the script has Windows line ends');
  });

  test('S4: a package that is not installed', async () => {
    expect((await failed(evaluated("require('express')"))).fix).toBe(
      `install it in ${folder}: npm install express`,
    );
    expect((await failed(evaluated("require('@scope/name/sub')"))).fix).toMatch(/npm install @scope\/name$/);
    expect((await failed(['python3', '-c', 'import flaskk.app'])).fix).toContain(
      'install flaskk for the Python',
    );
    expect((await failed(evaluated("require('./mine')"))).fix).not.toContain('npm install');
  });

  test('S4: a command that goes into the background', async () => {
    expect((await failed(node('daemonizes.js'))).fix).toContain('start it in the foreground');
    expect((await failed(['sh', '-c', 'sleep 600 &'])).fix).toContain('start it in the foreground');
  });

  test('S4: a handler that listens on an address that is not asked', async () => {
    const code = "require('http').createServer().listen(process.env.FC_SERVER_PORT, '127.0.0.2')";
    const error = await failed(evaluated(code), { startTimeoutInSeconds: 1 });
    expect(error.message).toMatch(/It listens on \$FC_SERVER_PORT \(\d+\), but not on 127\.0\.0\.1 or ::1\./);
  });

  test('S4: a failure that is not recognised gets no advice about ports', async () => {
    expect((await failed(['python3', '-c', 'raise SystemExit(3)'])).fix).toMatch(
      /^see what it printed: fc-affinity instance logs c-\S+$/,
    );
  });

  test('S4: a handler that ends in order gets the advice how to listen, in the language of its command', async () => {
    expect((await failed(['python3', '-c', 'print("done")'])).fix).toBe(
      'the handler must go on running, and listen on the port in FC_SERVER_PORT: int(os.environ["FC_SERVER_PORT"])',
    );
    expect((await failed(['true'])).fix).toBe(
      'the handler must go on running, and listen on the port in the variable FC_SERVER_PORT',
    );
  });
});

describe('a slow or wrong start is reported early', () => {
  test('S2: one that listens on another port, also outside its process group', async () => {
    for (const prefix of [[], ['setsid', '--wait']]) {
      const command = [...prefix, ...node('listens-on-wrong-port.js')];
      const instance = localDriver().start(specOf(command, { startTimeoutInSeconds: 3 }), never);
      await expect(instance.ready).rejects.toMatchObject({ code: 'FunctionNotStarted' });
      const [printed, ...others] = instance.output
        .lines()
        .filter(({ source, warning }) => source === 'stdout' || warning);
      expect(others.map(({ text, warning }) => ({ text, warning }))).toEqual([
        {
          text: expect.stringMatching(
            new RegExp(
              `^still starting: it listens on ${printed?.text}, not on \\$FC_SERVER_PORT \\(\\d+\\)$`,
            ),
          ),
          warning: true,
        },
      ]);
    }
  });
});
