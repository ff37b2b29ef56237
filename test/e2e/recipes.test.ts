import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { type InstalledCopy, installCopy, installInto } from '../support/installed-copy.js';
import { readmeBlocks } from '../support/readme-blocks.js';
import { type CliResult, runProgram } from '../support/run-cli.js';

const README = readFileSync(resolve(import.meta.dirname, '../../README.md'), 'utf8');
/** Crashes at every second request, so that a step of the walkthrough fails. */
const BROKEN = `
import { createServer } from 'node:http';
createServer((request, response) => {
  response.writeHead(500).end('no');
}).listen(process.env.FC_SERVER_PORT);
`;

/** The file of that name in the README. */
function fileIn(name: string): string {
  const [, text] =
    new RegExp(`\`\`\`\\w+\\n(?:#|//) ${name.replaceAll('.', '\\.')}\\n([^]*?)\`\`\``).exec(README) ?? [];
  if (text === undefined) throw new Error(`the README has no ${name}`);
  return text;
}

describe('the recipes of the README, in an installed copy', () => {
  let copy: InstalledCopy;
  beforeAll(async () => {
    copy = await installCopy();
    const project = {
      name: 'app',
      private: true,
      scripts: { test: 'curl -sf "$FC_AFFINITY_URL" -o visit.txt' },
    };
    writeFileSync(join(copy.folder, 'package.json'), JSON.stringify(project));
  });
  afterAll(() => copy?.remove());

  const workflow = parse(fileIn('.github/workflows/affinity.yml'));
  const github: string[] = workflow.jobs.affinity.steps.flatMap(({ run = '' }) => (run === '' ? [] : [run]));
  const gitlab: string[] = parse(fileIn('.gitlab-ci.yml')).affinity.script;

  async function runAll(lines: readonly string[], handler: string): Promise<CliResult> {
    writeFileSync(join(copy.folder, 'app.mjs'), handler);
    // The copy is installed already.
    const script = lines.filter((line) => line !== 'npm ci').join('\n');
    return runProgram('bash', ['-euc', script], { directory: copy.folder, env: { CI: 'true' } });
  }

  it.each([
    ['GitHub Actions', github, '::notice title=fc-affinity verify::'],
    ['GitLab', gitlab, 'walkthrough: passed'],
  ])('%s: passes, writes the report, and runs the tests', async (_, lines, printed) => {
    expect(lines).toContain('npm ci');
    const { code, stdout, stderr } = await runAll(lines, fileIn('app.mjs'));
    expect(code, stderr).toBe(0);
    expect(stdout).toContain(printed);
    const report = readFileSync(join(copy.folder, 'affinity.xml'), 'utf8');
    expect(report).toMatch(/<testsuites?[^>]* failures="0"/);
    expect(readFileSync(join(copy.folder, 'visit.txt'), 'utf8')).toBe('visit 1\n');
  });

  it('GitHub Actions: a failed check is an annotation, and fails the job', async () => {
    const { code, stdout } = await runAll(github, BROKEN);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^::error /m);
    expect(readFileSync(join(copy.folder, 'affinity.xml'), 'utf8')).toContain('<failure');
  });

  it('GitLab takes the report that the script writes', () => {
    const { artifacts } = parse(fileIn('.gitlab-ci.yml')).affinity;
    expect(gitlab.join('\n')).toContain(`junit=${artifacts.reports.junit} `);
    expect(artifacts.when).toBe('always');
  });

  it('the test for Vitest passes', async () => {
    const folder = join(copy.folder, '../with-vitest');
    mkdirSync(folder);
    await installInto(folder, [copy.tarball, 'vitest@4.1.12']);
    writeFileSync(join(folder, 'app.mjs'), fileIn('app.mjs'));
    writeFileSync(join(folder, 'counter.test.mjs'), fileIn('counter.test.mjs'));
    const { code, stdout, stderr } = await runProgram('npx', ['vitest', 'run'], { directory: folder });
    expect(code, `${stdout}${stderr}`).toBe(0);
  }, 120_000);

  it('stand in blocks that the README test runs, or here', () => {
    expect(readmeBlocks(README).some(({ text }) => text.includes('fc-affinity exec'))).toBe(true);
  });
});
