import type { SuiteReport } from '../../verify/report.js';
import type { SuiteId } from '../../verify/suites.js';
import type { VerifyTarget } from '../../verify/target.js';
import { command, type Invocation } from '../command.js';
import type { Context } from '../context.js';
import { asUsage, UsageError } from '../errors.js';
import { EXIT } from '../failure.js';
import { SIGNING, signerOf } from '../options/access-key.js';
import { list, pick, text } from '../options/option-kinds.js';
import { AFFINITY, FUNCTION_OPTIONS } from '../options/serve-options.js';
import { EXIT_BY_SIGNAL } from '../signals.js';
import { controlBeside } from '../verify/control-beside.js';
import { type OwnTarget, startOwn } from '../verify/own-emulator.js';
import { progressOn } from '../verify/progress.js';
import { wantedReports, writeReports } from '../verify/reports.js';

const OPTIONS = {
  suite: list(
    '--suite <name>',
    'walkthrough, header, mcp-streamable, mcp-sse, session-api, lifecycle, limits or all (default: walkthrough); may be repeated',
  ),
  target: text('--target <url>', 'check this one (default: an emulator that verify starts)'),
  api: text(
    '--api <url>',
    "the target's control API (default: that of the local emulator which serves the target)",
  ),
  ...SIGNING,
  instanceFrom: text('--instance-from <where>', 'header:NAME or body:REGEX (default: header:X-Instance)'),
  reporter: list(
    '--reporter <name>',
    'pretty, json, tap, junit or github (default: pretty); may be repeated',
  ),
  outputFile: list(
    '--output-file <reporter=path>',
    'write a report into a file; needs no --reporter; may be repeated',
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
    help: 'above it requests get 429 (default: 20; with --suite limits: 4)',
  },
};

type Given = Invocation<typeof OPTIONS>;

export const verify = command({
  usage: '[options] [-- command…]',
  options: OPTIONS,
  examples: [
    '  fc-affinity verify',
    '  fc-affinity verify -- node app.js',
    '  fc-affinity verify --target http://127.0.0.1:9000',
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
    if (values.target === undefined && given.api?.name === '--api')
      throw new UsageError('--api is only for --target', {
        fix: 'name the URL of the function with --target',
      });

    const { combineReports, verdict } = await import('../../verify/report.js');
    const { signal, exitCode } = interruption(context);
    const progress = progressOn(context.stderr);
    try {
      const shared = { ...(instanceFrom !== undefined && { instanceFrom }), signal };
      const reports: SuiteReport[] = [];
      for (const id of ids) {
        progress.say(`${id}: starting`);
        reports.push(
          values.target === undefined
            ? await onOwn(id, { shared, values, given, rest, context, say: progress.say })
            : await runOne(id, { ...(await givenTarget(values, context)), ...shared }, progress.say),
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
    shared,
    values,
    given,
    rest,
    context,
    say,
  }: {
    readonly shared: Partial<VerifyTarget>;
    readonly values: Given['values'];
    readonly given: Given['given'];
    readonly rest: Given['rest'];
    readonly context: Context;
    readonly say: (text: string) => void;
  },
): Promise<SuiteReport> {
  const own: OwnTarget = await startOwn(id, { flags: values, given, command: rest, context });
  try {
    return await runOne(id, { ...own, ...shared }, say);
  } finally {
    await own.stop();
  }
}

async function runOne(id: SuiteId, target: VerifyTarget, say: (text: string) => void): Promise<SuiteReport> {
  const { runSuite } = await import('../../verify/run-suite.js');
  let count = 0;
  return runSuite(id, target, { onStep: (step) => say(`${id}: ${++count} checked, ${step.id}`) });
}

async function givenTarget(values: Given['values'], { env }: Context): Promise<VerifyTarget> {
  const { parseTargetUrl } = await import('../../verify/target.js');
  const url = asUsage(() => parseTargetUrl(values.target ?? ''));
  const { createApiClient } = await import('../../api/create-api-client.js');
  const { api } = values;
  const signer = signerOf(values, env);
  const control =
    api === undefined
      ? await controlBeside(url, { env, signer })
      : asUsage(() => createApiClient({ endpoint: api, ...signer }));
  return {
    url: url.href,
    ...(control !== undefined && { control }),
    ...(values.function !== undefined && { functionName: values.function }),
    ...(values.sessionsPerInstance !== undefined && { sessionsPerInstance: values.sessionsPerInstance }),
    ...(values.ttl !== undefined && { sessionTTLInSeconds: values.ttl }),
    ...(values.headerName !== undefined && { headerName: values.headerName }),
  };
}

function suiteIds(names: readonly string[], known: readonly SuiteId[]): readonly SuiteId[] {
  if (names.length === 0) return ['walkthrough'];
  const words: Record<string, readonly SuiteId[]> = { all: known };
  for (const id of known) words[id] = [id];
  return [...new Set(names.flatMap((text) => pick({ text, name: '--suite' }, words)))];
}

/** The first signal ends the run and what it started; a second one does not wait for that. */
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
