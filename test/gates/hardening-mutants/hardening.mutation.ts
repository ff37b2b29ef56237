import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import Table from 'cli-table3';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { MUTANTS, type Mutant } from './catalogue.js';
import { NOTICED, type Verdict, verdictOf } from './verdict.js';

const root = resolve(import.meta.dirname, '../../..');
const workshop = mkdtempSync(join(tmpdir(), 'fc-affinity-hardening-'));
const COPIED = ['src', 'test', 'package.json', 'tsconfig.json'];
const LINKED = ['node_modules', 'dist', 'bin', 'fixtures'];
/** Longer than any of the named tests needs: who comes to it has only waited. */
const TEST_LIMIT_MS = 25_000;
const RUN_LIMIT_MS = 90_000;
const rows = new Map<Mutant, [how: Verdict['kind'], test: string, said: string]>();
let original = '';

beforeAll(() => {
  original = makeCopy();
});

afterAll(() => {
  rmSync(workshop, { recursive: true, force: true });
  const table = new Table({
    head: ['line taken out', 'test that failed', 'how'],
    colWidths: [48, 62, 48],
    wordWrap: true,
    style: { head: [], border: [] },
  });
  for (const mutant of MUTANTS) {
    const row = rows.get(mutant);
    if (row === undefined) continue;
    const [kind, name, said] = row;
    table.push([
      `${mutant.file}: ${mutant.what}`,
      `${mutant.test}: ${name || mutant.name}`,
      NOTICED.has(kind) ? `${kind}: ${said}` : `SURVIVED (${kind}) ${said}`,
    ]);
  }
  process.stdout.write(`${table.toString()}\n`);
});

/** @returns a folder with what the tests need, in which a line may be changed */
function makeCopy(): string {
  const folder = mkdtempSync(join(workshop, 'copy-'));
  for (const name of COPIED) cpSync(join(root, name), join(folder, name), { recursive: true });
  for (const name of LINKED) {
    if (existsSync(join(root, name))) symlinkSync(join(root, name), join(folder, name));
  }
  return folder;
}

/** Runs the tests of one file whose names hold one of these texts. */
async function runTests(folder: string, file: string, names: readonly string[]): Promise<Verdict> {
  const report = join(folder, `${file.replace('/', '-')}.json`);
  const args = [
    join(root, 'node_modules/vitest/vitest.mjs'),
    'run',
    ...['--config', 'test/vitest.config.ts', '--maxWorkers', '1', '--bail', '1'],
    ...['--testTimeout', String(TEST_LIMIT_MS), '--reporter', './test/gates/hardening-mutants/reporter.ts'],
    ...['-t', names.map((name) => name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|')],
    `test/${file}.test.ts`,
  ];
  const env = { ...process.env, FC_AFFINITY_REPORT: report };
  const ended = await new Promise<boolean>((resolve) => {
    const options = { cwd: folder, env, timeout: RUN_LIMIT_MS, killSignal: 'SIGKILL' } as const;
    execFile(process.execPath, args, options, (error) => resolve(error?.killed !== true));
  });
  if (!ended) return { kind: 'hang', test: '', said: '' };
  return verdictOf(existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : undefined);
}

test('there are at least 30 mutants', () => expect(MUTANTS.length).toBeGreaterThanOrEqual(30));

test.concurrent.each([...new Set(MUTANTS.map(({ test: file }) => file))])(
  'the gateway as it is passes the named tests of %s',
  async (file) => {
    const names = MUTANTS.filter(({ test: its }) => its === file).map(({ name }) => name);
    expect(await runTests(original, file, names)).toEqual({ kind: 'passed', test: '', said: '' });
  },
);

test.concurrent.each(MUTANTS)('it is noticed that $what', async (mutant: Mutant) => {
  const folder = makeCopy();
  const file = join(folder, 'src', `${mutant.file}.ts`);
  const parts = readFileSync(file, 'utf8').split(mutant.find);
  expect(parts, `${mutant.find} stands once in ${mutant.file}`).toHaveLength(2);
  writeFileSync(file, parts.join(mutant.replace));

  const { kind, test: name, said } = await runTests(folder, mutant.test, [mutant.name]);

  rows.set(mutant, [kind, name, said]);
  rmSync(folder, { recursive: true, force: true });
  expect(NOTICED, `${kind} ${said}`).toContain(kind);
});
