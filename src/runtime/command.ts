import { accessSync, closeSync, constants, openSync, readSync, statSync } from 'node:fs';
import { basename, delimiter, resolve } from 'node:path';
import { FcError } from '../model/errors.js';
import { sanitize } from '../model/sanitize.js';

/** A command line, and where it will run. */
export interface Command {
  /** The command and its arguments; a command with a slash is a path, from `cwd` if relative. */
  readonly argv: readonly string[];
  /** The function's code directory. */
  readonly cwd: string;
  /** The PATH that its instances will have. */
  readonly path: string;
}

/** The longest first line of a script that Linux reads. */
const FIRST_LINE_BYTES = 256;

/**
 * Looks a command up as the system will when an instance starts, so that a misspelt command is reported when the function is made (spec U41):
 * the command, the interpreter of a script, and the script file that is an interpreter's first argument.
 * @throws CAFileNotFound, with a fix
 */
export function checkCommand({ argv, cwd, path }: Command): void {
  const [command = '', ...args] = argv;
  if (!isDirectory(cwd)) {
    throw notFound(
      `the code directory "${sanitize(cwd)}" does not exist`,
      'give the folder in which the command is to run',
    );
  }
  const candidates = candidatesOf(command, { cwd, path });
  const program = candidates.find(isExecutable);
  if (program === undefined) {
    const present = candidates.find(isFile);
    if (present !== undefined)
      throw notFound(`"${sanitize(present)}" is not executable`, `chmod +x ${sanitize(present)}`);
    throw notFound(`the command "${sanitize(command)}" was not found`, fixFor(command));
  }
  checkInterpreter(program, { cwd, path });
  checkScript(basename(command), args, { cwd, path });
}

type Where = Pick<Command, 'cwd' | 'path'>;

function candidatesOf(command: string, { cwd, path }: Where): string[] {
  if (command.includes('/')) return [resolve(cwd, command)];
  return path.split(delimiter).map((folder) => resolve(cwd, folder, command));
}

function fixFor(command: string): string {
  if (/\s/.test(command)) return 'give the command and its arguments as separate words';
  if (command.endsWith('/bootstrap'))
    return 'name a command (customRuntimeConfig.command, or -- node app.js), or add an executable file named bootstrap';
  if (command.includes('/')) return 'check the path: a relative one begins at the code directory';
  return 'check the spelling, install it, or give its path (a relative one, as ./bootstrap, begins at the code directory)';
}

/** The system says "not found" of a script that is there when its interpreter is not. */
function checkInterpreter(program: string, where: Where): void {
  const [, line] = /^#!([^\n]*)\n/.exec(firstBytes(program)) ?? [];
  if (line === undefined) return;
  const file = sanitize(program);
  if (line.endsWith('\r')) {
    throw notFound(
      `"${file}" has Windows line ends: a carriage return is taken for a part of its interpreter's name`,
      `sed -i 's/\\r$//' ${file}`,
    );
  }
  const [interpreter = '', ...words] = line.trim().split(/\s+/);
  const fix = `install it, or correct the first line of ${file}`;
  if (!isExecutable(resolve(where.cwd, interpreter)))
    throw notFound(`"${file}" needs the interpreter "${sanitize(interpreter)}", which was not found`, fix);
  // env looks the interpreter up on PATH; its own options and variables come first.
  const named = basename(interpreter) === 'env' ? words.find((word) => !/^-|=/.test(word)) : undefined;
  if (named !== undefined && !candidatesOf(named, where).some(isExecutable))
    throw notFound(`"${file}" needs the interpreter "${sanitize(named)}", which was not found on PATH`, fix);
}

/** Interpreters whose first argument is a script, with what they add to its name, and options that may stand before it. */
const INTERPRETERS: readonly {
  readonly name: RegExp;
  readonly endings: readonly string[];
  readonly options: RegExp;
}[] = [
  {
    name: /^node(js)?$/,
    endings: ['', '.js', '.json', '.node'],
    options:
      /^--(watch|enable-source-maps|no-warnings|inspect(-brk)?(=\S*)?|trace-[a-z-]+|experimental-[a-z-]+)$/,
  },
  { name: /^python[\d.]*$/, endings: [''], options: /^-[uBOsSE]+$/ },
  { name: /^(sh|bash|dash|ksh|zsh|ruby|perl|php)$/, endings: [''], options: /^-[eux]+$/ },
];
/** These take `-e` for code that is an argument, not for "exit on error". */
const EVALUATE = /^(ruby|perl|php)$/;

/** After any other option, the script looks like the value of that option, so nothing is checked. */
function checkScript(interpreter: string, args: readonly string[], where: Where): void {
  const known = INTERPRETERS.find(({ name }) => name.test(interpreter));
  if (known === undefined) return;
  const script = args.find((arg) => EVALUATE.test(interpreter) || !known.options.test(arg));
  if (script === undefined || script === '' || script.startsWith('-')) return;
  const path = resolve(where.cwd, script);
  // A directory may be a program too: Node looks for its index.js, Python for its __main__.py.
  if (known.endings.some((ending) => isThere(path + ending))) return;
  // A shell looks for the script on PATH at last.
  if (!script.includes('/') && candidatesOf(script, where).some(isFile)) return;
  throw notFound(
    `${interpreter} is to run "${sanitize(script)}", but there is no ${sanitize(path)}`,
    'check the path: a relative one begins at the code directory',
  );
}

function firstBytes(file: string): string {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(file, 'r');
    const bytes = Buffer.alloc(FIRST_LINE_BYTES);
    return bytes.toString('latin1', 0, readSync(descriptor, bytes));
  } catch {
    // Executable and not readable.
    return '';
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

function notFound(message: string, fix: string): FcError {
  return new FcError('CAFileNotFound', `The function cannot be started. ${message}`, { fix });
}

function isThere(path: string): boolean {
  try {
    statSync(path);
    return true;
  } catch {
    return false;
  }
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
