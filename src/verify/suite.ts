import type { SessionAffinityType } from '../model/function.js';
import type { Check } from './check.js';
import { describeAnswer, type RoundTrip } from './round-trip.js';
import type { Control, SuiteRun } from './suite-run.js';

/** A named table of checks, judged in their order. To add a suite, write its file and its row in `suites.ts`. */
export interface Suite<Scene> {
  readonly id: string;
  readonly checks: readonly Check<Scene>[];
  /** @throws NotApplicable */
  open(run: SuiteRun): Promise<Scene> | Scene;
  /** Closes the scene's open connections. */
  close?(scene: Scene): Promise<unknown>;
}

/** Thrown by a suite that cannot run on this target. The checks that have no step yet are skipped with the reason. */
export class NotApplicable extends Error {
  override readonly name = 'NotApplicable';
}

/** @throws NotApplicable for a function of another affinity */
export function expectAffinity({ served }: Control, ...wanted: readonly SessionAffinityType[]): void {
  const { functionName, sessionAffinity } = served.config;
  if (wanted.includes(sessionAffinity)) return;
  throw new NotApplicable(`function ${functionName} has ${sessionAffinity}, not ${wanted.join(' or ')}`);
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

/** @returns a function that calls `act` once and returns the same result at each call */
export function once<T>(act: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | undefined;
  return () => {
    result ??= act();
    return result;
  };
}

/** As {@link once}, after another act. */
export function onceAfter<T>(before: () => Promise<unknown>, act: () => Promise<T>): () => Promise<T> {
  return once(() => before().then(act));
}

interface PartOptions<Scene, Part> {
  /** Opens the scene for the first of the checks. */
  readonly open: (scene: Scene) => Promise<Part> | Part;
  /** The needs of every check. They are tested before the check's own needs. */
  readonly needs?: NonNullable<Check<Part>['needs']>;
}

/** Turns checks with a shared scene of their own into checks of a suite. */
export function part<Scene extends object, Part>(
  { open, needs }: PartOptions<Scene, Part>,
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
    needs: async (scene) => {
      const opened = await partOf(scene);
      return (await needs?.(opened)) ?? check.needs?.(opened);
    },
    judge: async (scene) => check.judge(await partOf(scene)),
  }));
}
