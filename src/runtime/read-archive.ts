import { posix } from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { Entry, ZipFile } from 'yauzl';
import { FcError, messageOf } from '../model/errors.js';
import { sanitize } from '../model/sanitize.js';

/** One file, folder or link of an archive. Paths are relative, with `/`, and do not leave the folder. */
export type ArchiveEntry =
  | { readonly kind: 'folder'; readonly path: string }
  | {
      readonly kind: 'file';
      readonly path: string;
      /** The permissions of the owner, of the group and of others. */
      readonly mode: number;
      readonly open: () => Promise<Readable>;
    }
  | { readonly kind: 'link'; readonly path: string; readonly target: string };

const MOST_BYTES = 500 * 1024 * 1024;
const MOST_ENTRIES = 50_000;
const LONGEST_TARGET = 4096;

const UNIX = 3;
const FILE_TYPE = 0o170000;
const FOLDER = 0o040000;
const FILE = 0o100000;
const LINK = 0o120000;

/**
 * Reads the list of a zip archive, and refuses an archive that is not safe or is too large to unpack. When an entry is read, its size must
 * be the declared one.
 * @throws InvalidArgument
 */
export async function readArchive(zip: Buffer): Promise<readonly ArchiveEntry[]> {
  const { fromBufferPromise } = await import('yauzl');
  try {
    const file = await fromBufferPromise(zip, { lazyEntries: true, strictFileNames: true });
    if (file.entryCount > MOST_ENTRIES) throw tooMany(file.entryCount);
    const entries: ArchiveEntry[] = [];
    let bytes = 0;
    for await (const entry of file.eachEntry()) {
      bytes += entry.uncompressedSize;
      if (bytes > MOST_BYTES) throw refusal(`unpacked it is larger than ${MOST_BYTES / 1024 / 1024} MiB`);
      if (entries.length >= MOST_ENTRIES) throw tooMany(entries.length + 1);
      entries.push(await entryOf(file, entry));
    }
    checkFolders(entries);
    return entries;
  } catch (error) {
    if (error instanceof FcError) throw error;
    throw refusal(messageOf(error), error);
  }
}

async function entryOf(file: ZipFile, entry: Entry): Promise<ArchiveEntry> {
  const name = entry.fileName;
  const path = posix.normalize(name).replace(/\/$/, '');
  if (name.includes('\0')) throw refusal(`${shown(name)} is no name of a file`);
  if (path === '' || path === '..' || path.startsWith('../') || path.startsWith('/'))
    throw refusal(`the entry ${shown(name)} leaves the folder`);
  if (!entry.canDecodeFileData())
    throw refusal(`the entry ${shown(name)} is encrypted, or compressed by another method than deflate`);
  // Archives that were not made on Unix have no permissions: everything may be run.
  const isUnix = entry.versionMadeBy >>> 8 === UNIX;
  const mode = isUnix ? entry.externalFileAttributes >>> 16 : 0o755;
  const type = mode & FILE_TYPE;
  if (name.endsWith('/') || type === FOLDER) return { kind: 'folder', path };
  if (type === LINK) return { kind: 'link', path, target: await targetOf(file, entry, path) };
  if (type !== FILE && type !== 0) throw refusal(`the entry ${shown(name)} is neither file, folder nor link`);
  return { kind: 'file', path, mode: mode & 0o777, open: () => file.openReadStreamPromise(entry) };
}

/**
 * The target of a link must be inside the folder. `..` is allowed only at the begin of the target: after the name of another link,
 * `..` could lead out of the folder.
 */
async function targetOf(file: ZipFile, entry: Entry, path: string): Promise<string> {
  if (entry.uncompressedSize > LONGEST_TARGET) throw refusal(`the link ${shown(path)} is too long`);
  const target = await text(await file.openReadStreamPromise(entry));
  const normal = posix.normalize(target);
  const from = posix.join(posix.dirname(path), normal);
  if (target === '' || target.includes('\0') || posix.isAbsolute(target) || /^\.\.(\/|$)/.test(from))
    throw refusal(`the link ${shown(path)} to ${shown(target)} leaves the folder`);
  if (/[^./][^/]*\/\.\.(\/|$)/.test(target))
    throw refusal(`the link ${shown(path)} to ${shown(target)} must not have ".." behind a name`);
  return target;
}

/** Nothing may be inside a file or a link, and nothing may come twice. */
function checkFolders(entries: readonly ArchiveEntry[]): void {
  const kinds = new Map<string, ArchiveEntry['kind']>();
  for (const { path, kind } of entries) {
    if (kinds.has(path) && (kind !== 'folder' || kinds.get(path) !== 'folder'))
      throw refusal(`the entry ${shown(path)} is there twice`);
    kinds.set(path, kind);
  }
  for (const path of kinds.keys()) {
    for (let above = posix.dirname(path); above !== '.'; above = posix.dirname(above)) {
      const kind = kinds.get(above);
      if (kind !== undefined && kind !== 'folder')
        throw refusal(`the entry ${shown(path)} is inside the ${kind} ${shown(above)}`);
    }
  }
}

function tooMany(count: number): FcError {
  return refusal(`it has ${count} entries, and ${MOST_ENTRIES} are the most`);
}

function refusal(why: string, cause?: unknown): FcError {
  return new FcError('InvalidArgument', `code.zipFile cannot be unpacked: ${why}`, { cause });
}

function shown(name: string): string {
  return JSON.stringify(sanitize(name.length > 80 ? `${name.slice(0, 80)}…` : name));
}
