import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { runCli, runShell, temporaryFolder } from '../support/run-cli.js';
import { serve } from '../support/serve.js';

const HANDLER = fileURLToPath(new URL('invoked.js', import.meta.url));
const COMMAND = ['--', process.execPath, HANDLER];

describe('invoke', () => {
  it('prints the body of the reply, and on stderr the session that was opened', async () => {
    const { cli } = await serve(['--function', 'echo', ...COMMAND]);
    const first = await cli('invoke', 'echo', '--data', 'hello');
    expect([first.code, first.stdout]).toEqual([0, 'hello']);
    const [, sessionId = ''] = /opened the session ([0-9a-f-]{36})/.exec(first.stderr) ?? [];
    const again = await cli('invoke', 'echo', '--data', 'who', '--session', sessionId.slice(0, 8));
    const listed = JSON.parse((await cli('session', 'get', sessionId, '--json')).stdout);
    expect(again).toEqual({ code: 0, signal: null, stdout: listed.containerId, stderr: '' });
    const without = await cli('invoke', 'echo');
    expect([without.code, without.stdout]).toEqual([0, '']);
  });

  it('sends the session in the header of the function', async () => {
    const flags = ['--affinity', 'header', '--header-name', 'x-my-session', '--sessions-per-instance', '1'];
    const { cli } = await serve(['--function', 'echo', ...flags, ...COMMAND]);
    const who = async (id: string) => (await cli('invoke', 'echo', '--data', 'who', '--session', id)).stdout;
    const [alice, bob, again] = [await who('alice'), await who('bob'), await who('alice')];
    expect([alice === bob, alice === again]).toEqual([false, true]);
    const bad = await cli('invoke', 'echo', '--session', '-x y');
    expect([bad.code, bad.stderr]).toEqual([
      1,
      expect.stringContaining('error: --session must be 1 to 64 letters'),
    ]);
  });

  it('sends a file, and writes bytes as they are', async () => {
    const { env } = await serve(['--function', 'echo', ...COMMAND]);
    const folder = temporaryFolder();
    const [sent, got] = [join(folder, 'sent'), join(folder, 'got')];
    const bytes = randomBytes(300_000);
    writeFileSync(sent, bytes);
    const run = await runShell(`$BIN invoke echo --data @${sent} > ${got}`, { env });
    expect(run.code).toBe(0);
    expect(readFileSync(got).equals(bytes)).toBe(true);
    const piped = await runShell(`printf 'by stdin' | $BIN invoke echo --data @-`, { env });
    expect(piped.stdout).toBe('by stdin');
    const missing = await runCli(['invoke', 'echo', '--data', `@${folder}/none`], { env });
    expect([missing.code, missing.stderr]).toEqual([2, expect.stringContaining('--data: ENOENT')]);
  });

  it('says what the handler answered, and exits with 1', async () => {
    const { cli } = await serve(['--function', 'echo', ...COMMAND]);
    const failed = await cli('invoke', 'echo', '--data', 'fail');
    expect([failed.code, failed.stdout]).toEqual([1, 'nope']);
    expect(failed.stderr).toContain('the handler answered 404 to POST /invoke');
    const unknown = await cli('invoke', 'ecco');
    expect([unknown.code, unknown.stderr]).toEqual([4, expect.stringContaining('did you mean echo?')]);
    expect((await cli('invoke', 'echo', '--qualifier', '9')).code).toBe(4);
  });

  it('shows the head with -i, the log with --tail, the task with --async', async () => {
    const { cli, event } = await serve(['--function', 'echo', ...COMMAND]);
    const shown = await cli('invoke', 'echo', '--data', 'x', '-i', '--tail');
    expect(shown.stdout).toMatch(/^HTTP\/1\.1 200 OK\n[\s\S]*\nX-Fc-Instance-Id: c-[\s\S]*\n\nx$/);
    expect(shown.stderr).toMatch(/FC Invoke Start RequestId: 1-[\s\S]*got 1 bytes\nFC Invoke End RequestId/);
    const task = await cli('invoke', 'echo', '--data', 'later', '--async');
    expect([task.code, task.stdout]).toEqual([0, expect.stringMatching(/^1-[0-9a-f-]+\n$/)]);
    const told = await event((one) => one.requestId === task.stdout.trim());
    expect(told).toMatchObject({ entrance: 'api', status: 200 });
  });

  it('refuses --session where there are no sessions, and a function of MCP', async () => {
    const none = await serve(['--function', 'echo', '--affinity', 'none', ...COMMAND]);
    const refused = await none.cli('invoke', 'echo', '--session', 'a');
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('has no session affinity')]);
    const mcp = await serve(['--function', 'echo', '--affinity', 'mcp-streamable', ...COMMAND]);
    const other = await mcp.cli('invoke', 'echo', '--session', 'a');
    expect([other.code, other.stderr]).toEqual([1, expect.stringContaining('not by InvokeFunction')]);
  });

  it('I29: a terminal gets no control bytes of a body', async () => {
    const { env } = await serve(['--function', 'echo', ...COMMAND]);
    const { stdout } = await runShell(`script -qec "$BIN invoke echo --data escape" /dev/null < /dev/null`, {
      env,
    });
    expect(stdout).toContain('\\x1b[2Jcleared');
  });
});
