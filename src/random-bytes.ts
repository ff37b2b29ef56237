import { openSync, readSync } from 'node:fs';

const SOURCE = '/dev/urandom';

/** Stays open: names must be had also when the process is out of file descriptors (quality F-15). */
let descriptor: number | undefined;

/**
 * Bytes that nobody can guess, from the system's own source. `node:crypto` has its from the same, but loading it would make every start
 * of `serve` longer by a tenth of what Node itself takes (quality P8).
 */
export function randomBytes(size: number): Uint8Array {
  descriptor ??= openSync(SOURCE, 'r');
  const bytes = new Uint8Array(size);
  for (let filled = 0; filled < size; ) {
    filled += readSync(descriptor, bytes, filled, size - filled, null);
  }
  return bytes;
}

/** @returns a number from 0 up to 1 */
export function chance(): number {
  return new DataView(randomBytes(4).buffer).getUint32(0) / 2 ** 32;
}
