import { chmodSync, mkdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makePrivateDirectory, whyNotPrivate } from '../../src/system/private-directory.js';
import { temporaryFolder } from '../support/run-cli.js';

describe('a private directory', () => {
  it('is made with the directories above it, for this user alone', () => {
    const directory = join(temporaryFolder(), 'a', 'b');
    makePrivateDirectory(directory);
    makePrivateDirectory(directory);
    expect(statSync(directory).mode & 0o777).toBe(0o700);
    expect(whyNotPrivate(directory, 'everything')).toBeUndefined();
  });

  it.runIf(process.platform === 'linux')(
    'C12: is an error where the system takes no directories, and never hangs',
    () => {
      expect(() => makePrivateDirectory('/proc/fc-affinity')).toThrow(/ENOENT/);
    },
  );

  it.each([
    [0o755, 'writing', undefined],
    [0o755, 'everything', 'can be used by others (mode 0755)'],
    [0o775, 'writing', 'can be written by others (mode 0775)'],
    [0o702, 'writing', 'can be written by others (mode 0702)'],
  ] as const)('of mode %o, closed for %s: %s', (mode, closedFor, why) => {
    const directory = temporaryFolder();
    chmodSync(directory, mode);
    expect(whyNotPrivate(directory, closedFor)?.why).toBe(why);
  });

  it('is neither a link nor a file (T27)', () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'real'));
    symlinkSync(join(folder, 'real'), join(folder, 'link'));
    writeFileSync(join(folder, 'file'), '');
    expect(whyNotPrivate(join(folder, 'link'), 'writing')?.why).toBe('is a symbolic link');
    expect(whyNotPrivate(join(folder, 'file'), 'writing')?.why).toBe('is not a directory');
  });
});
