import type { Emulator } from '../../emulator-options.js';
import { PortInUseError } from '../../model/errors.js';
import { command } from '../command.js';
import type { Context } from '../context.js';
import { announce } from '../discovery.js';
import { checkPath } from '../options/config-path.js';
import { flag } from '../options/option-kinds.js';
import { grouped } from '../options/options.js';
import { FUNCTION_OPTIONS, LISTEN_OPTIONS } from '../options/serve-options.js';
import { type ServedFunctions, servedFunctions } from '../options/served-functions.js';
import { everySession } from '../resolve-id.js';
import { jsonLog } from '../serve/json-log.js';
import { checkListening, emulatorOptions } from '../serve/listening.js';
import { prettyLog } from '../serve/pretty-log.js';
import { drainTimeoutOf, readyOf } from '../serve/ready-functions.js';
import { readyFirst, type ServeLog } from '../serve/serve-log.js';
import { untilSignal } from '../serve/until-signal.js';

/** The most restored sessions to count, so that the start is not delayed. */
const MOST_COUNTED = 1000;
/** The affinities whose sessions are restored. Other functions have no sessions, or their sessions end with the instance. */
const KEPT: ReadonlySet<string> = new Set(['GENERATED_COOKIE', 'HEADER_FIELD']);

const OPTIONS = {
  ...LISTEN_OPTIONS,
  ...grouped('Where it listens:', { open: flag('--open', 'open the console in a browser') }),
  ...FUNCTION_OPTIONS,
};

export const serve = command({
  operands: '[path]',
  usage: '[options] [path] [-- command…]',
  options: OPTIONS,
  examples: [
    '  fc-affinity serve                      the nearest s.yaml, else a small hello',
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
    checkPath(path, line, OPTIONS);
    checkListening(values);
    const served = await servedFunctions(values, { given, command: rest, path }, context);
    const log = readyFirst((values.logFormat === 'json' ? jsonLog : prettyLog)(context.stderr, values));
    if (values.logFormat === 'json') for (const text of warnings) log.notice(text);
    for (const text of [...served.warnings, ...mistakes(served)]) log.notice(text);

    const { startEmulator } = await import('../../emulator.js');
    let announceAgain = (): void => {};
    const emulator = startEmulator({
      ...emulatorOptions(values, served.functions, { log, context }),
      onEvent(event) {
        log.event(event);
        if (event.type === 'function.added' || event.type === 'function.removed') announceAgain();
      },
    });
    const ended = untilSignal({
      emulator,
      signals: context.signals,
      onDrain: (signal) => log.draining(signal, drainTimeoutOf(served)),
      onEnded: log.ended,
    });
    try {
      announceAgain = await announceReady(await emulator, { served, log, context });
      if (values.open) await openConsole(await emulator, { log, context });
      // The console is loaded now, so that no request opens a file.
      await import('../../console/page-files.js');
      for (const { config } of served.functions)
        if (values.stateDir !== undefined && KEPT.has(config.sessionAffinity))
          log.notice(await restored(await emulator, config.functionName, values.stateDir));
      return await ended;
    } catch (error) {
      // Both promises fail with the same error, which is reported once.
      ended.catch(() => {});
      if (!(error instanceof PortInUseError)) throw error;
      const { portsInUse } = await import('../serve/ports-in-use.js');
      throw await portsInUse(error, { values, line, rest }, context);
    }
  },
});

/** @returns a function that updates the discovery file when the served functions change */
async function announceReady(
  emulator: Emulator,
  {
    served,
    log,
    context,
  }: { readonly served: ServedFunctions; readonly log: ServeLog; readonly context: Context },
): Promise<() => void> {
  const announceNow = (): string | undefined =>
    announce(
      { endpoint: emulator.api, functions: emulator.functions.map(({ functionName }) => functionName) },
      context.env,
    );
  const file = announceNow();
  if (file !== undefined) emulator.removeOnExit(file);
  log.ready(await readyOf(emulator, served));
  if (file === undefined)
    log.notice(`no private folder for this user's programs: other commands need --endpoint ${emulator.api}`);
  return file === undefined ? () => {} : () => void announceNow();
}

async function openConsole(
  { console }: Emulator,
  { log, context: { env } }: { readonly log: ServeLog; readonly context: Context },
): Promise<void> {
  const { openBrowser } = await import('../serve/open-browser.js');
  openBrowser(console, {
    env,
    onFailure: (reason) => log.notice(`no browser was opened (${reason}): open ${console}`),
  });
}

/** The number of sessions from an earlier run. They have no instance until their next request. */
async function restored({ control }: Emulator, functionName: string, directory: string): Promise<string> {
  let count = 0;
  for await (const { sessionStatus } of everySession(control, { functionName, limit: 100 })) {
    if (sessionStatus !== 'Expired') count += 1;
    if (count > MOST_COUNTED) return `more than ${MOST_COUNTED} sessions are restored from ${directory}`;
  }
  return `${count} session${count === 1 ? ' is' : 's are'} restored from ${directory}`;
}

/** Warnings about allowed settings that are probably a mistake. */
function mistakes({ functions }: ServedFunctions): string[] {
  return functions
    .filter(
      ({ config }) =>
        config.sessionAffinity !== 'NONE' && config.sessionAffinityConfig.sessionIdleTimeoutInSeconds === 0,
    )
    .map(() => 'idle 0: a session ends as soon as no request of it is in flight');
}
