import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, resolve } from 'node:path';
import { FcError } from '../model/errors.js';
import { sanitize } from '../model/sanitize.js';

/**
 * Looks a command up as the system will when an instance starts, so that a misspelt one is told when the function is made (spec U41).
 * @param command the first word of the command line; with a slash it is a path, from `cwd` if relative
 * @param cwd the function's code directory
 * @param path the PATH that its instances will have
 * @throws CAFileNotFound, with a fix
 */
export function checkCommand(command: string, cwd: string, path: string): void {
  if (!isDirectory(cwd)) {
    throw notFound(
      `the code directory "${sanitize(cwd)}" does not exist`,
      'give the folder in which the command is to run',
    );
  }
  const places = command.includes('/')
    ? [resolve(cwd, command)]
    : path.split(delimiter).map((folder) => resolve(cwd, folder, command));
  if (places.some(isExecutable)) return;
  const present = places.find(isFile);
  if (present !== undefined) {
    throw notFound(`"${sanitize(present)}" is not executable`, `chmod +x ${sanitize(present)}`);
  }
  throw notFound(`the command "${sanitize(command)}" was not found`, fixFor(command));
}

function fixFor(command: string): string {
  if (/\s/.test(command)) return 'give the command and its arguments as separate words';
  if (command.includes('/')) return 'check the path: a relative one begins at the code directory';
  return 'check the spelling, install it, or give its path (a relative one, as ./bootstrap, begins at the code directory)';
}

function notFound(message: string, fix: string): FcError {
  return new FcError('CAFileNotFound', `The function cannot be started. ${message}`, { fix });
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

function isExecutable(path: string): boolean {
  if (!isFile(path)) return false;
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
