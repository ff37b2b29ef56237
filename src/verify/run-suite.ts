import { FcError } from '../model/errors.js';
import { type Check, judge, type StepResult, skip } from './check.js';
import type { Step, SuiteReport } from './report.js';
import { judgedRoundTrip } from './round-trip.js';
import { NotApplicable, NotWorking, once } from './suite.js';
import { SuiteRun } from './suite-run.js';
import { loadSuite, type SuiteId } from './suites.js';
import type { VerifyTarget } from './target.js';

interface RunOptions {
  /** Called with each step as it ends, to show progress. */
  readonly onStep?: (step: Step, suite: string) => unknown;
}

/**
 * Runs one suite, and ends the sessions that it made, also when the run is aborted.
 * @throws UnreachableError when the target or its control API does not answer; FunctionNotFound and InvalidArgument for a
 *   target that does not exist; the reason of `target.signal` when it is aborted
 */
export async function runSuite(
  id: SuiteId,
  target: VerifyTarget,
  options: RunOptions = {},
): Promise<SuiteReport> {
  const suite = await loadSuite(id);
  const run = await SuiteRun.open(target);
  const steps: Step[] = [];
  const failedFirst = new Map<string, string>();
  let lapStart = run.clock.now();
  const add = (check: Check<unknown>, result: StepResult): void => {
    const now = run.clock.now();
    const step = toStep(check, oncePerCause(failedFirst, check.id, result), now - lapStart);
    lapStart = now;
    steps.push(step);
    options.onStep?.(step, id);
  };
  let scene: unknown;
  const open = once(async () => {
    scene = await suite.open(run);
  });
  let ended: string | undefined;
  try {
    for (const check of suite.checks) {
      if (ended !== undefined) {
        add(check, skip(ended));
        continue;
      }
      const result = await resultOf(check, async () => {
        await open();
        return scene;
      });
      if (result.status !== 'passed') ended = result.ends;
      const { actual } = result;
      add(check, actual === undefined ? result : { ...result, actual: await run.withMoves(actual) });
    }
  } finally {
    if (scene !== undefined) await suite.close?.(scene);
    await run.endSessions();
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

/** An error that the suite does not expect fails the check at which it came, and ends the suite: one cause, one failure. */
async function resultOf(check: Check<unknown>, open: () => Promise<unknown>): Promise<StepResult> {
  try {
    const scene = await open();
    const missing = await check.needs?.(scene);
    return missing === undefined ? await check.judge(scene) : skip(missing);
  } catch (error) {
    if (error instanceof NotApplicable) return { ...skip(error.message), ends: error.message };
    const failure = textOf(error);
    if (failure === undefined) throw error;
    return { ...judge(false, failure), ends: `the suite ended at ${check.id}` };
  }
}

/** @returns undefined for an error that is no answer of the target */
function textOf(error: unknown): string | undefined {
  if (error instanceof NotWorking) return error.message;
  return error instanceof FcError ? `${error.code}: ${error.message}` : undefined;
}

/** One cause, one failure: a step that fails for the cause of an earlier step is skipped. */
function oncePerCause(failedFirst: Map<string, string>, id: string, result: StepResult): StepResult {
  if (result.status !== 'failed' || result.cause === undefined) return result;
  const first = failedFirst.get(result.cause);
  if (first !== undefined) return skip(`same cause as ${first}: ${result.actual}`, result.actual);
  failedFirst.set(result.cause, id);
  return result;
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
