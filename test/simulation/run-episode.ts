import { Core } from './core.js';
import { difference } from './difference.js';
import { type Operation, operationOf, randomOf, settingsOf } from './episode.js';
import { brokenInvariant } from './invariants.js';
import { ReferenceModel } from './reference-model.js';

/**
 * Plays one episode against the core and the reference model, and looks at everything after every step.
 * @returns the story of the first difference, or nothing
 */
export function runEpisode(seed: number, steps: number): string | undefined {
  const random = randomOf(seed);
  const settings = settingsOf(random);
  const core = new Core(settings);
  const model = new ReferenceModel(settings);
  const story: [step: number, operation: Operation, answer: string][] = [];
  const tell = (what: string): string => {
    const lately = story
      .slice(-12)
      .map(([step, operation, answer]) => `${step} ${JSON.stringify(operation)} → ${answer}`);
    return [`seed ${seed}, ${JSON.stringify(settings)}`, ...lately, what].join('\n');
  };
  for (let step = 1; step <= steps; step++) {
    const operation = operationOf(random, core.scene);
    const expected = model.perform(operation);
    const actual = core.perform(operation);
    story.push([step, operation, actual]);
    if (actual !== expected) return tell(`the model says ${expected}`);
    const seen = difference(core, model);
    if (seen !== undefined) return tell(seen);
    const broken = brokenInvariant(core);
    if (broken !== undefined) return tell(broken);
  }
  return undefined;
}
