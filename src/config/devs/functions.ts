import { existsSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { ACCOUNT_ID } from '../../model/account.js';
import { readSmallFile } from '../../system/read-small-file.js';
import { dig, emptyMap, type LocatedMap, plain } from '../located.js';
import { Complaint } from '../problem.js';
import { readYaml } from '../read-yaml.js';
import type { ExpressionFunctions } from './expression.js';

/** The placeholders of an account's credentials. */
export const CREDENTIALS: Readonly<Record<string, string>> = {
  AccountID: ACCOUNT_ID,
  AccessKeyID: 'fc-affinity-placeholder',
  AccessKeySecret: 'fc-affinity-placeholder',
  SecurityToken: 'fc-affinity-placeholder',
};

export interface Surroundings {
  /** The folder of the file: relative paths begin there. */
  readonly folder: string;
  readonly env: (name: string) => string | undefined;
  /** A hint in the message for a variable that is not set. */
  readonly unsetHint?: (name: string) => string | undefined;
}

/** The functions that `${…}` may call, with the values of a scope. All throw a Complaint. */
export function createFunctions(
  values: LocatedMap,
  { folder, env, unsetHint }: Surroundings,
): ExpressionFunctions {
  const inFolder = (path: string): string => (isAbsolute(path) ? path : join(folder, path));
  return new Map<string, (argument: unknown, second: unknown) => unknown>([
    [
      'env',
      (name, byDefault) => {
        const value = env(String(name));
        if (value !== undefined && value !== '') return value;
        if (byDefault !== undefined && byDefault !== null) return byDefault;
        throw new Complaint(
          'unresolved-expression',
          `the environment variable ${name} is ${value === undefined ? 'not set' : 'empty'}`,
          unsetHint?.(String(name)) ??
            `set it, write it into .env, or give a default: \${env('${name}', 'value')}`,
        );
      },
    ],
    ['str', (value) => String(meant(values, value))],
    ['base64', (value) => Buffer.from(textOf('base64', value)).toString('base64')],
    ['file', (path) => read(textOf('file', path), inFolder)],
    ['json', (text) => parsedJson(textOf('json', text))],
    ['yaml', (text) => parsedYaml(textOf('yaml', text))],
    [
      'path',
      (path) => {
        const whole = inFolder(textOf('path', path));
        if (existsSync(whole)) return whole;
        throw new Complaint('unresolved-expression', `path('${path}'): ${whole} does not exist`);
      },
    ],
    [
      'config',
      (name) => {
        const value = Object.hasOwn(CREDENTIALS, String(name)) ? CREDENTIALS[String(name)] : undefined;
        if (value !== undefined) return value;
        throw new Complaint(
          'unresolved-expression',
          `config('${name}') is not known here: ${Object.keys(CREDENTIALS).join(', ')} are`,
        );
      },
    ],
  ]);
}

/** `str('vars.n')` is the value of vars.n as text. An unknown path is returned as text. */
function meant(values: LocatedMap, value: unknown): unknown {
  const found = typeof value === 'string' ? dig(values, value.split('.')) : undefined;
  return found === undefined ? value : plain(found);
}

function textOf(name: string, value: unknown): string {
  if (typeof value === 'string' && value !== '') return value;
  throw new Complaint('unresolved-expression', `${name}() needs a text`);
}

function read(path: string, inFolder: (path: string) => string): string {
  try {
    return readSmallFile(inFolder(path));
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    throw new Complaint('unresolved-expression', `file('${path}') cannot be read: ${code ?? message}`);
  }
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text, (key, value) => (key === '__proto__' ? undefined : value));
  } catch (error) {
    throw new Complaint('unresolved-expression', `json() cannot read it: ${(error as Error).message}`);
  }
}

function parsedYaml(text: string): unknown {
  const found = readYaml({
    text,
    file: '',
    tell: ({ message, at: { line, column } }) => {
      throw new Complaint('unresolved-expression', `yaml() cannot read it: ${line}:${column}: ${message}`);
    },
  });
  return plain(found ?? emptyMap({ file: '', line: 1, column: 1 }));
}
