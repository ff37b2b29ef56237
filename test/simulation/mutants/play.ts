import { runEpisode } from '../run-episode.js';

/** Plays 10,000 operations and says at which it saw a difference; in a process of its own, so that a mutant may do what it likes. */
Error.stackTraceLimit = 0;
const STEPS = 500;
const OPERATIONS = 10_000;

let told: string | undefined;
let played = 0;
for (let seed = 1; played < OPERATIONS && told === undefined; seed++) {
  try {
    told = runEpisode(seed, STEPS);
  } catch (error) {
    told = `threw ${error}`;
  }
  const [, step] = /\n(\d+) [^\n]*\n(?![\s\S]*\n\d+ \{)/.exec(told ?? '') ?? [];
  played += told === undefined ? STEPS : Number(step ?? 0);
}
process.stdout.write(
  JSON.stringify({ killed: told !== undefined, played, told: told?.split('\n').at(-1) ?? '' }),
);
