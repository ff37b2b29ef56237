import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import type { FunctionConfig } from '../model/function.js';
import { sanitize } from '../model/sanitize.js';
import { startCommand } from '../model/start-command.js';
import { portOwner } from '../system/listeners.js';

/** What is known of a handler that failed. */
export interface Evidence {
  readonly instanceId: string;
  readonly config: FunctionConfig;
  /** The port in its `FC_SERVER_PORT`. */
  readonly port: number;
  /** What it printed, from the line that names the failure on. */
  readonly excerpt: readonly string[];
  /** Names of the variables that the emulator has and the handler was not given. */
  readonly withheld: ReadonlySet<string>;
  /** Whether its command ended in order and left processes that go on. */
  readonly wentToBackground: boolean;
}

/** What is wrong and what the user can do about it; undefined when nothing is recognised. */
type Diagnosis = (evidence: Evidence) => string | undefined;

const DIAGNOSES: readonly Diagnosis[] = [
  portInUse,
  portNotAllowed,
  variableInCommand,
  variableWithheld,
  windowsLineEnds,
  codeFolder,
  packageMissing,
  wentToBackground,
];

/** @returns what the user can do about a failed handler; undefined when the cause is not recognised */
export function diagnose(evidence: Evidence): string | undefined {
  for (const diagnosis of DIAGNOSES) {
    const fix = diagnosis(evidence);
    if (fix !== undefined) return fix;
  }
  return undefined;
}

/** How the port in `FC_SERVER_PORT` is named in the language of the command, or given to it. */
export function howToListen(config: FunctionConfig): string {
  const words = startCommand(config);
  const line = words.join(' ');
  if (SERVERS.test(line) && !isShell(words[0])) return `listen on $FC_SERVER_PORT: ${inShell(line)}`;
  const language = LANGUAGES.find(({ command: pattern }) => pattern.test(line));
  return language === undefined
    ? 'listen on the port in the variable FC_SERVER_PORT'
    : `listen on the port in FC_SERVER_PORT: ${language.listen}`;
}

const LANGUAGES: readonly { readonly command: RegExp; readonly listen: string }[] = [
  { command: /\bpython[\d.]*\b|\.py\b/, listen: 'int(os.environ["FC_SERVER_PORT"])' },
  { command: /\bruby\b|\.rb\b/, listen: 'ENV["FC_SERVER_PORT"]' },
  { command: /\bphp\b/, listen: 'getenv("FC_SERVER_PORT")' },
  { command: /\bjava\b|\.jar\b/, listen: 'System.getenv("FC_SERVER_PORT")' },
  { command: /\bgo\b/, listen: 'os.Getenv("FC_SERVER_PORT")' },
  {
    command: /\b(node|nodejs|npm|npx|yarn|pnpm|bun|deno|tsx)\b|\.[cm]?[jt]s\b/,
    listen: 'server.listen(process.env.FC_SERVER_PORT)',
  },
];
/** Programs that take their port from the command line. */
const SERVERS =
  /\b(http\.server|uvicorn|gunicorn|hypercorn|flask|http-server|php -S|rackup|rails|next|vite)\b/;

function portInUse({ config, port, excerpt }: Evidence): string | undefined {
  const line = excerpt.find((text) =>
    /EADDRINUSE|(address|connection|port \d+ \w+) (is |was )?(already )?in use|BindException/i.test(text),
  );
  if (line === undefined) return undefined;
  const taken = [...line.matchAll(/(?:[:\s]|, ?)(\d{2,5})(?![\d.\]])/g)]
    .map(([, digits]) => Number(digits))
    .at(-1);
  if (taken === undefined || taken === port)
    return `the port that it tried is in use; ${howToListen(config)}`;
  return `it tried port ${taken}, which ${userOf(taken)} uses; ${howToListen(config)}`;
}

