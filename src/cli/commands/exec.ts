import type { Emulator } from '../../emulator-options.js';
import type { AccessKey } from '../../model/access-key.js';
import { commandWords } from '../../model/command-words.js';
import { command } from '../command.js';
import { asUsage, UsageError } from '../errors.js';
import { runCommand } from '../exec/run-command.js';
import { accessKeyOf } from '../options/access-key.js';
import { flag, integer, text } from '../options/option-kinds.js';
import { grouped } from '../options/options.js';
import { FUNCTION_OPTIONS, LISTEN_OPTIONS, PORTS } from '../options/serve-options.js';
import { servedFunctions } from '../options/served-functions.js';
import { jsonLog } from '../serve/json-log.js';
import { checkListening, emulatorOptions } from '../serve/listening.js';
import { prettyLog } from '../serve/pretty-log.js';
import { drainTimeoutOf, readyOf } from '../serve/ready-functions.js';
import { readyFirst } from '../serve/serve-log.js';
import { EXIT_BY_SIGNAL } from '../signals.js';

const OPTIONS = {
  ...grouped('Function and affinity:', {
    handler: text(
      '--handler <command>',
      'the command of the handler, in quotes (default: the nearest s.yaml, else the bundled hello)',
    ),
  }),
  ...FUNCTION_OPTIONS,
  ...LISTEN_OPTIONS,
  ...grouped('Where it listens:', {
    port: integer('--port <n>', 'the port of the first function; 0: any free (default: 0)', {
      range: PORTS,
      byDefault: 0,
    }),
    apiPort: integer('--api-port <n>', 'the port of the control API; 0: any free (default: 0)', {
      range: PORTS,
      byDefault: 0,
    }),
  }),
  ...grouped('Log (default: only failures of the emulator):', {
    logFormat: LISTEN_OPTIONS.logFormat,
    quiet: LISTEN_OPTIONS.quiet,
    verbose: flag('-v, --verbose', 'the log of serve'),
  }),
};

export const exec = command({
  operands: '[word...]',
  usage: '[options] -- <command…>',
  options: OPTIONS,
  examples: [
    '  fc-affinity exec -- npm test',
    '  fc-affinity exec --handler "node app.js" --ttl 10m -- npx vitest run',
    "  fc-affinity exec -- sh -c 'curl -i $FC_AFFINITY_URL'",
  ].join('\n'),
  notes: [
    'The command gets these variables:',
    '  FC_AFFINITY_URL                        the URL of the function',
    '  FC_AFFINITY_URL_<FUNCTION>             the URL of each function',
    '  FC_AFFINITY_API, FC_AFFINITY_ENDPOINT  the control API',
    '  FC_AFFINITY_ACCESS_KEY_ID, …_SECRET    the access key, if one is set',
    'A signal reaches the command once. A process that does not end within',
    '--drain-timeout is killed. The exit code is that of the command, or 128 plus',
    'the number of the signal that ended it.',
  ].join('\n'),
  async run({ values, given, operands, rest, warnings }, context) {
    const words = commandOf(operands, rest);
    checkListening(values);
    const { handler } = values;
    const handlerWords = handler === undefined ? undefined : asUsage(() => commandWords(handler));
    const served = await servedFunctions(values, { given, command: handlerWords }, context);
    // The terminal is for the output of the command. Without -v, only failures of the emulator are printed.
    const quiet = !values.verbose;
    const log = readyFirst(
      (values.logFormat === 'json' ? jsonLog : prettyLog)(context.stderr, { ...values, quiet }),
    );
    if (values.logFormat === 'json') for (const text of warnings) log.notice(text);
    for (const text of served.warnings) log.notice(text);

    const { startEmulator } = await import('../../emulator.js');
    const emulator = await startEmulator(emulatorOptions(values, served.functions, { log, context }));
    try {
      log.ready(await readyOf(emulator, served));
      return await runCommand(words, {
        context,
        variables: { ...addresses(emulator), ...keyVariables(accessKeyOf(values)) },
        graceMs: drainTimeoutOf(served) * 1000,
        onWarning: log.notice,
      });
    } finally {
      context.signals.take((signal) => process.exit(EXIT_BY_SIGNAL[signal]));
      await emulator.stopNow();
    }
  },
});

function commandOf(operands: readonly string[], rest: readonly string[] | undefined): readonly string[] {
  if (operands.length > 0)
    throw new UsageError(`a command comes after "--", got ${JSON.stringify(operands.join(' '))} before it`, {
      fix: `fc-affinity exec -- ${[...operands, ...(rest ?? [])].join(' ')}`,
    });
  if (rest === undefined || rest.length === 0)
    throw new UsageError('a command is expected after "--"', {
      fix: 'for example fc-affinity exec -- npm test',
    });
  return rest;
}

function addresses({ api, url, functions }: Emulator): Record<string, string> {
  const each = functions.map((one) => [`FC_AFFINITY_URL_${variablePart(one.functionName)}`, one.url]);
  return {
    ...Object.fromEntries(each),
    FC_AFFINITY_URL: url,
    FC_AFFINITY_API: api,
    FC_AFFINITY_ENDPOINT: api,
  };
}

/** The access key for commands of fc-affinity that the command runs. */
function keyVariables(key: AccessKey | undefined): Record<string, string> {
  if (key === undefined) return {};
  return {
    FC_AFFINITY_ACCESS_KEY_ID: key.accessKeyId,
    FC_AFFINITY_ACCESS_KEY_SECRET: key.accessKeySecret,
  };
}

/** @returns the name in a variable: `MY_CART` for `my-cart` */
function variablePart(functionName: string): string {
  return functionName.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_');
}
