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
const workshop = mkdtempSync(join(tmpdir(), 'fc-affinity-mutants-'));
const compiled = join(workshop, 'compiled');
const table = new Table({
  head: ['mutant', 'killed after', 'by'],
  style: { head: [] },
  colWidths: [60, 14, 70],
});

beforeAll(async () => {
  const tsc = join(root, 'node_modules/.bin/tsc');
  await run(tsc, ['-p', 'test/simulation/mutants/tsconfig.json', '--outDir', compiled], { cwd: root });
  symlinkSync(join(root, 'node_modules'), join(workshop, 'node_modules'));
  cpSync(join(root, 'package.json'), join(workshop, 'package.json'));
}, 120_000);

afterAll(() => {
  rmSync(workshop, { recursive: true, force: true });
  process.stdout.write(`${table.toString()}\n`);
}, 120_000);

const play = async (mutant?: Mutant): Promise<{ killed: boolean; played: number; told: string }> => {
  const folder = mkdtempSync(join(workshop, 'mutant-'));
  cpSync(compiled, folder, { recursive: true });
  if (mutant !== undefined) {
    const file = join(folder, 'src', `${mutant.file}.js`);
    const parts = readFileSync(file, 'utf8').split(mutant.find);
    expect(parts, `${mutant.find} stands once in ${mutant.file}`).toHaveLength(2);
    writeFileSync(file, parts.join(mutant.replace));
  }
  const script = join(folder, 'test/simulation/mutants/play.js');
  return run(process.execPath, [script], { timeout: 30_000 }).then(
    ({ stdout }) => JSON.parse(stdout),
    (error: { killed?: boolean }) => {
      if (error.killed !== true) throw error;
      // A mutant that never ends has been noticed too.
      return { killed: true, played: 0, told: 'it hangs' };
    },
  );
};

test('the core as it is survives', async () => {
  expect(await play()).toMatchObject({ killed: false, played: 10_000 });
}, 60_000);

test('G9 there are at least 30 mutants', () => expect(MUTANTS.length).toBeGreaterThanOrEqual(30));

test.concurrent.each(MUTANTS)(
  'G9 it is noticed that $what',
  async (mutant) => {
    const { killed, played, told } = await play(mutant);
    table.push([mutant.what, killed ? String(played) : 'survived', told.slice(0, 66)]);
    expect(killed).toBe(true);
  },
  120_000,
);
