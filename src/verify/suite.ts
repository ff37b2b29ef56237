import type { Check } from './check.js';
import type { Step } from './report.js';
import type { SuiteRun } from './suite-run.js';

/** A named list of checks. To add a suite, write its file and its row in `suites.ts`. */
export interface Suite {
  readonly id: string;
  readonly checks: readonly Check[];
  /** Yields at most one step for each check, in the order of `checks`. Never prints. */
  steps(run: SuiteRun): AsyncIterable<Step>;
}

/** Thrown by a suite that cannot run on this target. The checks that have no step yet are skipped with the reason. */
export class NotApplicable extends Error {
  override readonly name = 'NotApplicable';
}

/** Thrown by a suite whose target does not work. The next check fails with the message, and the others are skipped. */
export class NotWorking extends Error {
  override readonly name = 'NotWorking';
}
