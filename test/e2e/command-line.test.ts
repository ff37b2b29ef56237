import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runCli, runShell, temporaryFolder } from '../support/run-cli.js';

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));

describe('the command line', () => {
  it.each(['--version', '-V'])('answers %s with the version alone', async (flag) => {
    expect(await runCli([flag])).toEqual({ code: 0, signal: null, stdout: `${version}\n`, stderr: '' });
  });

  it.each([
    ['--help'],
    ['serve', '--help'],
    ['session', '--help'],
    ['session', 'list', '-h'],
    ['verify', '--help'],
  ])('prints help on stdout: %s %s', async (...args) => {
    const { code, stdout, stderr } = await runCli(args);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^Usage: fc-affinity/);
  });

  it.each([
    [['serve', '--prot', '1'], 'error: unknown option "--prot"\nfix: did you mean --port?\n'],
    [['sesion'], 'error: unknown command "sesion"\nfix: did you mean session?\n'],
    [['serve', '--port', '-1'], 'error: --port must be an integer from 0 to 65535, got "-1"\n'],
  ])('exits with 2 when misused, and says how it is right: %j', async (args, stderr) => {
    expect(await runCli(args)).toEqual({ code: 2, signal: null, stdout: '', stderr });
  });

  it('tells where an env file is wrong', async () => {
    const file = join(temporaryFolder(), 'dev.env');
    writeFileSync(file, 'A=1\nB: 2\n');
    const { code, stderr } = await runCli(['serve', '--env-file', file]);
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: `error: ${file}:2:1: a line is NAME=value, the name letters, digits or "_", got "B: 2"\n`,
    });
  });

  it('exits with 3 when no emulator answers, and with -o json tells it as an object on stderr', async () => {
    const args = ['session', 'list', '--endpoint', 'http://127.0.0.1:1'];
    const plain = await runCli(args);
    expect(plain.code).toBe(3);
    expect(plain.stderr).toMatch(/^error: .*127\.0\.0\.1:1\nfix: /);
    const json = await runCli([...args, '-o', 'json']);
    expect({ code: json.code, stdout: json.stdout }).toEqual({ code: 3, stdout: '' });
    expect(Object.keys(JSON.parse(json.stderr))).toEqual(['RequestId', 'Code', 'Message']);
  });

  it('shows the stack only with --debug', async () => {
    const args = ['session', 'list', '--endpoint', 'http://127.0.0.1:1'];
    expect((await runCli(args)).stderr).not.toMatch(/\n +at /);
    expect((await runCli([...args, '--debug'])).stderr).toMatch(/\n +at /);
  });

  it('colours on a terminal only, and never with NO_COLOR', async () => {
    const line = '$BIN session list --endpoint http://127.0.0.1:1';
    const onTerminal = `script -qec "${line}" /dev/null`;
    const csi = '\x1b[';
    expect((await runShell(onTerminal, { env: { TERM: 'xterm' } })).stdout).toContain(csi);
    expect((await runShell(onTerminal, { env: { TERM: 'xterm', NO_COLOR: '1' } })).stdout).not.toContain(
      escape,
    );
    expect((await runShell(line)).stderr).not.toContain(csi);
    expect((await runShell(line, { env: { FORCE_COLOR: '1' } })).stderr).toContain(csi);
    expect((await runShell(line, { env: { FORCE_COLOR: '1', NO_COLOR: '1' } })).stderr).not.toContain(csi);
  });

  it('F-30: says nothing of a reader who has read enough', async () => {
    const { stderr } = await runShell('$BIN serve --help | head -1 >/dev/null; $BIN --help | true');
    expect(stderr).toBe('');
  });
});
