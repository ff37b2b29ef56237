import { FcError } from '../model/errors.js';
import type { Step, SuiteReport } from './report.js';
import { judge, NotApplicable, type Suite, skip } from './suite.js';
import { loadSuite, type SuiteId } from './suites.js';
import type { VerifyTarget } from './target.js';
import { Trial } from './trial.js';

interface RunOptions {
  /** Told of every step as it ends, for those who want to see progress. */
  readonly onStep?: (step: Step, suite: string) => unknown;
}

/**
 * Runs one suite and ends the sessions that it made, also when it is broken off.
 * @throws UnreachableError when the target or its control API does not answer; FunctionNotFound and InvalidArgument for a
 *   target that cannot be meant; the reason of `target.signal` when it is aborted
 */
export async function runSuite(
  id: SuiteId,
  target: VerifyTarget,
  options: RunOptions = {},
): Promise<SuiteReport> {
  const suite = await loadSuite(id);
  const trial = await Trial.open(suite, target);
  const steps: Step[] = [];
  try {
    for await (const step of everyStep(suite, trial)) {
      steps.push(step);
      options.onStep?.(step, id);
    }
  } finally {
    await trial.endSessions();
  }
  const tally = (status: Step['status']): number => steps.filter((step) => step.status === status).length;
  return {
    suite: id,
    target: target.url,
    passed: tally('passed'),
    failed: tally('failed'),
    skipped: tally('skipped'),
    steps,
    requests: trial.requests,
    notes: trial.notes,
  };
}

/** A refusal that the suite did not expect fails the step that it was about to judge; the rest is then skipped. */
async function* everyStep(suite: Suite, trial: Trial): AsyncGenerator<Step> {
  const waiting = new Set(suite.checks.map(({ id }) => id));
  try {
    for await (const step of suite.run(trial)) {
      waiting.delete(step.id);
      yield step;
    }
  } catch (error) {
    if (error instanceof NotApplicable) {
      for (const id of waiting) yield trial.step(id, skip(error.message));
      return;
    }
    if (!(error instanceof FcError)) throw error;
    const [next, ...rest] = waiting;
    if (next !== undefined) yield trial.step(next, judge(false, `${error.code}: ${error.message}`));
    for (const id of rest) yield trial.step(id, skip(`the suite ended at ${next}: ${error.code}`));
    return;
  }
  for (const id of waiting) yield trial.step(id, skip('the suite did not get to it'));
}
