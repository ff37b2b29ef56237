import type { Check } from './check.js';
import { describeAnswer, type RoundTrip } from './round-trip.js';
import type { SuiteRun } from './suite-run.js';

/** A named table of checks, judged in their order. To add a suite, write its file and its row in `suites.ts`. */
export interface Suite<Scene> {
  readonly id: string;
  readonly checks: readonly Check<Scene>[];
  /** @throws NotApplicable */
  open(run: SuiteRun): Promise<Scene> | Scene;
  /** Ends what the scene holds open. */
  close?(scene: Scene): Promise<unknown>;
}

/** Thrown by a suite that cannot run on this target. The checks that have no step yet are skipped with the reason. */
export class NotApplicable extends Error {
  override readonly name = 'NotApplicable';
}

/** Thrown by a suite whose target does not work. The next check fails with the message, and the others are skipped. */
export class NotWorking extends Error {
  override readonly name = 'NotWorking';

  constructor(
    what: string,
    readonly answer: Pick<RoundTrip, 'status' | 'body'>,
  ) {
    super(`${what}: ${describeAnswer(answer)}`);
  }
}

/** @returns a function that does this at its first call, and gives the same result at each later one */
export function once<T>(act: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | undefined;
  return () => {
    result ??= act();
    return result;
  };
}

/** Makes checks of a suite out of checks that share a scene of their own, which opens when the first of them is judged. */
export function part<Scene extends object, Part>(
  open: (scene: Scene) => Promise<Part> | Part,
  checks: readonly Check<Part>[],
): Check<Scene>[] {
  const parts = new WeakMap<Scene, Promise<Part>>();
  const partOf = (scene: Scene): Promise<Part> => {
    const known = parts.get(scene) ?? Promise.resolve(open(scene));
    parts.set(scene, known);
    return known;
  };
  return checks.map((check) => ({
    ...check,
    needs: async (scene) => check.needs?.(await partOf(scene)),
    judge: async (scene) => check.judge(await partOf(scene)),
  }));
}
