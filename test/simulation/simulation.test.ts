import { expect, test } from 'vitest';
import { runEpisode } from './run-episode.js';

// A refusal is an answer here; where it was raised does not matter.
Error.stackTraceLimit = 0;

const STEPS = 500;
const OPERATIONS = Number(process.env.FC_AFFINITY_SIMULATION_OPERATIONS ?? 1_000_000);
const FIRST_SEED = Number(process.env.FC_AFFINITY_SIMULATION_SEED ?? 1);

/** Seeds that once failed. */
const REGRESSIONS: readonly number[] = [1004237, 1000679];

test('G9 seeds that once failed no longer do', () => {
  for (const seed of REGRESSIONS) expect(runEpisode(seed, STEPS)).toBeUndefined();
});

test(`G9 the core does what the reference model does, and breaks no invariant, in ${OPERATIONS} operations from seed ${FIRST_SEED}`, () => {
  for (let seed = FIRST_SEED; seed < FIRST_SEED + OPERATIONS / STEPS; seed++) {
    const difference = runEpisode(seed, STEPS);
    if (difference !== undefined) expect.fail(difference);
  }
}, 1_800_000);
