import type { Step } from '../report.js';
import type { Suite } from '../suite.js';
import type { Trial } from '../trial.js';
import { changes } from './lifecycle-changes.js';
import { LIFECYCLE_CHECKS } from './lifecycle-checks.js';
import { ends } from './lifecycle-ends.js';
import { isolation } from './lifecycle-isolated.js';
import { places } from './lifecycle-places.js';
import { noReuse } from './lifecycle-reuse.js';
import { LifecycleStage } from './lifecycle-stage.js';

/** Needs a control API and a function with GENERATED_COOKIE or HEADER_FIELD; all of it, a clock that may be moved. */
export const lifecycle: Suite = { id: 'lifecycle', checks: LIFECYCLE_CHECKS, run };

async function* run(trial: Trial): AsyncGenerator<Step> {
  const stage = await LifecycleStage.open(trial);
  for (const part of [ends, changes, places, isolation, noReuse]) {
    yield* part(stage);
    await trial.endSessions();
  }
}
