import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '..');
const src = join(root, 'src');

const files = readdirSync(src, { recursive: true, encoding: 'utf8' })
  .filter((file) => /\.tsx?$/.test(file))
  .map((file) => ({ file, text: readFileSync(join(src, file), 'utf8') }));

const names = new Set(files.map(({ file }) => file));

/** Every module that a file names in an import, an export from, or a dynamic import. */
function imports(text: string): string[] {
  return [...text.matchAll(/(?:\bfrom\s+|\bimport\s*\(\s*|\bimport\s+)'([^']+)'/g)].map(
    ([, module]) => module ?? '',
  );
}

/** The files of src/ that a file imports, types included; as paths below src/. */
function importedFiles({ file, text }: { readonly file: string; readonly text: string }): string[] {
  return imports(text)
    .filter((module) => module.startsWith('.'))
    .map((module) => relative(src, resolve(join(src, file), '..', module)).replace(/\.js$/, '.ts'))
    .map((target) => (names.has(`${target}x`) ? `${target}x` : target));
}

const folderOf = (file: string): string => (file.includes('/') ? (file.split('/')[0] ?? '') : '');
/** What every folder may import. A leaf imports `model/` alone, and `model/` nothing. */
const LEAVES = new Set(['model', 'schema', 'system']);
/** Only these folders, and the files directly in src/, may import several others. */
const SEES_ALL = new Set(['cli', '']);

function mayImport(from: string, to: string): boolean {
  if (SEES_ALL.has(from) || from === to || to === 'model') return true;
  return LEAVES.has(to) && !LEAVES.has(from);
}

/** Circles of imports, each once, as `a → b → a`. */
function circles(): string[] {
  const imported = new Map(files.map((each) => [each.file, importedFiles(each)]));
  const found: string[] = [];
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]): void => {
    const start = path.indexOf(file);
    if (start >= 0) found.push([...path.slice(start), file].join(' → '));
    if (start >= 0 || done.has(file)) return;
    for (const next of imported.get(file) ?? []) visit(next, [...path, file]);
    done.add(file);
  };
  for (const { file } of files) visit(file, []);
  return found;
}

describe('the structure of src', () => {
  test('there are files to look at', () => expect(files.length).toBeGreaterThan(50));

  test('a folder imports itself and the leaves, a leaf imports model alone', () => {
    const trespasses = files.flatMap((each) =>
      importedFiles(each)
        .filter((target) => !mayImport(folderOf(each.file), folderOf(target)))
        .map((target) => `${each.file} imports ${target}`),
    );
    expect(trespasses).toEqual([]);
  });

  test('model imports nothing outside itself, but randomness for IDs, hashes for signatures and the types of streams', () => {
    const allowed = new Set([
      'model/acs3-signature.ts: node:crypto',
      'model/ids.ts: node:crypto',
      'model/exchange.ts: node:net',
      'model/exchange.ts: node:stream',
    ]);
    const outside = files
      .filter(({ file }) => folderOf(file) === 'model')
      .flatMap(({ file, text }) =>
        imports(text)
          .filter((module) => !module.startsWith('./'))
          .map((module) => `${file}: ${module}`),
      )
      .filter((one) => !allowed.has(one));
    expect(outside).toEqual([]);
  });

  test("the console's page imports itself, model, preact and its signals", () => {
    const allowed = new Set(['preact', 'preact/hooks', '@preact/signals']);
    const page = files.filter(({ file }) => file.startsWith('console/page/'));
    const outside = page.flatMap(({ file, text }) => [
      ...imports(text).filter((module) => !module.startsWith('.') && !allowed.has(module)),
      ...importedFiles({ file, text }).filter((target) => !/^(console\/page|model)\//.test(target)),
    ]);
    expect(page.length).toBeGreaterThan(0);
    expect(outside).toEqual([]);
  });

  test('no import goes in a circle, not even one of types', () => {
    expect(circles()).toEqual([]);
  });

  test('the files in which Linux tells of processes are read in system alone, and by the guard, a shell', () => {
    const readers = files
      .filter(({ file }) => folderOf(file) !== 'system' && file !== 'runtime/guard-script.ts')
      .filter(({ text }) => /['"`]\/proc\//.test(withoutComments(text)))
      .map(({ file }) => file);
    expect(readers).toEqual([]);
  });

  test.each([
    ['http-proxy', /^gateway\//, 1],
    ['execa', /^runtime\//, 1],
    ['chokidar', /^system\//, 1],
    ['commander', /^cli\//, Infinity],
    ['zod', /^schema\//, Infinity],
    ['yaml', /^(config|cli\/output)\//, Infinity],
    ['tough-cookie', /^verify\//, Infinity],
    ['cli-table3', /^(cli|verify)\//, Infinity],
  ])('%s is imported where it belongs', (module, where, most) => {
    const users = files.filter(({ text }) => imports(text).includes(module)).map(({ file }) => file);
    expect(users.filter((file) => !where.test(file))).toEqual([]);
    expect(users.length).toBeGreaterThan(0);
    expect(users.length).toBeLessThanOrEqual(most);
  });

  test('time and chance come from the clock and the IDs only', () => {
    // `socket.setTimeout(0)` takes a time away.
    const sources = /\b(Date\.now|performance\.now|setTimeout(?!\(0\))|setInterval|Math\.random)\b/;
    const allowed = new Set(['model/clock.ts', 'model/ids.ts']);
    const users = files
      .filter(({ file }) => !allowed.has(file) && folderOf(file) !== 'console')
      .filter(({ text }) => sources.test(withoutComments(text)))
      .map(({ file }) => file);
    expect(users).toEqual([]);
  });

  test('no file outside the command line prints, but the fixture that shows the output of a failed test', () => {
    const printers = files
      .filter(({ file }) => folderOf(file) !== 'cli' && file !== 'vitest.ts')
      .filter(({ text }) => /\bconsole\.|process\.std(out|err)\b/.test(withoutComments(text)))
      .map(({ file }) => file);
    expect(printers).toEqual([]);
  });

  test('nothing is hidden from the compiler or left for later', () => {
    const marks = /@ts-|biome-ignore|\b(TODO|FIXME|XXX|HACK)\b/;
    expect(files.filter(({ text }) => marks.test(text)).map(({ file }) => file)).toEqual([]);
  });
});

function withoutComments(text: string): string {
  return text.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/(^|\s)\/\/.*$/gm, '');
}
