import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { FcError } from '../../src/model/errors.js';
import { checkCommand } from '../../src/runtime/command.js';

const folder = mkdtempSync(join(tmpdir(), 'fc-affinity-'));
mkdirSync(join(folder, 'bin'));
writeFileSync(join(folder, 'bootstrap'), '#!/bin/sh\n');
writeFileSync(join(folder, 'bin', 'serve'), '#!/bin/sh\n');
chmodSync(join(folder, 'bin', 'serve'), 0o755);
afterAll(() => rmSync(folder, { recursive: true }));

const refusal = (command: string, cwd = folder): FcError => {
  try {
    checkCommand(command, cwd, `${join(folder, 'bin')}:/bin`);
  } catch (error) {
    if (error instanceof FcError) return error;
  }
  throw new Error('it was not refused');
};

test('a command is found on PATH, by its path, and relative to the code directory (U41)', () => {
  checkCommand('serve', '/', `/bin:${join(folder, 'bin')}`);
  checkCommand(join(folder, 'bin', 'serve'), '/', '');
  checkCommand('./bin/serve', folder, '');
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
  expect(refusal('serve', '/no/such/folder').message).toContain(
    'the code directory "/no/such/folder" does not exist',
  );
});
