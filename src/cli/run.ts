import { Command as Commander, CommanderError } from 'commander';
import { nearest } from '../model/nearest.js';
import { sanitize } from '../model/sanitize.js';
import { version } from '../version.js';
import { CATALOGUE } from './catalogue.js';
import type { Leaf } from './command.js';
import type { Context } from './context.js';
import { UsageError } from './errors.js';
import { EXIT, failureOf } from './failure.js';
import { withDashes } from './options/forgotten-dashes.js';
import { addOptions, type OptionTable, readOptions } from './options/options.js';
import { unknownVariables } from './options/unknown-variables.js';
import { type ErrorForm, errorForm, printFailure } from './output/print-failure.js';

/** Commands that take the command of a handler after `--`. For the rest `--` only ends the options. */
const TAKES_COMMAND = new Set(['serve', 'verify', 'exec', 'function create', 'function update']);

const ABOUT = 'Session affinity of Alibaba Cloud Function Compute (FC 3.0), on your machine.';
const EXAMPLES = `  fc-affinity serve -- node app.js      serve your handler on port 9000
  fc-affinity session list              look at its sessions
  fc-affinity clock advance 6h          let six hours pass for them
  fc-affinity exec -- npm test          run your tests beside an emulator
  fc-affinity verify -- node app.js     check the documented behaviour`;
const NOTES = 'fc-affinity help <command>, or help exit-codes, environment, decisions.';

/**
 * Runs one command line.
 * @param argv without `node` and the script
 * @returns the exit code. Errors have been printed.
 */
export async function run(argv: readonly string[], context: Context): Promise<number> {
  const form = errorForm(argv, context.env);
  try {
    return await dispatch(await asHelpFlag(argv), form, context);
  } catch (error) {
    return report(error, { form, argv, context });
  }
}

/** `help serve` becomes `serve --help`, and `help` alone prints the help of the program. A topic is a command of its own. */
async function asHelpFlag(argv: readonly string[]): Promise<readonly string[]> {
  const [word, ...names] = argv.filter((text) => !text.startsWith('-'));
  if (word !== 'help') return argv;
  const [name] = names;
  if (name === undefined || Object.hasOwn(CATALOGUE, name)) return [...names, '--help'];
  const { HELP_TOPICS } = await import('./help-topics.js');
  if (Object.hasOwn(HELP_TOPICS, name)) return argv;
  const known = [...Object.keys(CATALOGUE), ...Object.keys(HELP_TOPICS)];
  const meant = nearest(name, known);
  throw new UsageError(`there is no help for ${JSON.stringify(name)}`, {
    fix: meant === undefined ? `topics: ${Object.keys(HELP_TOPICS).join(', ')}` : `fc-affinity help ${meant}`,
  });
}

