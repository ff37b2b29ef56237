import { crc32 } from 'node:zlib';

/**
 * A line of the journal is one record of JSON: `{"v":1,"sum":"0a1b2c3d","kind":…}`.
 *
 * The sum is CRC-32, which finds every change of up to 32 neighbouring bits for certain and takes a microsecond. A cryptographic
 * hash would protect no better: a user who may write the file may write the hash too, and the permissions keep other users out.
 * The sum covers the rest of the line and continues the sum of the line before, so that it also finds a lost, doubled or moved line.
 */
const VERSION = 1;
const BEFORE_SUM = `{"v":${VERSION},"sum":"`;
const AFTER_SUM = '",';
const HEAD_BYTES = BEFORE_SUM.length + 8 + AFTER_SUM.length;

/** The sum before the first line. */
export const FIRST_SUM = 0;

/**
 * @param record an object with at least one key
 * @param previous the sum of the line before
 * @returns the line with its end, and its sum
 */
export function sealLine(record: object, previous: number): { readonly line: string; readonly sum: number } {
  const rest = JSON.stringify(record).slice(1);
  const sum = crc32(rest, previous);
  return { line: `${headOf(sum)}${rest}\n`, sum };
}

/**
 * @param line without its end
 * @returns the record as text, or undefined when the line was changed or does not follow the line before
 */
export function unsealLine(
  line: Buffer,
  previous: number,
): { readonly text: string; readonly sum: number } | undefined {
  const rest = line.subarray(HEAD_BYTES);
  const sum = crc32(rest, previous);
  if (line.toString('latin1', 0, HEAD_BYTES) !== headOf(sum)) return undefined;
  return { text: `{${rest.toString('utf8')}`, sum };
}

/** Whether another line begins within this one: the line end between them is lost. A torn write never does that. */
export function holdsSeveralLines(line: Buffer): boolean {
  return line.includes(BEFORE_SUM, 1);
}

function headOf(sum: number): string {
  return `${BEFORE_SUM}${sum.toString(16).padStart(8, '0')}${AFTER_SUM}`;
}