function userOf(port: number): string {
  const owner = portOwner(port);
  if (owner === undefined) return 'another process';
  if (owner.pid === process.pid) return 'fc-affinity itself';
  return `process ${owner.pid} (${sanitize(owner.name)})`;
}

function portNotAllowed({ config, excerpt }: Evidence): string | undefined {
  const line = excerpt.find((text) =>
    /\b(EACCES|permission denied)\b.*:\d{1,4}\b|bind\(\).*permission denied/i.test(text),
  );
  const [, port] = /:(\d{1,4})\b(?!.*:\d)/.exec(line ?? '') ?? [];
  return port === undefined ? undefined : `it may not listen on port ${port}; ${howToListen(config)}`;
}

function variableInCommand({ config }: Evidence): string | undefined {
  return literalVariable(startCommand(config));
}

/**
 * Looks for a variable that the command was to get replaced, as `$FC_SERVER_PORT`.
 * @returns the mistake and the right command; undefined when there is no mistake, or a shell reads the command
 */
export function literalVariable(argv: readonly string[]): string | undefined {
  if (isShell(argv[0])) return undefined;
  const [, name] =
    argv.map((arg) => /^\S*\$\{?([A-Z_][A-Z0-9_]*)\}?\S*$/.exec(arg)).find((match) => match !== null) ?? [];
  if (name === undefined) return undefined;
  return `there is no shell that would replace $${name} in the command; give it one: ${inShell(argv.join(' '))}`;
}

function isShell(command = ''): boolean {
  return /^(sh|bash|dash|ash|zsh|ksh|fish)$/.test(basename(command));
}

function inShell(line: string): string {
  const withPort = line.includes('$') ? line : `${line} … "$FC_SERVER_PORT"`;
  return `sh -c ${quoted(`exec ${sanitize(withPort)}`)}`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function variableWithheld({ excerpt, withheld }: Evidence): string | undefined {
  for (const line of excerpt) {
    for (const [name] of line.matchAll(/\b[A-Z][A-Z0-9_]{2,}\b/g)) {
      if (withheld.has(name)) return `${name} was not handed over from this shell: --env-pass ${name}`;
    }
  }
  return undefined;
}

function windowsLineEnds({ excerpt }: Evidence): string | undefined {
  // The log shows a carriage return as \x0d; bash shows it as \r, env as ^M.
  if (!excerpt.some((line) => /\\x0d['"]?(:|$)|\\r'?: |\^M|Illegal option -$/.test(line))) return undefined;
  return "the script has Windows line ends: sed -i 's/\\r$//' and its name";
}

/** On Function Compute the code is in /code. */
function codeFolder({ config, excerpt }: Evidence): string | undefined {
  const paths = excerpt.flatMap((line) => /\/code\/[\w./-]+/.exec(line) ?? []);
  const missing = paths.find((path) => !existsSync(path));
  if (missing === undefined) return undefined;
  return `there is no ${sanitize(missing)} here: the code is in ${sanitize(config.codeDirectory)}, which $FC_FUNC_CODE_PATH names here and on Function Compute`;
}

function packageMissing({ config, excerpt }: Evidence): string | undefined {
  for (const line of excerpt) {
    const [, ofNode] = /Cannot find (?:module|package) '((?:@[\w.-]+\/)?[\w-][\w.-]*)/.exec(line) ?? [];
    if (ofNode !== undefined) return `install it in ${sanitize(config.codeDirectory)}: npm install ${ofNode}`;
    const [, ofPython] = /No module named '?([A-Za-z_]\w*)/.exec(line) ?? [];
    if (ofPython !== undefined)
      return `install ${ofPython} for the Python of this command, or start it by the path of its virtual environment, as .venv/bin/python`;
  }
  return undefined;
}

function wentToBackground({ wentToBackground }: Evidence): string | undefined {
  if (!wentToBackground) return undefined;
  return 'the command ended and left a process in the background: start it in the foreground, without --daemon or &';
}