async function dispatch(argv: readonly string[], form: ErrorForm, context: Context): Promise<number> {
  const [word, subword] = argv.filter((text) => !text.startsWith('-'));
  const dashes = argv.indexOf('--');
  const takesCommand = TAKES_COMMAND.has(word ?? '') || TAKES_COMMAND.has(`${word} ${subword}`);
  const split = dashes >= 0 && takesCommand;
  const line = split ? argv.slice(0, dashes) : argv;
  const rest = split ? argv.slice(dashes + 1) : undefined;
  let exitCode: number = EXIT.done;
  let table: OptionTable = {};
  // commander ends a help with an error that is not shown. Its stack trace would take a tenth of the run time.
  if (line.includes('--help') || line.includes('-h')) Error.stackTraceLimit = 0;

  const program = prepared(new Commander('fc-affinity'), context)
    .description(withExamples(ABOUT, EXAMPLES))
    .usage('<command> [options]')
    .addHelpText('after', `\n${NOTES}`)
    .version(version, '-V, --version', 'print the version')
    .helpCommand(false);

  for (const [name, entry] of Object.entries(CATALOGUE)) {
    const made = prepared(program.command(name), context).summary(entry.summary).description(entry.summary);
    if ('load' in entry) {
      if (name === word) await equip(made, entry);
      continue;
    }
    made
      .usage(entry.byDefault === undefined ? '<command> [options]' : '[command] [options]')
      .helpCommand(false);
    // Only commands of this group are listed, run or suggested.
    if (name !== word) continue;
    for (const [subname, leaf] of Object.entries(entry.commands)) {
      const isDefault = subname === entry.byDefault;
      const also = leaf.aliases === undefined ? '' : `; also: ${leaf.aliases.join(', ')}`;
      const sub = prepared(made.command(subname, { isDefault }), context)
        .summary(leaf.summary)
        .description(`${leaf.summary}${also}`);
      for (const alias of leaf.aliases ?? []) sub.alias(alias);
      const isMeant = subname === subword || leaf.aliases?.includes(subword ?? '');
      if (isMeant || isDefault) await equip(sub, leaf);
    }
  }
  try {
    await program.parseAsync([...line], { from: 'user' });
  } catch (error) {
    throw split || word === 'exec' || !takesCommand ? error : orForgottenDashes(error, line, table);
  }
  return exitCode;

  async function equip(made: Commander, leaf: Leaf): Promise<void> {
    const command = await leaf.load();
    table = command.options;
    if (command.operands !== undefined) made.arguments(command.operands);
    if (command.usage !== undefined) made.usage(command.usage);
    addOptions(made, command.options);
    made.option('--debug', 'print stacks with errors');
    if (command.examples !== undefined) made.description(withExamples(made.description(), command.examples));
    if (command.notes !== undefined) made.addHelpText('after', `\n${command.notes}`);
    made.action(async () => {
      const { values, given } = readOptions(command.options, made.opts(), context.env);
      const debug = made.opts().debug === true;
      const warnings = await unknownVariables(command.options, context.env);
      if (form === 'text')
        for (const text of warnings)
          context.stderr.write(`${context.stderr.style.note('note:')} ${sanitize(text)}\n`);
      const invocation = { values, given, operands: made.args, line, rest, debug, warnings };
      exitCode = (await command.run(invocation, context)) ?? EXIT.done;
    });
  }
}

/** Indents the lines, because commander does not wrap a text with indented lines. */
function withExamples(summary: string, examples: string): string {
  return `${summary}\n\nExamples:\n${examples}`;
}

/** commander throws errors and does not print them. Help goes to stdout, as results do. */
function prepared(made: Commander, { stdout, stderr }: Context): Commander {
  return made
    .exitOverride()
    .configureHelp({
      sortOptions: false,
      showGlobalOptions: false,
      minWidthToWrap: 20,
      subcommandTerm: (command) => [command.name(), ...command.aliases()].join('|'),
    })
    .helpOption('-h, --help', 'show this help')
    .configureOutput({
      writeOut: (text) => stdout.write(text),
      writeErr: (text) => stderr.write(text),
      outputError: () => {},
      getOutHelpWidth: () => stdout.columns ?? 100,
      getErrHelpWidth: () => stderr.columns ?? 100,
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    });
}

function report(
  error: unknown,
  { form, argv, context }: { form: ErrorForm; argv: readonly string[]; context: Context },
): number {
  if (error instanceof CommanderError && error.exitCode === 0) return EXIT.done;
  // The help was shown in place of a missing subcommand.
  if (error instanceof CommanderError && error.code === 'commander.help') return EXIT.misused;
  const cause = error instanceof CommanderError ? misuse(error) : error;
  const failure = failureOf(cause);
  printFailure(failure, {
    form,
    screen: context.stderr,
    stack: argv.includes('--debug') ? cause : undefined,
  });
  return failure.exitCode;
}

/** @returns an error with the correct line when `--` is missing before the handler's command, or else the same error */
function orForgottenDashes(error: unknown, line: readonly string[], table: OptionTable): unknown {
  const isMisuse =
    error instanceof CommanderError &&
    ['commander.excessArguments', 'commander.unknownOption'].includes(error.code);
  const fix = isMisuse ? withDashes(line, table) : undefined;
  if (fix === undefined) return error;
  return new UsageError('put the command of the handler after "--"', { fix, cause: error });
}

/** The first line of commander's message names the mistake, and the second line the nearest correct word. */
function misuse(error: CommanderError): UsageError {
  const [first = '', second = ''] = error.message.split('\n');
  const [, meant] = /^\(Did you mean (?:one of )?([^,?]+)/.exec(second) ?? [];
  // The error for a misspelt `--access-key-secret=…` must not show the value.
  const message = first.replace(/^error: /, '').replace(/^(unknown option '-[^=]*)=.*'$/, "$1'");
  return new UsageError(message.replaceAll("'", '"'), {
    fix: meant === undefined ? undefined : `did you mean ${meant}?`,
    cause: error,
  });
}
