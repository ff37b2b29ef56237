import { judge, ratios, spreadOf } from './statistics.js';

/**
 * @typedef {{ readonly name: string, run(): Promise<number> }} Contestant what it is and one measurement of it
 * @typedef {Readonly<Record<string, readonly number[]>>} Series every contestant's figures, round by round
 */

/**
 * Lets all contestants run once in every round, in an order drawn by lot, the same in each run: who follows whom, and who runs twice in
 * a row, changes a figure by up to 0.04.
 * @param {readonly Contestant[]} contestants of different names
 * @param {number} rounds
 * @returns {Promise<Series>}
 */
export async function playRounds(contestants, rounds) {
  /** @type {Record<string, number[]>} */
  const series = {};
  for (const { name } of contestants) series[name] = [];
  const chance = seeded();
  for (let round = 0; round < rounds; round++) {
    for (const { name, run } of shuffled(contestants, chance)) series[name].push(await run());
  }
  return series;
}

/**
 * @template T
 * @param {readonly T[]} list
 * @param {() => number} chance
 */
function shuffled(list, chance) {
  const left = [...list];
  return list.map(() => left.splice(Math.floor(chance() * left.length), 1)[0]);
}

/** Numbers from 0 up to 1, always the same ones. */
function seeded() {
  let state = 1;
  return () => {
    state = Math.imul(state, 1_664_525) + 1_013_904_223;
    return (state >>> 0) / 2 ** 32;
  };
}

/**
 * One line of the report: a ratio of two contestants, doubted by a third that is the same as the second.
 * @param {{ id: string, what: string, goal?: number, of: string, to: string, control: string, unit: string, series: Series,
 *   judging: boolean }} question
 */
export function ratioRow({ id, what, goal, of, to, control, unit, series, judging }) {
  const figures = ratios(series[of], series[to]);
  const controls = ratios(series[control], series[to]);
  return row({ id, what, goal, figures, unit: '×', controls, judging, absolute: absolutes(series, unit) });
}

/**
 * @param {{ id: string, what: string, goal?: number, figures: readonly number[], unit: string, controls: readonly number[],
 *   judging: boolean, absolute?: Readonly<Record<string, unknown>> }} seen
 */
export function row({ id, what, goal, figures, unit, controls, judging, absolute = {} }) {
  return {
    id,
    what,
    goal,
    unit,
    measured: spreadOf(figures),
    control: controls.length === 0 ? undefined : spreadOf(controls),
    verdict: judge({ figures, goal, control: controls, judging }),
    absolute,
  };
}

/**
 * @param {Series} series
 * @param {string} unit
 */
export function absolutes(series, unit) {
  return Object.fromEntries(
    Object.entries(series).map(([name, figures]) => [name, { ...spreadOf(figures), unit }]),
  );
}
