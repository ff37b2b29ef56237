import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { publint } from 'publint';
import { describe, expect, test } from 'vitest';

const run = promisify(execFile);
const root = resolve(import.meta.dirname, '..');
const read = (file: string) => JSON.parse(readFileSync(join(root, file), 'utf8'));

interface Locked {
  readonly dev?: boolean;
  readonly optional?: boolean;
  readonly resolved?: string;
  readonly hasInstallScript?: boolean;
}

describe('the package', () => {
  const packages = Object.entries<Locked>(read('package-lock.json').packages).filter(([path]) => path !== '');
  const runtime = packages.filter(([, { dev }]) => dev !== true);

  test('G20 T25 brings at most 50 packages, none of which runs anything at installation', () => {
    expect(runtime.length).toBeLessThanOrEqual(50);
    expect(runtime.filter(([, { hasInstallScript }]) => hasInstallScript === true)).toEqual([]);
  });

  test('is locked without naming where its packages come from', () => {
    expect(packages.filter(([, { resolved }]) => resolved !== undefined)).toEqual([]);
  });

  test('is laid out as publint wants it', async () => {
    const { messages } = await publint({ pkgDir: root, strict: true });
    expect(messages).toEqual([]);
  });

  test('holds the program, its types, the bundled fixtures, licence and changelog, and nothing of the tests', async () => {
    const { stdout } = await run('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], { cwd: root });
    const packed = JSON.parse(stdout);
    const [{ files }] = Array.isArray(packed) ? packed : Object.values<{ files: { path: string }[] }>(packed);
    const paths: string[] = files.map(({ path }: { path: string }) => path);
    expect(paths).toEqual(
      expect.arrayContaining([
        'bin/fc-affinity.js',
        'bin/package.json',
        'dist/cli/main.cjs',
        'dist/cli/THIRD-PARTY.md',
        'dist/runtime/inside/event-node.cjs',
        'dist/runtime/inside/event-python.py',
        'dist/runtime/inside/node.cjs',
        'dist/runtime/inside/python/sitecustomize.py',
        'dist/index.js',
        'dist/index.d.ts',
        'dist/schemas/fc-affinity.schema.json',
        'dist/schemas/s-yaml.schema.json',
        'fixtures/hello/app.js',
        'fixtures/mcp/server.js',
        'LICENSE',
        'README.md',
        'CHANGELOG.md',
      ]),
    );
    expect(paths.filter((path) => /^(test|src|fixtures\/(?!hello|mcp\/))/.test(path))).toEqual([]);
  });

  test('has a program that brings its packages with it, and their licences', () => {
    const folder = join(root, 'dist/cli');
    const texts = readdirSync(folder)
      .filter((file) => file.endsWith('.cjs'))
      .map((file) => readFileSync(join(folder, file), 'utf8'));
    const required = new Set(
      texts.flatMap((text) => [...text.matchAll(/\brequire\("([^"]+)"\)/g)].map(([, module = '']) => module)),
    );
    expect([...required].filter((module) => !module.startsWith('.') && !isBuiltin(module))).toEqual([]);

    const notices = readFileSync(join(folder, 'THIRD-PARTY.md'), 'utf8');
    const told = [...notices.matchAll(/^## (\S+) \S+ \(.+\)\n\n\S/gm)].map(([, name]) => name);
    expect(told).toEqual(
      expect.arrayContaining([
        'chokidar',
        'commander',
        'execa',
        'http-proxy',
        'preact',
        '@preact/signals',
        'rou3',
        'tough-cookie',
        'yaml',
        'zod',
      ]),
    );
    expect(told.length).toBe(notices.match(/^## \S+ \S+ \(.+\)$/gm)?.length);
  });

  test('lets programs import what the README names', async () => {
    const script =
      "import('fc-affinity').then((all) => process.stdout.write(Object.keys(all).sort().join()))";
    const { stdout } = await run(process.execPath, ['-e', script], { cwd: root });
    expect(stdout.split(',')).toEqual(
      expect.arrayContaining([
        'FcError',
        'MovableClock',
        'completeFunction',
        'createApiClient',
        'startEmulator',
      ]),
    );
  });
});
