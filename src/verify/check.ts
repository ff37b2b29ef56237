import { describeAnswer, type RoundTrip } from './round-trip.js';

/** What one step promises, and how that is judged. A scene is what the checks of a suite share: its client and its requests. */
export interface Check<Scene> {
  /** Stable: `<suite>.<subject>.<what>`. */
  readonly id: string;
  readonly title: string;
  readonly expected: string;
  readonly source: string;
  /** @returns why the check cannot be judged here; undefined where it can */
  needs?(scene: Scene): Promise<string | undefined> | string | undefined;
  judge(scene: Scene): Promise<StepResult> | StepResult;
}

/** How a check ended. `expected` replaces the check's own text where the target made it more exact. */
export type StepResult = PassedOrFailed | Skipped;

interface PassedOrFailed {
  readonly status: 'passed' | 'failed';
  readonly actual: string;
  readonly expected?: string;
  /** Why a step failed, where other steps can fail for the same cause: only the first of them fails, the others are skipped. */
  readonly cause?: string;
  /** Why the checks after a failed or skipped one cannot be judged. */
  readonly ends?: string;
  /** Whether the control API was the only source, so that the step says so. */
  readonly byControlAlone?: boolean;
  /** The request that was judged, with its answer. */
  readonly judged?: RoundTrip;
}

interface Skipped {
  readonly status: 'skipped';
  readonly reason: string;
  readonly actual?: string;
  readonly expected?: string;
  readonly ends?: string;
  readonly judged?: RoundTrip;
}

export function judge(holds: boolean, actual: string, expected?: string): PassedOrFailed {
  return { status: holds ? 'passed' : 'failed', actual, expected };
}

export function skip(reason: string, actual?: string): Skipped {
  return { status: 'skipped', reason, actual };
}

/** Answers of status 500 and above have one cause in all steps. */
export function hasStatus(answer: RoundTrip, status: number): StepResult {
  if (answer.status === status) return { ...judge(true, `status ${status}`), judged: answer };
  const result = { ...judge(false, describeAnswer(answer)), judged: answer };
  return answer.status < 500 ? result : { ...result, cause: `status ${answer.status}` };
}
