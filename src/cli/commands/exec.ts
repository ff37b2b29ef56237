import type { Emulator } from '../../emulator-options.js';
import { commandWords } from '../../model/command-words.js';
import { command } from '../command.js';
import { asUsage, UsageError } from '../errors.js';
import { runCommand } from '../exec/run-command.js';
import { integer, text } from '../options/option-kinds.js';
import { FUNCTION_OPTIONS, LATER_OPTIONS, LISTEN_OPTIONS, PORTS } from '../options/serve-options.js';
import { servedFunction } from '../options/served-function.js';
import { jsonLog } from '../serve/json-log.js';
import { checkListening, emulatorOptions } from '../serve/listening.js';
import { prettyLog } from '../serve/pretty-log.js';
import { readyFirst } from '../serve/serve-log.js';
import { EXIT_BY_SIGNAL } from '../signals.js';

const OPTIONS = {
  handler: text('--handler <command>', 'what starts the handler, in quotes (default: the bundled hello)'),
  ...LISTEN_OPTIONS,
  port: integer('--port <n>', 'of the first function (default: any free)', { range: PORTS, byDefault: 0 }),
  apiPort: integer('--api-port <n>', 'of the control API (default: any free)', {
    range: PORTS,
    byDefault: 0,
  }),
  ...FUNCTION_OPTIONS,
  ...LATER_OPTIONS,
};

export const exec = command({
  operands: '[word...]',
  options: OPTIONS,
  examples: [
    'The command finds in its environment: FC_AFFINITY_URL, where the function answers; FC_AFFINITY_API and',
    'FC_AFFINITY_ENDPOINT, the control API; FC_AFFINITY_URL_<FUNCTION>, where each function answers.',
    'The exit code is that of the command; 128 and the number of the signal that ended it.',
    '',
    '  fc-affinity exec --handler "node app.js" -- npm test',
    "  fc-affinity exec --sessions-per-instance 2 -- sh -c 'curl -i $FC_AFFINITY_URL'",
  ].join('\n'),
  async run({ values, given, operands, rest, warnings }, context) {
    const words = commandOf(operands, rest);
    checkListening(values);
    const { handler } = values;
    const handlerWords = handler === undefined ? undefined : asUsage(() => commandWords(handler));
    const config = await servedFunction({ ...values, given }, handlerWords, context);
    // The terminal belongs to the command: without -v only failures of the emulator are told.
    const quiet = !values.verbose;
    const log = readyFirst(
      (values.logFormat === 'json' ? jsonLog : prettyLog)(context.stderr, { ...values, quiet }),
    );
    if (values.logFormat === 'json') for (const text of warnings) log.notice(text);

    const { startEmulator } = await import('../../emulator.js');
    const emulator = await startEmulator(emulatorOptions(values, config, { log, context }));
    try {
      log.ready({
        readyMs: emulator.readyMs,
        functions: emulator.functions.map((one) => ({ ...one, config })),
        api: emulator.api,
        bundled: handler === undefined,
      });
      return await runCommand(words, {
        context,
        variables: addresses(emulator),
        graceMs: config.drainTimeoutInSeconds * 1000,
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
    throw new UsageError('a command is expected after "--"', { fix: 'as fc-affinity exec -- npm test' });
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

/** `my-cart` is `MY_CART`. */
function variablePart(functionName: string): string {
  return functionName.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_');
}
