import { FcError } from '../model/errors.js';
import { type Check, causeOf, judge, type StepResult, skip } from './check.js';
import type { Step, SuiteReport } from './report.js';
import { judgedRoundTrip } from './round-trip.js';
import { faultOf } from './session-cookie.js';
import { NotApplicable, NotWorking, once } from './suite.js';
import { SuiteRun } from './suite-run.js';
import { loadSuite, type SuiteId } from './suites.js';
import type { VerifyTarget } from './target.js';

/** The first failed step of each cause, over all suites of a command. */
export type Causes = Map<string, { readonly suite: string; readonly id: string }>;

interface RunOptions {
  /** The first failures of the earlier suites. */
  readonly causes?: Causes;
  /** Called with each step at its end, to show progress. The run waits for a returned promise, and a rejection ends the run. */
  readonly onStep?: (step: Step, suite: string) => unknown;
}

/**
 * Runs one suite, and deletes its sessions, also when the run is aborted.
 * @throws UnreachableError when the target or its control API does not answer; FunctionNotFound and InvalidArgument for a
 *   target that does not exist; the reason of `target.signal` when it is aborted
 */
export async function runSuite(
  id: SuiteId,
  target: VerifyTarget,
  { causes = new Map(), onStep }: RunOptions = {},
): Promise<SuiteReport> {
  const suite = await loadSuite(id);
  const run = await SuiteRun.open(target);
  const steps: Step[] = [];
  let lapStart = run.clock.now();
  const add = async (check: Check<unknown>, result: StepResult): Promise<void> => {
    const now = run.clock.now();
    const step = toStep(check, oncePerCause(causes, { suite: id, id: check.id }, result), now - lapStart);
    steps.push(step);
    await onStep?.(step, id);
    // The time in `onStep` does not count for the next step.
    lapStart = run.clock.now();
  };
  let scene: unknown;
  const open = once(async () => {
    scene = await suite.open(run);
  });
  let ended: string | undefined;
  try {
    for (const check of suite.checks) {
      if (ended !== undefined) {
        await add(check, skip(ended));
        continue;
      }
      const result = await resultOf(check, async () => {
        await open();
        return scene;
      });
      if (result.status !== 'passed') ended = result.ends;
      const { actual } = result;
      const fault = result.judged === undefined ? undefined : faultOf(result.judged, run.headerName);
      await add(check, {
        ...(fault !== undefined && { fault }),
        ...result,
        ...(actual !== undefined && { actual: await run.withMoves(actual) }),
      });
    }
  } finally {
    if (scene !== undefined) await suite.close?.(scene);
    await run.close();
  }
  const tally = (status: Step['status']): number => steps.filter((step) => step.status === status).length;
  return {
    suite: id,
    target: target.url,
    passed: tally('passed'),
    failed: tally('failed'),
    skipped: tally('skipped'),
    steps,
    requests: run.requests,
    notes: run.notes,
  };
}

/** An unexpected error fails its check and ends the suite, so that one cause gives one failure. */
async function resultOf(check: Check<unknown>, open: () => Promise<unknown>): Promise<StepResult> {
  try {
    const scene = await open();
    const missing = await check.needs?.(scene);
    return missing === undefined ? await check.judge(scene) : skip(missing);
  } catch (error) {
    if (error instanceof NotApplicable) return { ...skip(error.message), ends: error.message };
    const ends = `the suite ended at ${check.id}`;
    if (error instanceof NotWorking)
      return { ...judge(false, error.message), ...causeOf(error.answer), ends };
    if (!(error instanceof FcError)) throw error;
    const cause = error.status === 412 && { cause: error.code };
    return { ...judge(false, `${error.code}: ${error.message}`), ...cause, ends };
  }
}

/** One cause, one failure: a step that fails for the cause of an earlier step is skipped. */
function oncePerCause(
  causes: Causes,
  step: { readonly suite: string; readonly id: string },
  result: StepResult,
): StepResult {
  if (result.status !== 'failed') return result;
  const { cause, fault } = result;
  const known = (cause ?? fault) === undefined ? undefined : causes.get(cause ?? fault ?? '');
  const first =
    known !== undefined && (cause !== undefined || known.suite !== step.suite) ? known : undefined;
  if (first === undefined) {
    for (const one of [cause, fault]) if (one !== undefined && !causes.has(one)) causes.set(one, step);
    return result;
  }
  // The step of another suite has its own text.
  const actual = first.suite === step.suite ? `: ${result.actual}` : '';
  return skip(`same cause as ${first.id}${actual}`, result.actual);
}

function toStep(check: Check<unknown>, result: StepResult, durationMs: number): Step {
  const byControlAlone = result.status !== 'skipped' && result.byControlAlone === true;
  return {
    id: check.id,
    title: byControlAlone ? `${check.title} (by the control API alone)` : check.title,
    status: result.status,
    expected: result.expected ?? check.expected,
    actual: result.actual ?? 'not judged',
    source: check.source,
    durationMs: Math.round(durationMs * 10) / 10,
    ...(result.status === 'skipped' && { reason: result.reason }),
    ...(result.judged !== undefined && { judged: judgedRoundTrip(result.judged) }),
  };
}
