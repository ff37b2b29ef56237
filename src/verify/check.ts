import { describeAnswer, errorOf, type RoundTrip } from './round-trip.js';
import { type Source, sourceText } from './sources.js';

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

/** How a suite writes its checks: `check(id, title).promises(expected, 'cookie C01').needs(…).judge(…)`. */
export function checksOf<Scene>() {
  type Written = Check<Scene>;
  return (id: string, title: string) => ({
    promises: (expected: string, source: Source) => {
      const head = { id, title, expected, source: sourceText(source) };
      return {
        needs: (needs: NonNullable<Written['needs']>) => ({
          judge: (judge: Written['judge']): Written => ({ ...head, needs, judge }),
        }),
        judge: (judge: Written['judge']): Written => ({ ...head, judge }),
      };
    },
  });
}

/** How a check ended. `expected` replaces the check's own text where the target made it more exact. */
export type StepResult = PassedOrFailed | Skipped;

interface PassedOrFailed {
  readonly status: 'passed' | 'failed';
  readonly actual: string;
  readonly expected?: string;
  /** Why a step failed, where other steps can fail for the same cause: only the first of them fails, the others are skipped. */
  readonly cause?: string;
  /** As a cause, for the suites that come after this one. The steps of one suite show the fault from several sides. */
  readonly fault?: string | undefined;
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

export function hasStatus(answer: RoundTrip, status: number): StepResult {
  if (answer.status === status) return { ...judge(true, `status ${status}`), judged: answer };
  const result = { ...judge(false, describeAnswer(answer)), judged: answer };
  return { ...result, ...causeOf(answer) };
}

/** A function that does not work is one cause in all steps: an answer of status 500 or above, or an instance that does not start. */
export function causeOf({ status, body }: Pick<RoundTrip, 'status' | 'body'>): { readonly cause?: string } {
  const code = errorOf(body)?.code;
  if (status === 412 && code !== undefined) return { cause: code };
  return status < 500 ? {} : { cause: `status ${status}` };
}
