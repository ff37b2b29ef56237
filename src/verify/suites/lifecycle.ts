import type { Step } from '../report.js';
import { stepByStep } from '../step-by-step.js';
import type { SuiteRun } from '../suite-run.js';
import { changes } from './lifecycle-changes.js';
import { LIFECYCLE_CHECKS } from './lifecycle-checks.js';
import { ends } from './lifecycle-ends.js';
import { isolation } from './lifecycle-isolated.js';
import { noReuse } from './lifecycle-reuse.js';
import { LifecycleRun } from './lifecycle-run.js';
import { slots } from './lifecycle-slots.js';

/** Needs a control API and a function with GENERATED_COOKIE or HEADER_FIELD; all of it, a clock that may be moved. */
export const lifecycle = stepByStep({ id: 'lifecycle', checks: LIFECYCLE_CHECKS, steps });

async function* steps(run: SuiteRun): AsyncGenerator<Step> {
  const lifecycleRun = await LifecycleRun.open(run);
  for (const part of [ends, changes, slots, isolation, noReuse]) {
    yield* part(lifecycleRun);
    await run.endSessions();
  }
}
