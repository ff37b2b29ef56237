import { parseEnv } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseEnvFile } from '../../src/config/env-file.js';

const name = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,8}$/);
const plain = fc.stringMatching(/^[A-Za-z0-9_./:@%+,-]{0,12}$/);
const quotable = fc.stringMatching(/^[A-Za-z0-9 #=\n]{0,12}$/);
const line = fc.oneof(
  fc.tuple(name, plain).map(([key, value]) => `${key}=${value}`),
  fc.tuple(name, plain).map(([key, value]) => `export ${key} = ${value}`),
  fc.tuple(name, plain).map(([key, value]) => `${key}=${value} # said`),
  fc.tuple(name, quotable).map(([key, value]) => `${key}="${value}"`),
  fc.tuple(name, quotable).map(([key, value]) => `${key}='${value}'`),
  fc.constant(''),
  fc.constant('# nothing'),
);

describe('parseEnvFile', () => {
  it('reads names, quotes, escapes and comments', () => {
    const text = [
      '\uFEFF# the first line',
      'PLAIN=a b',
      'export EXPORTED=yes # and why',
      'HASH=a#b',
      'EMPTY=',
      "SINGLE='raw \\n $HOME' # fine",
      'DOUBLE="two\\nlines \\"quoted\\""',
      'LONG="one',
      'two"',
      '',
    ].join('\r\n');
    expect(parseEnvFile(text, '.env')).toEqual({
      PLAIN: 'a b',
      EXPORTED: 'yes',
      HASH: 'a#b',
      EMPTY: '',
      SINGLE: 'raw \\n $HOME',
      DOUBLE: 'two\nlines "quoted"',
      LONG: 'one\ntwo',
    });
  });

  it('agrees with Node on files that are well formed', () => {
    fc.assert(
      fc.property(fc.array(line, { maxLength: 8 }), (lines) => {
        const text = `${lines.join('\n')}\n`;
        expect(parseEnvFile(text, '.env')).toEqual({ ...parseEnv(text) });
      }),
    );
  });

  it.each([
    ['A=1\nno equals here\n', '.env:2:1: a line is NAME=value'],
    ['1A=1\n', '.env:1:1: a line is NAME=value'],
    ['A="never\nclosed\n', '.env:1:3: the " that begins here is never closed'],
    ["  A='x' y\n", `.env:1:9: nothing but a comment may follow the closing '`],
  ])('tells line and column of what is wrong: %j', (text, message) => {
    expect(() => parseEnvFile(text, '.env')).toThrow(message);
  });

  it('ends on any text, with an object or a complaint', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        try {
          parseEnvFile(text, '.env');
        } catch (error) {
          expect(String(error)).toMatch(/\.env:\d+:\d+: /);
        }
      }),
    );
  });

  it('makes no property of a name that objects inherit', () => {
    const variables = parseEnvFile('__proto__=x\nconstructor=y\n', '.env');
    expect(Object.entries(variables)).toContainEqual(['constructor', 'y']);
    expect(({} as Record<string, unknown>).x).toBeUndefined();
    expect(Object.getPrototypeOf(variables)).toBe(Object.prototype);
  });
});
