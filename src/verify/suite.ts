import type { Step } from './report.js';
import type { Trial } from './trial.js';

/** What a step promises before anything was sent. */
export interface Check {
  readonly id: string;
  readonly title: string;
  readonly expected: string;
  readonly source: string;
}

/** What was found out about a check. `expected` replaces the check's own words where the target made them more exact. */
export type Finding =
  | { readonly status: 'passed' | 'failed'; readonly actual: string; readonly expected?: string }
  | {
      readonly status: 'skipped';
      readonly reason: string;
      readonly actual?: string;
      readonly expected?: string;
    };

/**
 * A named row of checks. One file each; to add one, write the file and its row in `suites.ts`.
 * `run` yields a step for every check at most once, in their order, and never prints.
 */
export interface Suite {
  readonly id: string;
  readonly checks: readonly Check[];
  run(trial: Trial): AsyncIterable<Step>;
}

export function judge(holds: boolean, actual: string, expected?: string): Finding {
  return { status: holds ? 'passed' : 'failed', actual, expected };
}

export function skip(reason: string, actual?: string): Finding {
  return { status: 'skipped', reason, actual };
}

/** Thrown by a suite that cannot be run on this target: all that it has not judged is skipped with the reason. */
export class NotApplicable extends Error {
  override readonly name = 'NotApplicable';
}
