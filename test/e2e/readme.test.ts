import { execFile } from 'node:child_process';
import { readFileSync, symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { BIN, temporaryFolder } from '../support/run-cli.js';
import { serve } from '../support/serve.js';

const run = promisify(execFile);
const root = resolve(import.meta.dirname, '../..');
const readme = readFileSync(join(root, 'README.md'), 'utf8');
const [, firstMinute = ''] = /## The first minute\n([\s\S]*?)\n## /.exec(readme) ?? [];
const blocks = [...firstMinute.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, block]) => (block ?? '').trim());

/**
 * The block without what builds: at its first use in a folder npx runs `prepare`, as npm ci does, which would pull `dist` from under
 * the other tests. CI runs the first block to the letter before them.
 */
const installed = (block: string): string =>
  block.replace('npm ci && ', '').replaceAll('npx fc-affinity', 'fc-affinity');

/** The shell that finds the program by its name. */
function shell(): { env: NodeJS.ProcessEnv; cwd: string } {
  const folder = temporaryFolder();
  symlinkSync(BIN, join(folder, 'fc-affinity'));
  return { cwd: root, env: { ...process.env, PATH: `${folder}:${process.env.PATH}` } };
}

describe('the first minute of the README', () => {
  test('has the four blocks that it tells of', () => {
    expect(blocks).toHaveLength(4);
    expect(blocks[0]).toBe('npm ci && npx fc-affinity verify');
    expect(blocks[3]).toBe('npm ci && npm test');
  });

  test('verifies the walkthrough', async () => {
    const { stdout } = await run('bash', ['-ec', installed(blocks[0] ?? '')], shell());
    expect(stdout).toContain('walkthrough: passed (14 passed, 0 failed, 0 skipped)');
  }, 60_000);

  test('serves a command and answers to curl and the other commands, line by line', async () => {
    const [serving = '', others = ''] = [blocks[1], blocks[2]];
    const [, words = ''] = /^npx fc-affinity serve (.*)$/.exec(serving) ?? [];
    const served = await serve(words.split(' '), { directory: root });
    const script = installed(others).replaceAll('http://127.0.0.1:9000', new URL(served.url).origin);
    const { stdout } = await run('bash', ['-ec', script], {
      cwd: root,
      env: { ...shell().env, ...served.env },
    });
    expect(stdout).toMatch(/^HTTP\/1\.1 200 OK/);
    expect(stdout).toMatch(/^Set-Cookie: x-fc-cookie-session-id=[0-9a-f-]{36}; Max-Age=21600/m);
    expect(stdout).toContain('Hello, World!');
    expect(stdout).toMatch(/Expired/);
    expect(stdout).toContain('walkthrough: passed (14 passed, 0 failed, 0 skipped)');
  }, 120_000);
});
