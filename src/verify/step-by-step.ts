import type { StepResult } from './check.js';
import type { Step } from './report.js';
import { NotApplicable, type Suite } from './suite.js';
import type { SuiteRun } from './suite-run.js';

interface SteppedSuite {
  readonly id: string;
  readonly checks: readonly { id: string; title: string; expected: string; source: string }[];
  steps(run: SuiteRun): AsyncIterable<Step>;
}

/** A suite that is not a table yet. */
export function stepByStep({ id, checks, steps }: SteppedSuite): Suite<AsyncIterator<Step>> {
  return {
    id,
    open: (run) => steps(run)[Symbol.asyncIterator](),
    checks: checks.map((check) => ({
      ...check,
      async judge(iterator) {
        const { done, value } = await iterator.next();
        if (done) throw new NotApplicable('the suite ended before this check');
        if (value.id !== check.id) throw new Error(`${value.id} came before ${check.id}`);
        return value as unknown as StepResult;
      },
    })),
  };
}
