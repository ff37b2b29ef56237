import { relative } from 'node:path';
import { command } from '../command.js';
import { CommandError, UsageError } from '../errors.js';
import { EXIT } from '../failure.js';
import { githubReport, type LintProblem, prettyReport } from '../lint/reports.js';
import { configFile } from '../options/config-path.js';
import { choice, text } from '../options/option-kinds.js';
import { OUTPUT, outputForm, printResult } from '../output/print-result.js';

const OPTIONS = {
  ...OUTPUT,
  reporter: choice<'pretty' | 'github', 'pretty'>('--reporter <name>', 'pretty or github (default: pretty)', {
    words: { pretty: 'pretty', github: 'github' },
    byDefault: 'pretty',
  }),
  envName: text('--env-name <name>', 'an environment of s.yaml, from its env.yaml (default: none)'),
};

export const lint = command({
  operands: '[file]',
  options: OPTIONS,
  examples: [
    '  fc-affinity lint',
    '  fc-affinity lint shop/s.yaml --env-name prod',
    '  fc-affinity lint --reporter github',
  ].join('\n'),
  notes: [
    'Looks at the nearest s.yaml or fc-affinity.yaml, or at a file or folder.',
    'An error is what the cloud rejects. A warning is what it ignores silently, or',
    'treats in an unexpected way. Exit code: 0 without errors, 1 with errors,',
    '4 without a file.',
  ].join('\n'),
  async run({ values, operands: [path] }, context) {
    const file = await found(path, context);
    const [{ loadConfig }, { isOurs, RULES }] = await Promise.all([
      import('../../config/load-config.js'),
      import('../../config/rules.js'),
    ]);
    const { problems } = loadConfig({
      file,
      envName: values.envName,
      env: context.env,
      overrides: { input: {}, triggers: {}, refuse: () => {} },
    });
    const all = problems.map(({ rule, level, message, at, fix }): LintProblem => {
      const { line, column } = at;
      return {
        rule,
        level: isOurs(rule) ? 'warning' : level,
        message,
        file: relative(context.directory, at.file),
        line,
        column,
        fix,
        source: RULES[rule].source,
      };
    });
    const name = relative(context.directory, file);
    if (values.reporter === 'github') context.stdout.write(githubReport(name, all));
    else
      await printResult(context, outputForm(values), {
        json: { problems: all },
        names: all.map(({ rule }) => rule),
        table: () => prettyReport(name, all, context.stdout.style),
      });
    return all.some(({ level }) => level === 'error') ? EXIT.failed : EXIT.done;
  },
});

/** @throws CommandError (exit code 4) */
async function found(path: string | undefined, context: Parameters<typeof configFile>[1]): Promise<string> {
  try {
    const file = await configFile(path, context);
    if (file !== undefined) return file;
  } catch (cause) {
    if (!(cause instanceof UsageError)) throw cause;
    throw new CommandError(cause.message, { code: 'ConfigNotFound', exitCode: EXIT.notFound, cause });
  }
  throw new CommandError('there is no s.yaml and no fc-affinity.yaml here or above', {
    code: 'ConfigNotFound',
    exitCode: EXIT.notFound,
    fix: 'name one: fc-affinity lint <file>',
  });
}
