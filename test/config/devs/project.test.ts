import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConfigFiles } from '../../../src/config/config-files.js';
import { resolveProject } from '../../../src/config/devs/project.js';
import { plain } from '../../../src/config/located.js';
import { Problems } from '../../../src/config/problem.js';
import { RIGHT_FILES, type RightFile } from './right-files.js';
import { WRONG_FILES, type WrongFile } from './wrong-files.js';

const run = promisify(execFile);
const root = mkdtempSync(join(tmpdir(), 'fc-affinity-devs-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

interface Case {
  readonly title: string;
  readonly file: WrongFile | RightFile;
  readonly folder: string;
  /** What the parser of the vendor makes of it; undefined where it would take too long. */
  vendor?: { readonly props?: unknown; readonly error?: string };
}

function written(file: RightFile, index: number): Case {
  const folder = join(root, `${index}`);
  for (const [name, text] of Object.entries(file.files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return { title: file.title, file, folder };
}

function resolved({ folder, file: { envName, env = {} } }: Case) {
  const problems = new Problems();
  const project = resolveProject({
    file: join(folder, 's.yaml'),
    envName,
    env,
    files: new ConfigFiles(problems.tell),
    tell: problems.tell,
  });
  const props = project?.resources.map(({ key, props }) => [key, plain(props)] as const) ?? [];
  return {
    // JSON drops what is undefined, as the vendor's parser does in another way.
    props: JSON.parse(JSON.stringify(Object.fromEntries(props))),
    problems: problems.all,
    passedOver: project?.passedOver.map(({ key, component }) => `${key}: ${component}`) ?? [],
  };
}

describe('a project of Serverless Devs', () => {
  const right = RIGHT_FILES.map(written);
  const wrong = WRONG_FILES.map((file, at) => written(file, RIGHT_FILES.length + at));

  beforeAll(async () => {
    const asked = [...right, ...wrong].filter(({ title }) => !/laughs|a nest/.test(title));
    const script = join(import.meta.dirname, '../../support/vendor-parser.js');
    const home = join(root, 'home');
    mkdirSync(home);
    const given = asked.map(({ folder, file: { envName, env } }) => ({ folder, envName, env }));
    const { stdout } = await run(process.execPath, [script, JSON.stringify(given)], {
      env: { PATH: process.env.PATH, HOME: home },
      maxBuffer: 10_000_000,
    });
    const results: NonNullable<Case['vendor']>[] = JSON.parse(stdout);
    for (const [at, one] of asked.entries()) one.vendor = results[at];
  }, 60_000);

  it('the tables hold at least 40 files', () => expect(right.length + wrong.length).toBeGreaterThan(40));

  it.each(right)('resolves as the parser of the vendor does: $title', (one) => {
    const found = resolved(one);
    expect(found.problems).toEqual([]);
    expect(one.vendor?.error).toBeUndefined();
    expect(found.props).toEqual(one.vendor?.props);
    expect(Object.keys(found.props).length).toBeGreaterThan(0);
  });

  it.each(wrong)('refuses: $title', (one) => {
    const { problems } = one.file as WrongFile;
    const found = resolved(one).problems;
    expect(found.map(({ at, rule }) => `${at.line}:${at.column} ${rule}`)).toEqual(
      problems.map(([where]) => where),
    );
    for (const [at, [, message, fix]] of problems.entries()) {
      expect(found[at]?.message).toMatch(message);
      if (fix !== undefined) expect(found[at]?.fix).toBe(fix);
    }
  });

  it.each(wrong.filter(({ file }) => !('vendorAccepts' in file)))(
    'what is refused, the parser of the vendor refuses too: $title',
    ({ vendor }) => expect(vendor?.error).toEqual(expect.any(String)),
  );

  it('names the resources that are no function, and their components', () => {
    const one = right.find(({ title }) => title.startsWith('a component with a version'));
    expect(one === undefined ? [] : resolved(one).passedOver).toEqual(['domain: fc3-domain']);
  });

  it.each(wrong.filter(({ title }) => title.startsWith('T22')))('ends soon: $title', (one) => {
    const begin = process.cpuUsage();
    resolved(one);
    const { user, system } = process.cpuUsage(begin);
    // The first reading has been done: the parser is loaded. 100 ms here (quality T22), with room for a slow machine.
    expect((user + system) / 1000).toBeLessThan(1000);
  });
});
