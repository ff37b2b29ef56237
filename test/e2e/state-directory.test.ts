import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { curl } from '../support/curl.js';
import { temporaryFolder } from '../support/run-cli.js';
import { serve } from '../support/serve.js';

it('F-09: sessions survive a kill -9 of serve, and get an instance when they are next used', async () => {
  const directory = join(temporaryFolder(), 'state');
  const before = await serve(['--state-dir', directory]);
  const first = await curl(before.url);
  const cookie = first.all('set-cookie')[0]?.split(';')[0] ?? '';
  expect((await before.cli('clock', 'advance', '10m')).code).toBe(0);
  before.process.kill('SIGKILL');
  await before.exited;

  const after = await serve(['--state-dir', directory]);
  const { stdout } = await after.cli('session', 'list', '--json');
  expect(JSON.parse(stdout).sessions).toMatchObject([
    { sessionId: cookie.split('=')[1], sessionStatus: 'Active' },
  ]);
  const again = await curl('--cookie', cookie, after.url);
  expect(again.status).toBe(200);
  expect(again.all('set-cookie')).toEqual([]);
  await after.event(
    ({ event, decision }) => event === 'request' && JSON.stringify(decision).includes('"known"'),
  );

  const clock = JSON.parse((await after.cli('clock', 'show', '--json')).stdout);
  expect(Math.round(clock.offsetMs / 1000)).toBe(600);
});

it('a state directory that is in use is refused, and names who uses it', async () => {
  const directory = join(temporaryFolder(), 'state');
  const first = await serve(['--state-dir', directory]);
  await expect(serve(['--state-dir', directory])).rejects.toThrow(String(first.pid));
});

it.each(['SIGKILL', 'SIGTERM'] as const)(
  'C5: a stream that is open when %s ends serve counts as use until then',
  async (signal) => {
    const directory = join(temporaryFolder(), 'state');
    const handler =
      'require("http").createServer((q, r) => r.write(".")).listen(process.env.FC_SERVER_PORT, "127.0.0.1")';
    const args = [
      '--function',
      'hello',
      '--state-dir',
      directory,
      '--timeout',
      '60',
      '--drain-timeout',
      '0',
      '--',
      'node',
      '-e',
      handler,
    ];
    const before = await serve(args);
    const response = await fetch(before.url);
    const cookie = response.headers.getSetCookie()[0]?.split(';')[0] ?? '';
    // Two hours are longer than the idle time; the stream is open all the while.
    expect((await before.cli('clock', 'advance', '2h')).code).toBe(0);
    const journal = join(directory, 'journal');
    if (signal === 'SIGKILL') {
      const { length } = readFileSync(journal, 'utf8');
      await expect
        .poll(() => readFileSync(journal, 'utf8').slice(length), { timeout: 10_000 })
        .toContain('"kind":"touch"');
    }
    before.process.kill(signal);
    await before.exited;
    await response.body?.cancel().catch(() => {});

    const after = await serve(args);
    const { stdout } = await after.cli('session', 'list', '--json');
    expect(JSON.parse(stdout).sessions).toMatchObject([
      { sessionId: cookie.split('=')[1], sessionStatus: 'Active' },
    ]);
  },
);

it('S18: serve says how many sessions it has restored, and none shows the instance of before', async () => {
  const directory = join(temporaryFolder(), 'state');
  const before = await serve(['--state-dir', directory]);
  await before.event(({ text }) => text === `0 sessions are restored from ${directory}`);
  const ids = [(await before.cli('session', 'create', '-o', 'name')).stdout.trim()];
  ids.push((await before.cli('session', 'create', '-o', 'name')).stdout.trim());
  before.process.kill('SIGTERM');
  await before.exited;

  const after = await serve(['--state-dir', directory]);
  await after.event(({ text }) => text === `2 sessions are restored from ${directory}`);
  const { stdout } = await after.cli('session', 'list', '--json');
  for (const { containerId } of JSON.parse(stdout).sessions) expect(containerId).toBe('');
  expect((await after.cli('session', 'list')).stdout).toMatch(new RegExp(`${ids[0]} {2}Active {2}- `));
});
