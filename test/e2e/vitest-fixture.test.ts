import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type InstalledCopy, installCopy, installInto } from '../support/installed-copy.js';
import { isAlive } from '../support/leftovers.js';
import { type CliResult, runProgram } from '../support/run-cli.js';

const WORKERS = 8;

/** Prints the path of each request. */
const HANDLER = `
require('node:http')
  .createServer((request, response) => { console.log('asked for ' + request.url); response.end(String(process.pid)); })
  .listen(process.env.FC_SERVER_PORT, '127.0.0.1');
`;

/** One of the files that run at once: it goes on when the emulators of all of them are up. */
const parallel = (number: number): string => `
import { readdirSync, writeFileSync } from 'node:fs';
import { expect, vi } from 'vitest';
import { emulatorTest } from 'fc-affinity/vitest';

const test = emulatorTest({ command: 'node handler.cjs', sessionsPerInstance: 1 });
let url;

test('its emulator runs beside those of the other files', async ({ emulator }) => {
  url = emulator.url;
  const pid = await (await fetch(url)).text();
  writeFileSync('up/${number}', url + ' ' + pid);
  await vi.waitFor(() => expect(readdirSync('up').length).toBe(${WORKERS}), 40_000);
  expect(await (await fetch(url)).text()).not.toBe(pid);
  expect((await emulator.sessions.list()).sessions).toHaveLength(2);
}, 60_000);

test('shares it with the tests of the file; six hours pass in a moment', async ({ emulator }) => {
  expect(emulator.url).toBe(url);
  const before = await emulator.control.clock.show();
  await emulator.clock.advance(6 * 3600 * 1000);
  expect((await emulator.sessions.list({ sessionStatus: 'Expired' })).sessions).toHaveLength(2);
  expect(before.frozen).toBe(true);
});
`;

const OUTPUT = `
import { expect } from 'vitest';
import { emulatorTest } from 'fc-affinity/vitest';

const test = emulatorTest({ command: 'node handler.cjs' });

test('passes', async ({ emulator }) => { await fetch(emulator.url + '/quiet'); });
test('fails', async ({ emulator }) => { await fetch(emulator.url + '/loud'); expect(1).toBe(2); });
test('needs no emulator', () => {});
`;

const EACH = `
import { expect } from 'vitest';
import { emulatorTest } from 'fc-affinity/vitest';

const test = emulatorTest({ command: 'node handler.cjs', scope: 'test' });
const pids = new Set();

test.for([1, 2])('has an emulator of its own, %i', async (count, { emulator }) => {
  expect((await emulator.sessions.list()).sessions).toEqual([]);
  pids.add(await (await fetch(emulator.url)).text());
  expect(pids.size).toBe(count);
});
`;

/** The ten lines by which other test runners use the core. */
const TEN_LINES = `
const withEmulator = (options, body) => async () => {
  const emulator = await startTestEmulator(options);
  try {
    await body(emulator);
  } catch (error) {
    error.message += '\\n' + emulator.takeOutput();
    throw error;
  } finally {
    await emulator.stopNow();
  }
};
test('passes', withEmulator({ command: 'node handler.cjs' }, async ({ url }) => { await fetch(url + '/quiet'); }));
test('fails', withEmulator({ command: 'node handler.cjs' }, async ({ url }) => {
  await fetch(url + '/loud');
  throw new Error('not as expected');
}));
`;

describe('an emulator in the tests of the installed package', () => {
  let copy: InstalledCopy;
  beforeAll(async () => {
    copy = await installCopy();
  });
  afterAll(() => copy?.remove());

  async function folderWith(
    packages: readonly string[],
    files: Readonly<Record<string, string>>,
  ): Promise<string> {
    const folder = join(copy.folder, '..', `with-${packages.join('-')}`);
    await installInto(folder, [copy.tarball, ...packages]);
    mkdirSync(join(folder, 'up'));
    for (const [name, text] of Object.entries({ 'handler.cjs': HANDLER, ...files }))
      writeFileSync(join(folder, name), text);
    return folder;
  }

  describe.each(['3.2.7', '4.1.12'])('fc-affinity/vitest with vitest %s', (version) => {
    let folder: string;
    beforeAll(async () => {
      const config = `export default { test: { maxWorkers: ${WORKERS}, minWorkers: ${WORKERS}, pool: 'forks' } };`;
      const files = Array.from({ length: WORKERS }, (_, number) => [
        `parallel-${number}.test.mjs`,
        parallel(number),
      ]);
      folder = await folderWith([`vitest@${version}`], {
        'vitest.config.mjs': config,
        'output.test.mjs': OUTPUT,
        'each.test.mjs': EACH,
        ...Object.fromEntries(files),
      });
    }, 120_000);

    const vitest = (...args: string[]): Promise<CliResult> =>
      runProgram(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', ...args], {
        directory: folder,
        env: { NO_COLOR: '1' },
      });

    it('eight workers at once have eight emulators, and nothing is left', async () => {
      const { code, stdout, stderr } = await vitest('parallel');
      expect(code, `${stdout}${stderr}`).toBe(0);
      expect(stdout).toMatch(/Tests\s+16 passed/);
      const seen = Array.from({ length: WORKERS }, (_, number) =>
        readFileSync(join(folder, `up/${number}`), 'utf8').split(' '),
      );
      expect(new Set(seen.map(([url]) => url)).size).toBe(WORKERS);
      expect(seen.filter(([, pid]) => isAlive(Number(pid)))).toEqual([]);
    }, 120_000);

    it('shows what the handler printed when a test fails, and only then', async () => {
      const { code, stdout, stderr } = await vitest('output');
      const all = `${stdout}${stderr}`;
      expect(code, all).toBe(1);
      expect(all).toMatch(/[0-9a-f]{8} │ asked for \/loud/);
      expect(all).not.toContain('/quiet');
      expect(stdout).toMatch(/Tests\s+1 failed \| 2 passed/);
    }, 120_000);

    it('gives each test its own where that is asked for', async () => {
      const { code, stdout, stderr } = await vitest('each');
      expect(code, `${stdout}${stderr}`).toBe(0);
    }, 120_000);
  });

  it.each([
    ['node:test', [], "import { test } from 'node:test';", ['--test']],
    [
      'Jest',
      ['jest@30.2.0'],
      "import { test } from '@jest/globals';",
      ['--experimental-vm-modules', 'node_modules/jest/bin/jest.js', '--testMatch=**/*.test.mjs'],
    ],
  ])(
    '%s has one by ten lines',
    async (_, packages, imports, args) => {
      const folder = await folderWith(packages, {
        'ten.test.mjs': `${imports}\nimport { startTestEmulator } from 'fc-affinity';\n${TEN_LINES}`,
      });
      const { code, stdout, stderr } = await runProgram(process.execPath, args, { directory: folder });
      const all = `${stdout}${stderr}`;
      expect(code, all).toBe(1);
      expect(all).toMatch(/[0-9a-f]{8} │ asked for \/loud/);
      expect(all).not.toContain('/quiet');
      expect(all).toMatch(/(pass|passed,?) 1\b|1 passed/);
    },
    120_000,
  );
});
