import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { BIN } from '../support/run-cli.js';

const root = resolve(import.meta.dirname, '../..');

/** Runs the program, and lists the files that it loaded with what V8 made of the code that was compiled before. */
async function run(...nodeOptions: string[]) {
  const script = `
    const { loaded } = require(${JSON.stringify(join(root, 'bin/load.js'))});
    process.argv.splice(1, 0, ${JSON.stringify(BIN)});
    process.on('exit', () => {
      for (const [file, { script }] of loaded) console.error(file.split('/').at(-1), script.cachedDataRejected);
    });
    require(${JSON.stringify(BIN)});`;
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [
    ...nodeOptions,
    '-e',
    script,
    'session',
    'list',
    '--help',
  ]);
  return { stdout, files: stderr.trim().split('\n') };
}

test('the program takes the code that was compiled when it was built', async () => {
  const { stdout, files } = await run();
  expect(stdout).toContain('fc-affinity session list');
  expect(files).toContain('base.cjs false');
  expect(files.filter((line) => !line.endsWith(' false'))).toEqual([]);
});

test('code that was compiled by another V8 is not taken, and the program runs as ever', async () => {
  const { stdout, files } = await run('--no-lazy');
  expect(stdout).toBe((await run()).stdout);
  expect(files).toContain('base.cjs true');
});

test('what serve needs to its first reply was compiled', () => {
  const compiled = readdirSync(join(root, 'dist/cli')).filter((file) => file.endsWith('.cache'));
  expect(compiled).toEqual(
    expect.arrayContaining(['serve.cjs.cache', 'emulator.cjs.cache', 'execa.cjs.cache']),
  );
});
