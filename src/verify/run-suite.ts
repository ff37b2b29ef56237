import { FcError } from '../model/errors.js';
import { judge, skip } from './check.js';
import type { Step, SuiteReport } from './report.js';
import { NotApplicable, NotWorking, type Suite } from './suite.js';
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
  const run = await SuiteRun.open(suite.checks, target);
  const steps: Step[] = [];
  try {
    for await (const step of everyStep(suite, run)) {
      steps.push(step);
      options.onStep?.(step, id);
    }
  } finally {
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

/** An error that the suite does not expect fails the check that comes next. The checks after it are skipped: one cause, one failure. */
async function* everyStep(suite: Suite, run: SuiteRun): AsyncGenerator<Step> {
  const waiting = new Set(suite.checks.map(({ id }) => id));
  try {
    for await (const step of suite.steps(run)) {
      waiting.delete(step.id);
      yield step;
    }
  } catch (error) {
    if (error instanceof NotApplicable) {
      for (const id of waiting) yield run.step(id, skip(error.message));
      return;
    }
    const failure = textOf(error);
    if (failure === undefined) throw error;
    const [next, ...rest] = waiting;
    if (next !== undefined) yield run.step(next, judge(false, failure));
    for (const id of rest) yield run.step(id, skip(`the suite ended at ${next}`));
    return;
  }
  for (const id of waiting) yield run.step(id, skip('the suite ended before this check'));
}

/** @returns undefined for an error that is no answer of the target */
function textOf(error: unknown): string | undefined {
  if (error instanceof NotWorking) return error.message;
  return error instanceof FcError ? `${error.code}: ${error.message}` : undefined;
}
