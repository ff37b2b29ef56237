import { closeSync, openSync, readdirSync, readSync } from 'node:fs';

/** Most files of /proc are whole within one page. */
const PAGE_BYTES = 4096;

/** @returns the first page of a file; undefined when it is not there (not Linux, or the process has ended) or may not be read */
export function firstPage(path: string): string | undefined {
  for (const text of piecesOf(path, PAGE_BYTES)) return text;
  return undefined;
}

/** @returns an empty text when the file is not there or may not be read */
export function wholeFile(path: string): string {
  return [...piecesOf(path, PAGE_BYTES)].join('');
}

/** Reads a file piece by piece, no further than the caller asks. Ends where the file cannot be read. */
export function* piecesOf(path: string, bytesEach: number): Generator<string> {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(path, 'r');
    const bytes = Buffer.alloc(bytesEach);
    for (let got = readSync(descriptor, bytes); got > 0; got = readSync(descriptor, bytes))
      yield bytes.toString('latin1', 0, got);
  } catch {
    // Not Linux, not ours to read, or the process has ended.
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

/** @returns the names in a directory; none when it cannot be read */
export function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}
