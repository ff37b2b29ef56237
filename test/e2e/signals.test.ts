import { spawn } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { curl } from '../support/curl.js';
import { BIN, runShell, temporaryFolder } from '../support/run-cli.js';
import { type Served, serve } from '../support/serve.js';

const CROSS_ENV = fileURLToPath(
  new URL('../../node_modules/cross-env/dist/bin/cross-env.js', import.meta.url),
);

/** Answers after two seconds, and prints a number every 100 ms meanwhile. */
const SLOW = `require('node:http').createServer((request, response) => {
  let count = 0;
  const ticks = setInterval(() => {
    console.log('tick', ++count);
    if (count === 20) response.end('slow is done', () => clearInterval(ticks));
  }, 100);
}).listen(process.env.FC_SERVER_PORT)`;

/** As a terminal sends Ctrl-C: to every process of the group. cross-env then passes its own on, so that serve gets two. */
function pressCtrlC({ pid }: Served): void {
  process.kill(-pid, 'SIGINT');
}

/** cross-env takes quotes out of arguments, so the handler stands in a file. */
function fileWith(code: string): string {
  const file = join(temporaryFolder(), 'app.cjs');
  writeFileSync(file, code);
  return file;
}

describe('Ctrl-C under a task runner', () => {
  const under = [process.execPath, CROSS_ENV, 'NAME=value'];
  it('C7: one press under cross-env drains: the request in flight gets its whole answer, exit 0', async () => {
    const served = await serve(['--', process.execPath, fileWith(SLOW)], { under });
    const answer = curl(served.url);
    await served.event(({ text }) => text === 'tick 1');
    pressCtrlC(served);
    expect((await answer).body).toBe('slow is done');
    expect((await served.exited).code).toBe(0);
  });

  it('C7: copies that arrive when the drain has begun cut nothing off', async () => {
    // Two signals at once may be one for the kernel: these are surely two, and a third of another name.
    const served = await serve(['--', process.execPath, fileWith(SLOW)]);
    const answer = curl(served.url);
    await served.event(({ text }) => text === 'tick 1');
    served.process.kill('SIGINT');
    await served.event(({ event }) => event === 'draining');
    served.process.kill('SIGINT');
    served.process.kill('SIGTERM');
    expect((await answer).body).toBe('slow is done');
    expect((await served.exited).code).toBe(0);
  });

  it('C7: a second press, later than the copies of the first, ends at once with 130', async () => {
    const served = await serve(['--', process.execPath, fileWith(SLOW)], { under });
    const answer = curl(served.url).catch(() => 'cut off');
    await served.event(({ text }) => text === 'tick 1');
    pressCtrlC(served);
    await served.event(({ event }) => event === 'draining');
    const ticks = served.events.filter(({ text }) => String(text).startsWith('tick')).length;
    await served.event(({ text }) => text === `tick ${ticks + 7}`);
    pressCtrlC(served);
    expect((await served.exited).code).toBe(130);
    expect(await answer).toBe('cut off');
  });

  it('C7: verify is ended in order too, whatever number of copies comes', async () => {
    const started = join(temporaryFolder(), 'started');
    const endless = `require('node:http').createServer(() => require('node:fs').writeFileSync('${started}', '')).listen(process.env.FC_SERVER_PORT)`;
    const words = [
      CROSS_ENV,
      'NAME=value',
      process.execPath,
      BIN,
      'verify',
      '--',
      process.execPath,
      fileWith(endless),
    ];
    const child = spawn(process.execPath, words, { detached: true, stdio: ['ignore', 'ignore', 'pipe'] });
    onTestFinished(() => void child.kill('SIGKILL'));
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    const exited = new Promise((resolve) => child.on('exit', resolve));
    await vi.waitFor(() => expect(existsSync(started)).toBe(true), 20_000);
    process.kill(-(child.pid ?? 0), 'SIGINT');
    expect(await exited).toBe(130);
    expect(stderr).toBe('');
  });
});

describe('nohup', () => {
  it.each([
    ['nohup', 'nohup'],
    ["trap '' HUP", 'eval'],
  ])('C7: SIGHUP that was ignored stays ignored: %s', async (prepare, prefix) => {
    const folder = temporaryFolder();
    const trap = prefix === 'eval' ? prepare : ':';
    const script = `
      ${trap}
      ${prefix === 'eval' ? '' : prefix} $BIN serve --port 0 --api-port 0 >/dev/null 2>${folder}/log &
      until ls ${folder}/fc-affinity/serve-*.json >/dev/null 2>&1; do :; done
      pid=$(basename ${folder}/fc-affinity/serve-*.json .json | cut -d- -f2)
      kill -HUP $pid
      $BIN clock show >/dev/null && echo lives
      kill -TERM $pid; wait`;
    const { stdout } = await runShell(script, { env: { XDG_RUNTIME_DIR: folder } });
    expect(stdout).toBe('lives\n');
  });

  it('C7: without it SIGHUP drains and ends', async () => {
    const served = await serve();
    await curl(served.url);
    served.process.kill('SIGHUP');
    expect((await served.exited).code).toBe(0);
  });
});
