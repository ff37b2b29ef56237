import { FcError } from '../model/errors.js';
import { readSmallFile } from '../system/read-small-file.js';
import { parseEnvFile } from './env-file.js';

export interface EnvironmentSources {
  /** Texts `NAME=value`. They win over the files. */
  readonly pairs: readonly string[];
  /** Files of `NAME=value` lines. A later file wins over an earlier file. */
  readonly files: readonly string[];
  /** Names of variables with the value of `host`. */
  readonly pass: readonly string[];
  readonly host: Readonly<Record<string, string | undefined>>;
}

/**
 * @returns the handler's variables, in addition to those of the platform
 * @throws InvalidArgument for a malformed pair or file, a file that cannot be read, or a name that is not set
 */
export function handlerEnvironment({ pairs, files, pass, host }: EnvironmentSources): Record<string, string> {
  const variables: Record<string, string> = {};
  for (const name of pass) variables[name] = passed(name, host);
  for (const file of files) Object.assign(variables, parseEnvFile(read(file), file));
  for (const pair of pairs) {
    const [name, value] = split(pair);
    variables[name] = value;
  }
  return variables;
}

function passed(name: string, host: EnvironmentSources['host']): string {
  const value = host[name];
  if (value !== undefined) return value;
  throw new FcError('InvalidArgument', `the variable to pass must be set, ${JSON.stringify(name)} is not`);
}

function read(file: string): string {
  try {
    return readSmallFile(file);
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const reason = code ?? message;
    throw new FcError('InvalidArgument', `cannot read ${JSON.stringify(file)}: ${reason}`, { cause });
  }
}

function split(pair: string): [name: string, value: string] {
  const equals = pair.indexOf('=');
  if (equals > 0) return [pair.slice(0, equals), pair.slice(equals + 1)];
  throw new FcError('InvalidArgument', `a variable is NAME=value, got ${JSON.stringify(pair)}`);
}
