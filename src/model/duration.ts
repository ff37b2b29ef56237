import { FcError } from './errors.js';

/** Seconds, or a text with units: `90`, `'90s'`, `'30m'`, `'6h'`. */
export type Duration = number | string;

const DURATION = /^(?=\d)(?:(\d{1,9})d)?(?:(\d{1,9})h)?(?:(\d{1,9})m)?(?:(\d{1,9})s)?$/;
const UNITS_IN_SECONDS = [86_400, 3600, 60, 1];

/**
 * @param text whole seconds (`21600`), or with units: `90s`, `30m`, `6h`, `3d`, `5h59m`
 * @returns seconds
 * @throws InvalidArgument
 */
export function parseDuration(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  const [, ...counts] = DURATION.exec(text) ?? [];
  if (counts.length === 0) {
    throw new FcError(
      'InvalidArgument',
      `a duration is whole seconds or has units, as 90s, 30m, 6h, 5h59m, got ${JSON.stringify(text)}`,
    );
  }
  return counts.reduce((sum, count, at) => sum + Number(count ?? 0) * (UNITS_IN_SECONDS[at] ?? 0), 0);
}
