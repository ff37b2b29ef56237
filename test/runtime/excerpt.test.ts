import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { excerptOf } from '../../src/runtime/excerpt.js';

const folder = mkdtempSync(join(tmpdir(), 'fc-affinity-'));
const server = createServer();
let port = 0;
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  port = typeof address === 'object' && address !== null ? address.port : 0;
});
afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true });
});

/** What a real program prints when it fails. */
function printedBy(command: string, ...args: string[]): string[] {
  const { stdout, stderr } = spawnSync(command, args, { cwd: folder, encoding: 'utf8' });
  return `${stdout}${stderr}`.trimEnd().split('\n');
}

const script = (name: string, ...lines: string[]): string => {
  writeFileSync(join(folder, name), lines.join('\n'));
  return name;
};

describe('S3: the excerpt begins at the line that a person would quote', () => {
  test('of Node.js: a missing module', () => {
    const printed = printedBy('node', 'nope.js');
    expect(excerptOf(printed)[0]).toBe(`Error: Cannot find module '${join(folder, 'nope.js')}'`);
    const required = script('requires.js', "console.log('begins');", "require('./zz');");
    expect(excerptOf(printedBy('node', required))[0]).toBe("Error: Cannot find module './zz'");
    expect(excerptOf(printedBy('node', script('imports.mjs', "import 'express';")))[0]).toMatch(
      /^Error \[ERR_MODULE_NOT_FOUND\]: Cannot find package 'express'/,
    );
  });

  test('of Node.js: a port that is in use', () => {
    const listens = script('listens.js', `require('http').createServer().listen(${port}, '127.0.0.1');`);
    expect(excerptOf(printedBy('node', listens))[0]).toBe(
      `Error: listen EADDRINUSE: address already in use 127.0.0.1:${port}`,
    );
  });

  test.each([
    ["throw new Error('outer', { cause: new TypeError('inner') });", 'Error: outer'],
    ["class Odd extends Error { name = 'Odd' }; throw new Odd('is odd');", 'Odd: is odd'],
    ["throw 'boom';", 'boom'],
    ["console.error(new Error('seen')); throw new RangeError('thrown');", 'RangeError: thrown'],
    ["Promise.reject(new Error('nobody waits'));", 'Error: nobody waits'],
    [
      'function deep(n) { if (n === 0) throw new Error("deep"); deep(n - 1); } Error.stackTraceLimit = 80; deep(90);',
      'Error: deep',
    ],
    ['const = 1;', "SyntaxError: Unexpected token '='"],
  ])('of Node.js: %s', (code, telling) => {
    const excerpt = excerptOf(printedBy('node', script('throws.js', code)));
    expect(excerpt[0]).toBe(telling);
    expect(excerpt.length).toBeLessThanOrEqual(20);
  });

  test('of Python: the last line of the traceback', () => {
    const fails = (code: string): string | undefined =>
      excerptOf(printedBy('python3', script('fails.py', code)))[0];
    expect(fails("import os\nprint('begins')\nos.environ['DATABASE_URL']")).toBe("KeyError: 'DATABASE_URL'");
    expect(fails('import flaskk')).toBe("ModuleNotFoundError: No module named 'flaskk'");
    expect(fails("try:\n  1/0\nexcept Exception:\n  raise ValueError('second')")).toBe('ValueError: second');
    expect(excerptOf(printedBy('python3', '-m', 'http.server', String(port), '--bind', '127.0.0.1'))[0]).toBe(
      'OSError: [Errno 98] Address already in use',
    );
  });

  test('of a shell, and of npm: its complaint, not what follows it', () => {
    expect(excerptOf(printedBy('sh', '-c', 'echo begins; nodd app.js'))[0]).toMatch(
      /nodd: (command )?not found/,
    );
    writeFileSync(join(folder, 'package.json'), '{"name":"x","version":"1.0.0"}');
    expect(excerptOf(printedBy('npm', 'start'))[0]).toMatch(/^npm (error|ERR!) Missing script: "start"/);
  });

  test('an old error that the handler has survived is not taken for the end', () => {
    const lines = [
      'Error: old',
      '    at x (y.js:1:1)',
      ...Array.from({ length: 30 }, (_, at) => `GET /${at}`),
    ];
    expect(excerptOf(lines)).toEqual(lines.slice(-20));
  });

  test('without such a line it is the last 20', () => {
    const lines = Array.from({ length: 30 }, (_, at) => `line ${at}`);
    expect(excerptOf(lines)).toEqual(lines.slice(-20));
    expect(excerptOf([])).toEqual([]);
  });
});
