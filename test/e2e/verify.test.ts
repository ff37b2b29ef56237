import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { SUITE_IDS } from '../../src/verify/suites.js';
import { FIXTURES, runCli, temporaryFolder } from '../support/run-cli.js';
import { serve } from '../support/serve.js';

const WALKTHROUGH = [
  ...[
    'walkthrough.1.status',
    'walkthrough.1.set-cookie',
    'walkthrough.1.max-age',
    'walkthrough.1.attributes',
  ],
  ...['walkthrough.1.request-id', 'walkthrough.2.status', 'walkthrough.2.no-set-cookie'],
  ...['walkthrough.2.same-instance', 'walkthrough.3.status', 'walkthrough.3.new-cookie'],
  ...['walkthrough.3.same-instance', 'walkthrough.4.status', 'walkthrough.4.new-cookie'],
  'walkthrough.4.new-instance',
];

const NAMES_ITSELF = `require('node:http').createServer((request, response) => {
  request.resume();
  response.setHeader('X-Instance', process.env.FC_INSTANCE_ID).end('hello');
}).listen(process.env.FC_SERVER_PORT, '127.0.0.1')`;

describe('verify', () => {
  it('replays the documented four requests on an emulator of its own, prints the table and exits with 0', async () => {
    const { code, stdout, stderr } = await runCli(['verify']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    for (const id of WALKTHROUGH) expect(stdout).toContain(id);
    expect(stdout).toContain('14 passed, 0 failed, 0 skipped');
  });

  it('reports in JSON on stdout and in JUnit into a file', async () => {
    const file = join(temporaryFolder(), 'report.xml');
    const args = ['verify', '--reporter', 'json', '--reporter', 'junit', '--output-file', `junit=${file}`];
    const { code, stdout } = await runCli(args);
    expect(code).toBe(0);
    const report = JSON.parse(stdout);
    expect(report).toMatchObject({ suite: 'walkthrough', passed: 14, failed: 0, skipped: 0 });
    expect(report.steps.map(({ id }: { id: string }) => id)).toEqual(WALKTHROUGH);
    expect(readFileSync(file, 'utf8')).toMatch(/^<\?xml.*<testsuite.*walkthrough\.4\.new-instance/s);
  });

  it('S18: `--output-file` needs no `--reporter`, and leaves the table on stdout', async () => {
    const file = join(temporaryFolder(), 'report.xml');
    const { code, stdout, stderr } = await runCli(['verify', '--output-file', `junit=${file}`]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('14 passed, 0 failed, 0 skipped');
    expect(readFileSync(file, 'utf8')).toMatch(/^<\?xml/);
  });

  it.each(['walkthrough', 'header', 'session-api', 'lifecycle', 'limits', 'mcp-streamable', 'mcp-sse'])(
    'S8: a handler that ends at its start fails one step of %s, with what it printed; the rest is skipped',
    async (suite) => {
      const command = [process.execPath, `${FIXTURES}/exits-at-start.js`];
      const args = ['verify', '--suite', suite, '--reporter', 'json', '--', ...command];
      const { code, stdout } = await runCli(args);
      const { passed, failed, skipped, steps } = JSON.parse(stdout);
      expect({ code, passed, failed, skipped }).toEqual({
        code: 1,
        passed: 0,
        failed: 1,
        skipped: steps.length - 1,
      });
      expect(steps[0]).toMatchObject({ status: 'failed', actual: expect.stringContaining('no database') });
      for (const { reason } of steps.slice(1))
        expect(reason).toMatch(/^(request 1|the (first request|suite)) /);
    },
  );

  it('S8: prints one ✗ with the reason for a handler that ends at its start', async () => {
    const { stdout } = await runCli(['verify', '--', process.execPath, `${FIXTURES}/exits-at-start.js`]);
    expect(stdout.match(/^✗/gm)).toHaveLength(1);
    expect(stdout).toMatch(/^ +actual +status 412, CAExited: (.|\n)*no database$/m);
  });

  it('S14: `--help` tells the default of the emulator that it starts', async () => {
    const { stdout } = await runCli(['verify', '--help']);
    expect(stdout).toMatch(/--sessions-per-instance <n> +1 to 200 \(default: 2[,)]/);
    const { steps } = JSON.parse((await runCli(['verify', '--reporter', 'json'])).stdout);
    expect(steps.at(-1).expected).toContain('limit 2;');
  });

  it('runs all suites on emulators of its own, each with the functions that it needs, and skips nothing', async () => {
    const { code, stdout } = await runCli(['verify', '--suite', 'all', '--reporter', 'json']);
    const { suites, passed, failed, skipped } = JSON.parse(stdout);
    expect({ code, failed, skipped }, stdout).toEqual({ code: 0, failed: 0, skipped: 0 });
    expect(passed).toBeGreaterThan(100);
    expect(suites.map(({ suite }: { suite: string }) => suite)).toEqual(SUITE_IDS);
  });

  it('runs the suites of MCP on the bundled server where the handler does not speak MCP, and skips nothing', async () => {
    const command = [process.execPath, '-e', NAMES_ITSELF];
    const args = ['verify', '--suite', 'all', '--reporter', 'json', '--reporter', 'pretty'];
    const file = join(temporaryFolder(), 'report.txt');
    const { code, stdout } = await runCli([...args, '--output-file', `pretty=${file}`, '--', ...command]);
    const { failed, skipped } = JSON.parse(stdout);
    expect({ code, failed, skipped }, readFileSync(file, 'utf8')).toEqual({ code: 0, failed: 0, skipped: 0 });
    const note = /^note: the handler does not speak MCP: this suite ran on the bundled MCP server$/gm;
    expect(readFileSync(file, 'utf8').match(note)).toHaveLength(2);
  });

  it('S8: over all suites a handler that ends at its start fails one step, which stands at the end again', async () => {
    const { code, stdout } = await runCli([
      ...['verify', '--suite', 'all', '--', process.execPath, `${FIXTURES}/exits-at-start.js`],
    ]);
    expect(code).toBe(1);
    const [, atTheEnd = ''] = stdout.split('\nfailed steps\n');
    expect(stdout.match(/^✗ .*$/gm)).toEqual([
      expect.stringMatching(/^✗ walkthrough\.1\.status /),
      expect.stringMatching(/^✗ walkthrough\.1\.status /),
    ]);
    expect(atTheEnd).toMatch(/^✗ walkthrough\.1\.status (.|\n)* no database\n/);
    expect(atTheEnd).toMatch(/^all suites: failed \(0 passed, 1 failed, \d+ skipped\)$/m);
    expect(stdout).toContain('skipped: same cause as walkthrough.1.status');
  });

  it('checks a running emulator, whose control API it finds by itself, and leaves no session behind', async () => {
    const served = await serve(['--sessions-per-instance', '3']);
    const { code, stdout } = await served.cli('verify', '--target', served.url, '--reporter', 'json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ passed: 14, failed: 0, skipped: 0 });
    expect((await served.cli('session', 'list', '-o', 'name')).stdout).toBe('');
  });

  it('exits with 1 when the function has no affinity, and says what was seen', async () => {
    const { code, stdout } = await runCli(['verify', '--affinity', 'none', '--reporter', 'json']);
    expect(code).toBe(1);
    const { failed, steps } = JSON.parse(stdout);
    expect(failed).toBeGreaterThan(0);
    expect(steps[1]).toMatchObject({ id: 'walkthrough.1.set-cookie', status: 'failed' });
  });

  it.each([
    ['no keys', ['--api', 'fc.example.com'], 'its requests need a signature'],
    ['no target', ['--patient'], '--patient is only for --target'],
    ['no target', ['--qualifier', 'prod'], '--qualifier is only for --target'],
  ])('refuses with %s what it cannot do: %j', async (why, options, message) => {
    const target = why === 'no target' ? [] : ['--target', 'http://127.0.0.1:1'];
    const { code, stderr } = await runCli(['verify', ...target, ...options]);
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining(message) });
  });

  it('asks for the function where the API is no emulator, and sends nothing else there', async () => {
    const paths: (string | undefined)[] = [];
    const api = createServer(({ url }, response) => {
      paths.push(url);
      response
        .writeHead(404, { 'X-Acs-Request-Id': '1' })
        .end('{"Code":"NoSuchPath","Message":"no such path"}');
    });
    await new Promise<void>((resolve) => api.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void api.close());
    const { port } = api.address() as AddressInfo;
    const args = ['verify', '--target', 'http://127.0.0.1:1', '--api', `127.0.0.1:${port}`];
    const { code, stderr } = await runCli(args);
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining('--function <name>') });
    expect(paths).toEqual(['/_emulator/v1/health']);
    const unused = await runCli(['verify', '--reporter', 'github'], {
      env: { FC_AFFINITY_API: `http://127.0.0.1:${port}`, FC_AFFINITY_TARGET: undefined },
    });
    expect(unused.code).toBe(0);
    expect(paths).toHaveLength(1);
  });

  it('exits with 3 when the target does not answer', async () => {
    const { code, stderr } = await runCli(['verify', '--target', 'http://127.0.0.1:1']);
    expect(code).toBe(3);
    expect(stderr).toMatch(/^error: /);
  });

  it('exits with 1 when the command cannot be started', async () => {
    const { code } = await runCli(['verify', '--', process.execPath, `${FIXTURES}/exits-at-start.js`]);
    expect(code).toBe(1);
  });
});
