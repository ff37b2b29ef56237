import type { SuiteReport } from '../../verify/report.js';
import type { Causes } from '../../verify/run-suite.js';
import type { SuiteId } from '../../verify/suites.js';
import type { VerifyTarget } from '../../verify/target.js';
import { command, type Invocation } from '../command.js';
import type { Context } from '../context.js';
import { asUsage, UsageError } from '../errors.js';
import { EXIT } from '../failure.js';
import { SIGNING } from '../options/access-key.js';
import { flag, list, pick, text } from '../options/option-kinds.js';
import { AFFINITY, FUNCTION_OPTIONS } from '../options/serve-options.js';
import { EXIT_BY_SIGNAL } from '../signals.js';
import { givenTarget } from '../verify/given-target.js';
import { startOwn, startOwnOfAll } from '../verify/own-emulator.js';
import { type Progress, progressOn } from '../verify/progress.js';
import { wantedReports, writeReports } from '../verify/reports.js';

const OPTIONS = {
  suite: list(
    '--suite <name>',
    'walkthrough, header, mcp-streamable, mcp-sse, session-api, lifecycle, limits or all (default: walkthrough); may be repeated',
  ),
  target: text('--target <url>', 'the URL to check (default: an emulator that verify starts)'),
  api: text(
    '--api <host>',
    "the target's control API: an emulator's, or Function Compute's own, by HTTPS (default: that of the local emulator which serves the target)",
  ),
  qualifier: text('--qualifier <name>', 'a version or alias; with --target (default: LATEST)'),
  patient: flag('--patient', "wait up to an hour when verify may not advance the --target's clock"),
  ...SIGNING,
  instanceFrom: text('--instance-from <where>', 'header:NAME or body:REGEX (default: header:X-Instance)'),
  reporter: list(
    '--reporter <name>',
    'pretty, json, tap, junit or github (default: pretty); may be repeated',
  ),
  outputFile: list(
    '--output-file <reporter=path>',
    'write a report to a file, also without --reporter; may be repeated',
  ),
  ...FUNCTION_OPTIONS,
  affinity: { ...FUNCTION_OPTIONS.affinity, ...AFFINITY.orUnsaid },
  headerName: {
    ...FUNCTION_OPTIONS.headerName,
    help: 'the header that names the session (default: x-session-id, with --affinity header)',
  },
  sessionsPerInstance: {
    ...FUNCTION_OPTIONS.sessionsPerInstance,
    help: "1 to 200 (default: 2, as documented; with --target: what the target's control API says)",
  },
  maxInstances: {
    ...FUNCTION_OPTIONS.maxInstances,
    help: 'the most instances; then requests get 429 (default: 20; with --suite limits: 4)',
  },
};

type Given = Invocation<typeof OPTIONS>;

export const verify = command({
  usage: '[options] [-- command…]',
  options: OPTIONS,
  examples: [
    '  fc-affinity verify',
    '  fc-affinity verify -- node app.js',
    '  fc-affinity verify --suite all -- node app.js',
    '  fc-affinity verify --target http://127.0.0.1:9000',
    '  fc-affinity verify --target https://… --api HOST --function app --patient',
    '  fc-affinity verify --output-file junit=report.xml -- python3 app.py',
  ].join('\n'),
  async run({ values, given, rest }, context) {
    const [{ REPORTER_NAMES }, suites] = await Promise.all([
      import('../../verify/reporters.js'),
      import('../../verify/suites.js'),
    ]);
    const ids = suiteIds(values.suite, suites.SUITE_IDS);
    const wanted = wantedReports(values, REPORTER_NAMES);
    const { parseInstanceFrom } = await import('../../verify/target.js');
    const { instanceFrom: where } = values;
    const instanceFrom = where === undefined ? undefined : asUsage(() => parseInstanceFrom(where));
    if (values.target !== undefined && rest !== undefined)
      throw new UsageError('--target and a command after "--" exclude each other');
    for (const key of ['api', 'qualifier', 'patient'] as const) {
      if (values.target !== undefined || given[key]?.name !== `--${key}`) continue;
      const fix = 'name the URL of the function with --target';
      throw new UsageError(`--${key} is only for --target`, { fix });
    }

    const { combineReports, verdict } = await import('../../verify/report.js');
    const { signal, exitCode } = interruption(context);
    const progress = progressOn(context.stderr);
    try {
      const { patient } = values;
      const shared = { ...(instanceFrom !== undefined && { instanceFrom }), signal, patient };
      const named = values.target === undefined ? undefined : await givenTarget(values, context);
      const reports: SuiteReport[] = [];
      const causes: Causes = new Map();
      for (const id of ids) {
        progress.say(`${id}: starting`);
        reports.push(
          named === undefined
            ? await onOwn(id, { ids, shared, values, given, rest, context, progress, causes })
            : await runOne(id, { ...named, ...shared }, { progress, causes }),
        );
      }
      progress.clear();
      const report = combineReports(reports[0]?.target ?? '', reports);
      await writeReports(report, wanted, context);
      return verdict(report) === 'passed' ? EXIT.done : EXIT.failed;
    } catch (error) {
      progress.clear();
      if (signal.aborted) return exitCode();
      throw error;
    }
  },
});

async function onOwn(
  id: SuiteId,
  {
    ids,
    shared,
    values,
    given,
    rest,
    context,
    ...shown
  }: Shown & {
    readonly ids: readonly SuiteId[];
    readonly shared: Partial<VerifyTarget>;
    readonly values: Given['values'];
    readonly given: Given['given'];
    readonly rest: Given['rest'];
    readonly context: Context;
  },
): Promise<SuiteReport> {
  const isNamed = values.suite.includes(id) || ids.length === 1;
  const start = isNamed ? startOwn : startOwnOfAll;
  const own = await start(id, { flags: values, given, command: rest, context });
  try {
    return await runOne(id, { ...own, ...shared }, shown);
  } finally {
    await own.stop();
  }
}

interface Shown {
  readonly progress: Progress;
  /** The first failures of the earlier suites. */
  readonly causes: Causes;
}

async function runOne(id: SuiteId, target: VerifyTarget, { progress, causes }: Shown): Promise<SuiteReport> {
  const { runSuite } = await import('../../verify/run-suite.js');
  let count = 0;
  return runSuite(
    id,
    { ...target, onWait: (waited) => progress.wait(id, waited) },
    { causes, onStep: (step) => progress.say(`${id}: ${++count} checked, ${step.id}`) },
  );
}

function suiteIds(names: readonly string[], known: readonly SuiteId[]): readonly SuiteId[] {
  if (names.length === 0) return ['walkthrough'];
  const words: Record<string, readonly SuiteId[]> = { all: known };
  for (const id of known) words[id] = [id];
  return [...new Set(names.flatMap((text) => pick({ text, name: '--suite' }, words)))];
}

/** The first signal ends the run and its emulator. A second signal ends the process at once. */
function interruption({ signals }: Context): { readonly signal: AbortSignal; exitCode(): number } {
  const controller = new AbortController();
  let code: number = EXIT.interrupted;
  signals.take((name) => {
    if (controller.signal.aborted) process.exit(EXIT_BY_SIGNAL[name]);
    code = EXIT_BY_SIGNAL[name];
    controller.abort(new Error(`interrupted by ${name}`));
  });
  return { signal: controller.signal, exitCode: () => code };
}
