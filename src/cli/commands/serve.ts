import { statSync } from 'node:fs';
import { extname } from 'node:path';
import type { Emulator } from '../../emulator-options.js';
import { PortInUseError } from '../../model/errors.js';
import type { FunctionConfig } from '../../model/function.js';
import { command } from '../command.js';
import type { Context } from '../context.js';
import { announce } from '../discovery.js';
import { notSupportedYet, UsageError } from '../errors.js';
import { withDashes } from '../options/forgotten-dashes.js';
import { FUNCTION_OPTIONS, LATER_OPTIONS, LISTEN_OPTIONS } from '../options/serve-options.js';
import { servedFunction } from '../options/served-function.js';
import { everySession } from '../resolve-id.js';
import { jsonLog } from '../serve/json-log.js';
import { checkListening, emulatorOptions } from '../serve/listening.js';
import { prettyLog } from '../serve/pretty-log.js';
import { readyFirst, type ServeLog } from '../serve/serve-log.js';
import { untilSignal } from '../serve/until-signal.js';

/** More restored sessions are not counted: the log must not wait. */
const MOST_COUNTED = 1000;
/** Sessions of other functions end with their instance, or there are none. */
const KEPT: ReadonlySet<string> = new Set(['GENERATED_COOKIE', 'HEADER_FIELD']);

const OPTIONS = { ...LISTEN_OPTIONS, ...FUNCTION_OPTIONS, ...LATER_OPTIONS };

export const serve = command({
  operands: '[path]',
  usage: '[options] [-- command…]',
  options: OPTIONS,
  examples: [
    '  fc-affinity serve -- node app.js',
    '  fc-affinity serve --sessions-per-instance 2 --ttl 10m -- python3 app.py',
    '  fc-affinity serve --affinity header --header-name x-session-id -- ./bootstrap',
  ].join('\n'),
  notes: [
    'Everything after -- is the command of the handler, which listens on',
    '$FC_SERVER_PORT. Each option is also a variable: FC_AFFINITY_PORT, …; see',
    'help environment. The last word of a line in the log: see help decisions.',
  ].join('\n'),
  async run({ values, given, operands: [path], line, rest, warnings }, context) {
    if (path !== undefined) throw notServed(path, line);
    checkListening(values);
    const config = await servedFunction({ ...values, given }, rest, context);
    const log = readyFirst((values.logFormat === 'json' ? jsonLog : prettyLog)(context.stderr, values));
    if (values.logFormat === 'json') for (const text of warnings) log.notice(text);
    await warn(config, { log, bundled: rest === undefined, directory: context.directory });

    const { startEmulator } = await import('../../emulator.js');
    const emulator = startEmulator(emulatorOptions(values, config, { log, context }));
    const ended = untilSignal({
      emulator,
      signals: context.signals,
      onDrain: (signal) => log.draining(signal, config.drainTimeoutInSeconds),
      onEnded: log.ended,
    });
    try {
      announceReady(await emulator, { config, log, bundled: rest === undefined, context });
      const { functionName, sessionAffinity } = config;
      if (values.stateDir !== undefined && KEPT.has(sessionAffinity))
        log.notice(await restored(await emulator, functionName, values.stateDir));
      return await ended;
    } catch (error) {
      // Both promises fail with the same error: it is reported once.
      ended.catch(() => {});
      if (!(error instanceof PortInUseError)) throw error;
      const { portsInUse } = await import('../serve/ports-in-use.js');
      throw await portsInUse(error, { values, line, rest }, context);
    }
  },
});

function announceReady(
  emulator: Emulator,
  served: {
    readonly config: FunctionConfig;
    readonly log: ServeLog;
    readonly bundled: boolean;
    readonly context: Context;
  },
): void {
  const { config, log, bundled, context } = served;
  const file = announce(
    { endpoint: emulator.api, functions: emulator.functions.map(({ functionName }) => functionName) },
    context.env,
  );
  if (file !== undefined) emulator.removeOnExit(file);
  log.ready({
    readyMs: emulator.readyMs,
    functions: emulator.functions.map((one) => ({ ...one, config })),
    api: emulator.api,
    bundled,
  });
  if (file === undefined)
    log.notice(`no private folder for this user's programs: other commands need --endpoint ${emulator.api}`);
}

/** How many sessions of an earlier run are there; they have no instance until they are used. */
async function restored({ control }: Emulator, functionName: string, directory: string): Promise<string> {
  let count = 0;
  for await (const { sessionStatus } of everySession(control, { functionName, limit: 100 })) {
    if (sessionStatus !== 'Expired') count += 1;
    if (count > MOST_COUNTED) return `more than ${MOST_COUNTED} sessions are restored from ${directory}`;
  }
  return `${count} session${count === 1 ? ' is' : 's are'} restored from ${directory}`;
}

/** Warns of settings that are allowed and probably a mistake. */
async function warn(
  { sessionAffinity, sessionAffinityConfig }: FunctionConfig,
  {
    log,
    bundled,
    directory,
  }: { readonly log: ServeLog; readonly bundled: boolean; readonly directory: string },
): Promise<void> {
  if (sessionAffinity !== 'NONE' && sessionAffinityConfig.sessionIdleTimeoutInSeconds === 0)
    log.notice('idle 0: a session ends as soon as no request of it is in flight');
  if (!bundled) return;
  const { nearestConfig } = await import('../../config/nearest-config.js');
  const file = nearestConfig(directory);
  if (file !== undefined) log.notice(`${file} is not read yet: name its command, as -- node app.js`);
}

/** Before `--` comes a folder or a configuration. Anything else was meant for the command behind it. */
function notServed(path: string, line: readonly string[]): UsageError {
  const shown = JSON.stringify(path);
  if (/\.(ya?ml|json)$/.test(path) || statSync(path, { throwIfNoEntry: false })?.isDirectory())
    return notSupportedYet(`serving the configuration ${shown}`, 'name a command: -- node app.js');
  const runs = { '.js': 'node', '.mjs': 'node', '.cjs': 'node', '.ts': 'node', '.py': 'python3' }[
    extname(path)
  ];
  const words = runs === undefined ? line : line.flatMap((word) => (word === path ? [runs, path] : [word]));
  return new UsageError(
    `${shown} is no folder and no configuration: the command of the handler stands after "--"`,
    {
      fix: withDashes(words, OPTIONS),
    },
  );
}
