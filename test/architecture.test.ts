import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '..');
const src = join(root, 'src');

const files = readdirSync(src, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => ({ file, text: readFileSync(join(src, file), 'utf8') }));

/** Every module that a file names in an import, an export from, or a dynamic import. */
function imports(text: string): string[] {
  return [...text.matchAll(/(?:\bfrom\s+|\bimport\s*\(\s*|\bimport\s+)'([^']+)'/g)].map(
    ([, module]) => module ?? '',
  );
}

const roomOf = (file: string): string => (file.includes('/') ? (file.split('/')[0] ?? '') : '');
const SEES_ALL = new Set(['cli', '']);

describe('the house', () => {
  test('there are files to look at', () => expect(files.length).toBeGreaterThan(50));

  test('a room imports itself and model, never another room', () => {
    const trespasses = files.flatMap(({ file, text }) =>
      imports(text)
        .filter((module) => module.startsWith('.'))
        .map((module) => relative(src, resolve(join(src, file), '..', module)))
        .filter(
          (target) =>
            !SEES_ALL.has(roomOf(file)) && roomOf(target) !== roomOf(file) && roomOf(target) !== 'model',
        )
        .map((target) => `${file} imports ${target}`),
    );
    expect(trespasses).toEqual([]);
  });

  test('model imports nothing outside itself, but the IDs the system’s randomness', () => {
    const outside = files
      .filter(({ file }) => roomOf(file) === 'model')
      .flatMap(({ file, text }) =>
        imports(text)
          .filter(
            (module) => !module.startsWith('./') && !(file === 'model/ids.ts' && module === 'node:crypto'),
          )
          .map((module) => `${file}: ${module}`),
      );
    expect(outside).toEqual([]);
  });

  test.each([
    ['http-proxy', /^gateway\//, 1],
    ['execa', /^runtime\//, 1],
    ['commander', /^cli\//, Infinity],
    ['zod', /^api\//, Infinity],
    ['tough-cookie', /^verify\//, Infinity],
    ['cli-table3', /^(cli|verify)\//, Infinity],
  ])('%s is imported where it belongs', (module, where, most) => {
    const users = files.filter(({ text }) => imports(text).includes(module)).map(({ file }) => file);
    expect(users.filter((file) => !where.test(file))).toEqual([]);
    expect(users.length).toBeGreaterThan(0);
    expect(users.length).toBeLessThanOrEqual(most);
  });

  test('time and chance come from the clock and the IDs only', () => {
    const sources = /\b(Date\.now|performance\.now|setTimeout|setInterval|Math\.random)\b/;
    const allowed = new Set(['model/clock.ts', 'model/ids.ts']);
    const users = files
      .filter(({ file }) => !allowed.has(file) && roomOf(file) !== 'console')
      .filter(({ text }) => sources.test(withoutComments(text)))
      .map(({ file }) => file);
    expect(users).toEqual([]);
  });

  test('no file outside the command line prints', () => {
    const printers = files
      .filter(({ file }) => roomOf(file) !== 'cli')
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
