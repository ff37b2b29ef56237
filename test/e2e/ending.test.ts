import { existsSync, readdirSync } from 'node:fs';
import { describe, expect, it, vi } from 'vitest';
import { curl } from '../support/curl.js';
import { listens, nonceOf, processesOf } from '../support/leftovers.js';
import { FIXTURES } from '../support/run-cli.js';
import { type Served, serve } from '../support/serve.js';

/** Answers `/slow` after a second. */
const SLOW = `require('node:http').createServer((request, response) => {
  if (request.url !== '/slow') return response.end('quick');
  console.log('slow begins');
  setTimeout(() => response.end('slow is done'), 1000);
}).listen(process.env.FC_SERVER_PORT)`;

/** Begins an answer and never ends it. */
const ENDLESS = `require('node:http').createServer((request, response) => {
  response.write('begun');
  console.log('begun');
  setInterval(() => console.log('tick'), 100);
}).listen(process.env.FC_SERVER_PORT)`;

/** Starts instances, and tells how to find what they would leave behind. */
async function withInstances(served: Served): Promise<{ readonly gone: () => Promise<boolean> }> {
  await curl(served.url);
  await curl(served.url);
  const { stdout } = await served.cli('instance', 'list', '--json');
  const instances: { readonly pid: number; readonly url: string }[] = JSON.parse(stdout).instances;
  expect(instances.length).toBeGreaterThan(0);
  const nonce = nonceOf(instances[0]?.pid ?? 0);
  expect(processesOf(nonce).length).toBeGreaterThanOrEqual(instances.length);
  const urls = [served.url, served.ready.api, ...instances.map(({ url }) => url)];
  return {
    async gone() {
      const listening = await Promise.all(urls.map(listens));
      return processesOf(nonce).length === 0 && !listening.includes(true);
    },
  };
}

function discoveryFiles({ env }: Served): string[] {
  const folder = `${env.XDG_RUNTIME_DIR}/fc-affinity`;
  return existsSync(folder) ? readdirSync(folder) : [];
}

describe('the end of serve leaves nothing behind (quality I24)', () => {
  it.each([
    ['SIGINT', 0],
    ['SIGTERM', 0],
    ['SIGHUP', 0],
  ] as const)('F-08: after one %s it drains and exits with %i', async (signal, code) => {
    const served = await serve(['--sessions-per-instance', '1']);
    const { gone } = await withInstances(served);
    expect(discoveryFiles(served)).toHaveLength(1);
    served.process.kill(signal);
    expect(await served.exited).toEqual({ code, signal: null });
    expect(await gone()).toBe(true);
    expect(discoveryFiles(served)).toEqual([]);
  });

  it('F-08: requests in flight get their whole answer after SIGTERM', async () => {
    const served = await serve(['--', process.execPath, '-e', SLOW]);
    const answer = curl(`${served.url}/slow`);
    await served.event(({ text }) => text === 'slow begins');
    served.process.kill('SIGTERM');
    expect((await answer).body).toBe('slow is done');
    expect((await served.exited).code).toBe(0);
  });

  it('F-08: what outlasts the drain timeout is cut off, and the exit code is 143', async () => {
    const served = await serve(['--drain-timeout', '1', '--', process.execPath, '-e', ENDLESS]);
    const answer = curl(served.url).catch((error: Error) => error.message);
    await served.event(({ text }) => text === 'begun');
    served.process.kill('SIGTERM');
    expect((await served.exited).code).toBe(143);
    expect(await answer).toMatch(/curl ended with/);
  });

  it('F-08: a second Ctrl-C ends at once with 130, whatever is in flight', async () => {
    const served = await serve(['--', process.execPath, '-e', ENDLESS]);
    const answer = curl(served.url).catch(() => 'cut off');
    await served.event(({ text }) => text === 'begun');
    const { stdout } = await served.cli('instance', 'list', '--json');
    const nonce = nonceOf(JSON.parse(stdout).instances[0].pid);
    served.process.kill('SIGINT');
    await served.event(({ event }) => event === 'draining');
    // Sooner it would be a copy of the first (C7).
    const ticks = served.events.filter(({ text }) => text === 'tick').length;
    await vi.waitFor(
      () => expect(served.events.filter(({ text }) => text === 'tick').length).toBeGreaterThan(ticks + 6),
      10_000,
    );
    served.process.kill('SIGINT');
    expect(await served.exited).toEqual({ code: 130, signal: null });
    expect(await answer).toBe('cut off');
    await vi.waitFor(() => expect(processesOf(nonce)).toEqual([]), 2000);
    expect(discoveryFiles(served)).toEqual([]);
  });

  it('F-09, G15: nothing outlives kill -9, the discovery file neither', async () => {
    const served = await serve([
      '--sessions-per-instance',
      '1',
      '--',
      process.execPath,
      `${FIXTURES}/leaves-stray.js`,
    ]);
    const { gone } = await withInstances(served);
    served.process.kill('SIGKILL');
    expect((await served.exited).signal).toBe('SIGKILL');
    await vi.waitFor(async () => expect(await gone()).toBe(true), 2000);
    await vi.waitFor(() => expect(discoveryFiles(served)).toEqual([]), 2000);
  });
});
