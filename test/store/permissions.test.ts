import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { FcError } from '../../src/model/errors.js';
import { kept, open, storedSession, temporaryFolder } from './kept-sessions.js';

const modeOf = (path: string): number => statSync(path).mode & 0o777;
const isRoot = process.getuid?.() === 0;

function refusal(directory: string): FcError {
  try {
    open(directory);
  } catch (error) {
    if (error instanceof FcError) return error;
    throw error;
  }
  throw new Error('it was opened');
}

describe('a state directory', () => {
  test('is made for the user alone, with what leads to it, and so are its files', () => {
    const directory = join(temporaryFolder(), 'deep', 'state');
    const { state } = open(directory);
    state.storeOf('hello').save(storedSession(1));
    expect(modeOf(directory)).toBe(0o700);
    expect(modeOf(join(directory, '..'))).toBe(0o700);
    expect(
      Object.fromEntries(readdirSync(directory).map((name) => [name, modeOf(join(directory, name))])),
    ).toEqual({
      journal: 0o600,
      lock: 0o600,
    });
  });

  test('that the user has made readable for others is taken, its files are not readable', () => {
    const directory = temporaryFolder();
    chmodSync(directory, 0o755);
    const first = open(directory);
    first.state.storeOf('hello').save(storedSession(1));
    first.state.close();
    chmodSync(join(directory, 'journal'), 0o644);
    expect(kept(directory)).toEqual([storedSession(1)]);
    expect(modeOf(join(directory, 'journal'))).toBe(0o600);
  });

  test.each([0o770, 0o702, 0o1777])('that others can write is refused: mode %o (T27)', (mode) => {
    const directory = temporaryFolder();
    chmodSync(directory, mode);
    const { code, message, fix } = refusal(directory);
    expect(code).toBe('InvalidArgument');
    expect(message).toBe(
      `the state directory "${directory}" can be written by others (mode ${mode.toString(8).padStart(4, '0')})`,
    );
    expect(fix).toBe(`chmod 700 "${directory}"`);
    expect(readdirSync(directory)).toEqual([]);
  });

  test.skipIf(!isRoot)('that is owned by another user is refused (T27)', () => {
    const directory = temporaryFolder();
    chownSync(directory, 12345, 12345);
    expect(refusal(directory)).toMatchObject({
      code: 'InvalidArgument',
      message: `the state directory "${directory}" is owned by user 12345`,
      fix: expect.stringContaining('of your own'),
    });
  });

  test.each(['', '/', '/.'])(
    'that is a symbolic link is refused, also when named with a final "%s" (T27)',
    (end) => {
      const folder = temporaryFolder();
      mkdirSync(join(folder, 'real'), { mode: 0o700 });
      symlinkSync(join(folder, 'real'), join(folder, 'link'));
      expect(refusal(`${folder}/link${end}`)).toMatchObject({
        code: 'InvalidArgument',
        message: `the state directory "${folder}/link" is a symbolic link`,
      });
      expect(readdirSync(join(folder, 'real'))).toEqual([]);
    },
  );

  test('that leads nowhere or is a file is refused', () => {
    const folder = temporaryFolder();
    symlinkSync(join(folder, 'nowhere'), join(folder, 'dangling'));
    writeFileSync(join(folder, 'file'), '');
    expect(refusal(join(folder, 'dangling')).message).toContain('is a symbolic link');
    expect(refusal(join(folder, 'file')).message).toContain('is not a directory');
    expect(refusal(join(folder, 'file', 'deeper'))).toMatchObject({
      code: 'InvalidArgument',
      message: expect.stringContaining('cannot be used: ENOTDIR'),
      fix: expect.any(String),
    });
    expect(existsSync(join(folder, 'nowhere'))).toBe(false);
  });

  test.each(['journal', 'journal.tmp', 'lock', `lock.${process.pid}`])(
    'whose %s is a symbolic link never touches the file it leads to (T27)',
    (name) => {
      const folder = temporaryFolder();
      const target = join(folder, 'precious');
      writeFileSync(target, 'precious\n', { mode: 0o600 });
      const directory = join(folder, 'state');
      mkdirSync(directory, { mode: 0o700 });
      symlinkSync(target, join(directory, name));
      if (name === 'journal' || name === 'lock') {
        expect(refusal(directory)).toMatchObject({
          code: 'InvalidArgument',
          message: expect.stringContaining('ELOOP'),
          fix: expect.any(String),
        });
      } else {
        const { state } = open(directory, { compactFromBytes: 0 });
        for (let order = 0; order < 10; order++) state.storeOf('hello').save(storedSession(order));
        state.close();
      }
      expect(readFileSync(target, 'utf8')).toBe('precious\n');
      expect(modeOf(target)).toBe(0o600);
    },
  );

  test('whose journal others may write is refused and left as it is (T27)', () => {
    const directory = temporaryFolder();
    open(directory).state.close();
    const before = readFileSync(join(directory, 'journal'), 'utf8');
    chmodSync(join(directory, 'journal'), 0o622);
    expect(refusal(directory).message).toContain('others may write it');
    expect(readFileSync(join(directory, 'journal'), 'utf8')).toBe(before);
    expect(readdirSync(directory)).toEqual(['journal']);
  });

  test.skipIf(!isRoot)('whose journal another user owns is refused (T27)', () => {
    const directory = temporaryFolder();
    open(directory).state.close();
    chownSync(join(directory, 'journal'), 12345, 12345);
    expect(refusal(directory).message).toContain('owned by another user');
  });
});
