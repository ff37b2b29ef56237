import { describeAnswer, errorOf, type RoundTrip } from './round-trip.js';
import { type Source, sourceText } from './sources.js';

/** One check of a suite: its expectation, and how it is judged. The checks of a suite share a scene: a client and its requests. */
export interface Check<Scene> {
  /** Stable: `<suite>.<subject>.<what>`. */
  readonly id: string;
  readonly title: string;
  readonly expected: string;
  readonly source: string;
  /** @returns the reason why the check cannot be judged; undefined when it can */
  needs?(scene: Scene): Promise<string | undefined> | string | undefined;
  judge(scene: Scene): Promise<StepResult> | StepResult;
}

/** Builds the checks of a suite: `check(id, title).promises(expected, 'cookie C01').needs(…).judge(…)`. */
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

/** The result of a check. `expected` replaces the text of the check when the target makes it more exact. */
export type StepResult = PassedOrFailed | Skipped;

interface PassedOrFailed {
  readonly status: 'passed' | 'failed';
  readonly actual: string;
  readonly expected?: string;
  /** The cause of a failure that other steps can have too. Only the first step with a cause fails; the others are skipped. */
  readonly cause?: string;
  /** As `cause`, but for later suites only. In one suite, several steps may fail for the same fault. */
  readonly fault?: string | undefined;
  /** The reason why the later checks of the suite cannot be judged. */
  readonly ends?: string;
  /** Whether the control API was the only source. The title of the step says so. */
  readonly byControlAlone?: boolean;
  /** The judged request and its answer. */
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

/** A function that does not work is the same cause in all steps: a status of 500 or above, or an instance that does not start. */
export function causeOf({ status, body }: Pick<RoundTrip, 'status' | 'body'>): { readonly cause?: string } {
  const code = errorOf(body)?.code;
  if (status === 412 && code !== undefined) return { cause: code };
  return status < 500 ? {} : { cause: `status ${status}` };
}
