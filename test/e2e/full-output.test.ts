import { describe, expect, it } from 'vitest';
import { runShell, temporaryFolder } from '../support/run-cli.js';
import { serve } from '../support/serve.js';

const NO_SPACE = 'error: the result could not be written: ENOSPC: no space left on device, write\n';

describe('a result that cannot be written', () => {
  it.each([
    'session list -o json',
    'session list -o json --all',
    'session create',
    'session create -o name',
    'instance list -o yaml',
    'instance list -w -o json',
    'function list',
    'function get hello -o yaml',
    'clock show',
    'verify',
    'verify --reporter json',
    'session --help',
    '--help',
  ])('C14: is told on stderr, and the exit code is 1: %s', async (words) => {
    const { env } = await serve();
    const { code, stderr } = await runShell(`$BIN ${words} > /dev/full`, { env });
    expect(code).toBe(1);
    const written =
      words.includes('json') && !words.startsWith('verify') ? JSON.parse(stderr).Message : stderr;
    expect(written).toContain(NO_SPACE.slice(words.includes('json') ? 7 : 0).trimEnd());
  });

  it('C14: is told of the version, too', async () => {
    expect(await runShell('$BIN --version > /dev/full')).toMatchObject({ code: 1, stderr: NO_SPACE });
    expect(await runShell('$BIN --version | true')).toMatchObject({ stderr: '' });
  });

  it('C14: does not hide why the command itself has failed', async () => {
    const { code } = await runShell('$BIN session list --endpoint http://127.0.0.1:1 > /dev/full');
    expect(code).toBe(3);
  });

  it('C14: a disk that takes only the first part of it is full', async () => {
    const { env } = await serve();
    const folder = temporaryFolder();
    // A limit of one block stands for the disk.
    const line = `for i in 1 2 3; do $BIN session create >/dev/null; done; ulimit -f 1; $BIN session list -o json > ${folder}/list`;
    const { code, stderr } = await runShell(line, { env });
    expect(code).toBe(1);
    expect(JSON.parse(stderr).Message).toMatch(/^the result could not be written: EFBIG/);
  });
});
