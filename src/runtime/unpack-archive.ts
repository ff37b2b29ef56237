import { createWriteStream } from 'node:fs';
import { mkdir, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { ArchiveEntry } from './read-archive.js';

/**
 * Writes the entries of an archive into an empty folder. Links come last, so that nothing is written through one.
 * @throws when an entry is damaged or does not have its declared size, when the disk is full, or when `signal` is aborted
 */
export async function unpackArchive(
  entries: readonly ArchiveEntry[],
  folder: string,
  signal: AbortSignal,
): Promise<void> {
  const made = new Set<string>();
  const makeFolder = async (path: string): Promise<void> => {
    if (made.has(path)) return;
    await mkdir(path, { recursive: true, mode: 0o755 });
    made.add(path);
  };
  await makeFolder(folder);
  for (const entry of entries) {
    signal.throwIfAborted();
    if (entry.kind === 'folder') await makeFolder(join(folder, entry.path));
    if (entry.kind !== 'file') continue;
    const path = join(folder, entry.path);
    await makeFolder(dirname(path));
    // The owner reads and writes every file, so that the folder can be used and removed.
    const mode = (entry.mode || 0o644) | 0o600;
    await pipeline(await entry.open(), createWriteStream(path, { flags: 'wx', mode }), { signal });
  }
  for (const entry of entries) {
    if (entry.kind !== 'link') continue;
    signal.throwIfAborted();
    const path = join(folder, entry.path);
    await makeFolder(dirname(path));
    await symlink(entry.target, path);
  }
}
