/** The definition of a check: what a step promises before anything is sent. */
export interface Check {
  /** Stable: `<suite>.<subject>.<what>`. */
  readonly id: string;
  readonly title: string;
  readonly expected: string;
  readonly source: string;
}

/** How a check ended. `expected` replaces the check's own text where the target made it more exact. */
export type StepResult = PassedOrFailed | Skipped;

interface PassedOrFailed {
  readonly status: 'passed' | 'failed';
  readonly actual: string;
  readonly expected?: string;
  /** Why a step failed, where other steps can fail for the same cause: only the first of them fails, the others are skipped. */
  readonly cause?: string;
  /** Whether the control API was the only source, so that the step says so. */
  readonly byControlAlone?: boolean;
}

interface Skipped {
  readonly status: 'skipped';
  readonly reason: string;
  readonly actual?: string;
  readonly expected?: string;
}

export function judge(holds: boolean, actual: string, expected?: string): PassedOrFailed {
  return { status: holds ? 'passed' : 'failed', actual, expected };
}

export function skip(reason: string, actual?: string): Skipped {
  return { status: 'skipped', reason, actual };
}
