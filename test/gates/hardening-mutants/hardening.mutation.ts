import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import Table from 'cli-table3';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { MUTANTS, type Mutant } from './catalogue.js';

const run = promisify(execFile);
const root = resolve(import.meta.dirname, '../../..');
const workshop = mkdtempSync(join(tmpdir(), 'fc-affinity-hardening-'));
const COPIED = ['src', 'test', 'bin', 'fixtures', 'dist', 'package.json', 'tsconfig.json'];
const LIMIT_MS = 90_000;
const table = new Table({ head: ['mutant', 'must be noticed by', 'was'], style: { head: [] } });
let original = '';

beforeAll(() => {
  original = makeCopy();
});

afterAll(() => {
  rmSync(workshop, { recursive: true, force: true });
  process.stdout.write(`${table.toString()}\n`);
});

/** @returns a folder with what the tests need, in which a line may be changed */
function makeCopy(): string {
  const folder = mkdtempSync(join(workshop, 'copy-'));
  for (const name of COPIED) cpSync(join(root, name), join(folder, name), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  return folder;
}

/** @returns how many tests of that file failed; 'hang' when it did not end */
async function failures(folder: string, name: string): Promise<number | 'hang'> {
  const report = join(folder, 'report.json');
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  const args = [
    'run',
    '--config',
    'test/vitest.config.ts',
    '--bail',
    '1',
    '--testTimeout',
    '12000',
    '--maxWorkers',
    '1',
  ];
  const output = ['--reporter', 'json', '--outputFile', report];
  const ended = await run(process.execPath, [vitest, ...args, ...output, `test/${name}.test.ts`], {
    cwd: folder,
    timeout: LIMIT_MS,
    killSignal: 'SIGKILL',
  }).then(
    () => true,
    (error: { killed?: boolean }) => error.killed !== true,
  );
  if (!ended) return 'hang';
  const { numTotalTests, numFailedTests, success } = JSON.parse(readFileSync(report, 'utf8'));
  // A file that cannot even be loaded says nothing about its tests.
  expect(numTotalTests, `tests in ${name}`).toBeGreaterThan(0);
  // An error outside of every test, as a crash of the gateway, fails the run.
  return success === true ? 0 : Math.max(1, numFailedTests);
}

test('there are at least 15 mutants', () => expect(MUTANTS.length).toBeGreaterThanOrEqual(15));

test.each([...new Set(MUTANTS.map(({ test: name }) => name))])(
  'the gateway as it is passes %s',
  async (name) => {
    expect(await failures(original, name)).toBe(0);
  },
);

test.concurrent.each(MUTANTS)('it is noticed that $what', async (mutant: Mutant) => {
  const folder = makeCopy();
  const file = join(folder, 'src/gateway', `${mutant.file}.ts`);
  const parts = readFileSync(file, 'utf8').split(mutant.find);
  expect(parts, `${mutant.find} stands once in ${mutant.file}`).toHaveLength(2);
  writeFileSync(file, parts.join(mutant.replace));

  const failed = await failures(folder, mutant.test);

  const verdict =
    failed === 0 ? 'survived' : failed === 'hang' ? 'killed: it hangs' : `killed, ${failed} failed`;
  table.push([mutant.what, mutant.test, verdict]);
  expect(failed).not.toBe(0);
});
