/**
 * What is made of a series of figures. A verdict is only given when the same thing, measured twice in the same rounds, agrees with
 * itself.
 */

/** The same thing twice may differ by this factor, in the median of the rounds; beyond it a measure is noise. */
export const NOISE_LIMIT = 1.15;

/**
 * @typedef {{ readonly median: number, readonly least: number, readonly most: number }} Spread
 * @typedef {'reached' | 'missed' | 'noisy' | 'not judged'} Verdict
 */

/**
 * @param {readonly number[]} numbers at least one
 * @returns {number} the middle one, or the mean of the two in the middle
 */
export function median(numbers) {
  if (numbers.length === 0) throw new Error('the median of nothing');
  const sorted = [...numbers].sort((one, other) => one - other);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/**
 * @param {readonly number[]} numbers at least one
 * @param {number} share from 0 to 1
 * @returns {number} the smallest number that at least that share of them does not exceed
 */
export function quantile(numbers, share) {
  if (numbers.length === 0) throw new Error('a quantile of nothing');
  const sorted = [...numbers].sort((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(share * sorted.length) - 1))];
}

/**
 * @param {readonly number[]} numbers at least one
 * @returns {Spread}
 */
export function spreadOf(numbers) {
  return { median: median(numbers), least: Math.min(...numbers), most: Math.max(...numbers) };
}

/**
 * Round by round, so that what slows the whole machine for a while slows both sides of a division.
 * @param {readonly number[]} of
 * @param {readonly number[]} to of the same rounds
 * @returns {number[]}
 */
export function ratios(of, to) {
  if (of.length !== to.length) throw new Error(`rounds do not match: ${of.length} and ${to.length}`);
  return of.map((figure, round) => figure / to[round]);
}

/**
 * @param {readonly number[]} control ratios of the same thing to itself, round by round; none: nothing to doubt by
 * @returns {boolean}
 */
export function isNoisy(control) {
  if (control.length === 0) return false;
  const typical = median(control);
  return !(typical <= NOISE_LIMIT && typical >= 1 / NOISE_LIMIT);
}

/**
 * @param {{ readonly figures: readonly number[], readonly goal: number | undefined, readonly control: readonly number[],
 *   readonly judging: boolean }} seen
 * @returns {Verdict}
 */
export function judge({ figures, goal, control, judging }) {
  if (!judging || goal === undefined) return 'not judged';
  if (isNoisy(control)) return 'noisy';
  return median(figures) <= goal ? 'reached' : 'missed';
}

/**
 * The straight line that fits points best.
 * @param {readonly (readonly [x: number, y: number])[]} points
 * @returns {number} how much y grows for each x; 0 for fewer than two different x
 */
export function slope(points) {
  const count = points.length;
  const meanX = points.reduce((sum, [x]) => sum + x, 0) / count;
  const meanY = points.reduce((sum, [, y]) => sum + y, 0) / count;
  let along = 0;
  let square = 0;
  for (const [x, y] of points) {
    along += (x - meanX) * (y - meanY);
    square += (x - meanX) ** 2;
  }
  return square === 0 || count === 0 ? 0 : along / square;
}
