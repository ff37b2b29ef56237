import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { FcError } from '../../src/model/errors.js';
import { checkCommand } from '../../src/runtime/command.js';

const folder = mkdtempSync(join(tmpdir(), 'fc-affinity-'));
mkdirSync(join(folder, 'bin'));
writeFileSync(join(folder, 'bootstrap'), '#!/bin/sh\n');
writeFileSync(join(folder, 'bin', 'serve'), '#!/bin/sh\n');
chmodSync(join(folder, 'bin', 'serve'), 0o755);
afterAll(() => rmSync(folder, { recursive: true }));

const refusal = (command: string, { cwd = folder, args = [] as string[] } = {}): FcError => {
  try {
    checkCommand({ argv: [command, ...args], cwd, path: `${join(folder, 'bin')}:/bin:/usr/bin` });
  } catch (error) {
    if (error instanceof FcError) return error;
  }
  throw new Error('it was not refused');
};

test('a command is found on PATH, by its path, and relative to the code directory (U41)', () => {
  checkCommand({ argv: ['serve'], cwd: '/', path: `/bin:${join(folder, 'bin')}` });
  checkCommand({ argv: [join(folder, 'bin', 'serve')], cwd: '/', path: '' });
  checkCommand({ argv: ['./bin/serve'], cwd: folder, path: '' });
});

test('a misspelt command is named, with a fix (U41)', () => {
  const error = refusal('nodd');
  expect(error.code).toBe('CAFileNotFound');
  expect(error.message).toContain('the command "nodd" was not found');
  expect(error.fix).toContain('check the spelling');
});

test('a command line in one word is recognised', () => {
  expect(refusal('node app.js').fix).toBe('give the command and its arguments as separate words');
});

test('a file without the right to execute it says how to get it', () => {
  expect(refusal('./bootstrap').fix).toBe(`chmod +x ${join(folder, 'bootstrap')}`);
});

test('a folder is no command', () => {
  expect(refusal('./bin').message).toContain('was not found');
});

test('a code directory that is not there is said to be so', () => {
  expect(refusal('serve', { cwd: '/no/such/folder' }).message).toContain(
    'the code directory "/no/such/folder" does not exist',
  );
});

describe('a script that is there', () => {
  const script = (name: string, content: string): string => {
    writeFileSync(join(folder, name), content, { mode: 0o755 });
    return `./${name}`;
  };

  test('S4: with Windows line ends is named as that, where the system says "not found"', () => {
    const error = refusal(script('crlf', '#!/bin/sh\r\nexec true\r\n'));
    expect(error.message).toContain('has Windows line ends');
    expect(error.fix).toBe(`sed -i 's/\\r$//' ${join(folder, 'crlf')}`);
  });

  test('S4: without its interpreter names it', () => {
    expect(refusal(script('missing', '#!/usr/bin/nodd\n')).message).toContain(
      `missing" needs the interpreter "/usr/bin/nodd", which was not found`,
    );
    expect(refusal(script('by-env', '#!/usr/bin/env -S python9 -u\n')).message).toContain(
      'needs the interpreter "python9", which was not found on PATH',
    );
  });

  test('with its interpreter passes', () => {
    for (const line of [
      '#!/bin/sh',
      '#! /bin/sh -e',
      '#!/usr/bin/env sh',
      '#!/usr/bin/env -S A=1 sh -e',
      'true',
    ])
      checkCommand({ argv: [script('fine', `${line}\n`)], cwd: folder, path: '/bin:/usr/bin' });
  });
});

describe('S18: a script file that is not there is reported before anything starts', () => {
  test.each([
    ['node', ['nope.js']],
    ['node', ['--watch', '--enable-source-maps', 'nope.js', 'bin']],
    ['/usr/bin/node', ['./sub/nope']],
    ['python3', ['-u', 'nope.py']],
    ['sh', ['-eu', 'nope.sh']],
    ['bash', ['nope.sh']],
  ])('%s %j', (command, args) => {
    writeFileSync(join(folder, 'bin', 'python3'), '', { mode: 0o755 });
    const error = refusal(command, { args });
    expect(error.code).toBe('CAFileNotFound');
    expect(error.message).toMatch(/is to run "\S*nope\S*", but there is no \/\S*nope/);
    expect(error.fix).toContain('begins at the code directory');
  });

  test.each([
    ['node', ['-e', 'nope.js']],
    ['node', ['--require', 'ts-node/register', 'nope.ts']],
    ['node', ['--test']],
    ['node', ['app']],
    ['node', ['sub']],
    ['node', []],
    ['python3', ['-m', 'http.server']],
    ['sh', ['-c', 'nope.js']],
    ['sh', ['-ec', 'nope.js']],
    ['sh', ['-e', 'bin/serve']],
    ['bash', ['serve']],
    ['perl', ['-e', 'nope']],
    ['npx', ['nope.js']],
  ])('what cannot be told, or is there, passes: %s %j', (command, args) => {
    mkdirSync(join(folder, 'sub'), { recursive: true });
    writeFileSync(join(folder, 'app.js'), '');
    for (const name of ['python3', 'npx', 'node', 'perl'])
      writeFileSync(join(folder, 'bin', name), '', { mode: 0o755 });
    checkCommand({ argv: [command, ...args], cwd: folder, path: `${join(folder, 'bin')}:/bin:/usr/bin` });
  });
});
