import { closeSync, openSync, readSync } from 'node:fs';

const MOST_BYTES = 1024 * 1024;

/**
 * Reads a file that a person wrote, as UTF-8. A pipe is read to its end; of a file without an end no more than 1 MiB is read.
 * @throws Error for a larger file, ENOENT, EACCES, …
 */
export function readSmallFile(path: string): string {
  const descriptor = openSync(path, 'r');
  try {
    const bytes = Buffer.alloc(MOST_BYTES + 1);
    let length = 0;
    for (let got = -1; got !== 0; length += got) {
      if (length > MOST_BYTES) throw new Error('it is larger than 1 MiB');
      got = readSync(descriptor, bytes, length, bytes.length - length, null);
    }
    return bytes.toString('utf8', 0, length);
  } finally {
    closeSync(descriptor);
  }
}
