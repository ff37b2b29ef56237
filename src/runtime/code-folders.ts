import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import type { ArchiveEntry } from './read-archive.js';
import { unpackArchive } from './unpack-archive.js';

interface CodeFoldersOptions {
  /** Where code is kept over a restart; undefined: in a folder that is removed at the end. */
  readonly directory: string | undefined;
  /** Has a folder removed when the emulator ends, even by `kill -9`. */
  readonly removeOnExit: (path: string) => void;
}

/** Where the code of one revision is, and the archive that it came from. */
export interface CodeFolder {
  readonly directory: string;
  readonly archive: string;
}

/** The emulator's own folders for code that is uploaded. */
export class CodeFolders {
  readonly #options: CodeFoldersOptions;
  #root: string | undefined;
  /** The names of the folders in the root. */
  readonly #names = new Set<string>();
  /** Those that no function has had yet. */
  readonly #unused = new Set<string>();

  constructor(options: CodeFoldersOptions) {
    this.#options = options;
  }

  /** @returns the names for a folder that is not made yet */
  reserve(): CodeFolder {
    const name = randomUUID();
    const root = this.#open();
    return { directory: join(root, name, 'code'), archive: join(root, name, 'code.zip') };
  }

  /** Makes an empty folder. It is not removed before it has been in use. */
  make({ directory }: CodeFolder): void {
    const name = basename(dirname(directory));
    this.#names.add(name);
    this.#unused.add(name);
    mkdirSync(directory, { recursive: true });
  }

  /**
   * Unpacks an archive. The folder has its name when it is whole.
   * @throws as {@link unpackArchive}
   */
  async fill(
    { directory, archive }: CodeFolder,
    { bytes, entries }: { readonly bytes: Uint8Array; readonly entries: readonly ArchiveEntry[] },
    signal: AbortSignal,
  ): Promise<void> {
    const partial = `${directory}.partial`;
    this.#names.add(basename(dirname(directory)));
    await mkdir(partial, { recursive: true });
    await writeFile(archive, bytes, { mode: 0o600, signal });
    await unpackArchive(entries, partial, signal);
    signal.throwIfAborted();
    await rename(partial, directory);
  }

  /** Removes every folder that is not among these; other folders of the user are left alone. */
  async keepOnly(directories: ReadonlySet<string>): Promise<void> {
    const { directory } = this.#options;
    if (this.#root === undefined && (directory === undefined || !existsSync(directory))) return;
    const root = this.#open();
    const kept = new Set([...directories].map((directory) => dirname(directory)));
    const left: string[] = [];
    for (const name of this.#names) {
      if (kept.has(join(root, name))) this.#unused.delete(name);
      else if (!this.#unused.has(name)) left.push(name);
    }
    for (const name of left) this.#names.delete(name);
    await Promise.all(left.map((name) => removeFolder(join(root, name))));
  }

  /** Removes the folders that must not survive a restart. */
  close(): void {
    if (this.#options.directory === undefined && this.#root !== undefined)
      rmSync(this.#root, { recursive: true, force: true });
  }

  #open(): string {
    if (this.#root !== undefined) return this.#root;
    const { directory, removeOnExit } = this.#options;
    if (directory === undefined) {
      this.#root = mkdtempSync(join(tmpdir(), 'fc-affinity-code-'));
      removeOnExit(this.#root);
    } else {
      mkdirSync(directory, { recursive: true, mode: 0o700 });
      this.#root = directory;
      // A kill may have left some that no function uses.
      for (const name of readdirSync(directory)) this.#names.add(name);
    }
    return this.#root;
  }
}

/** A process that is just ending may still write into it. */
function removeFolder(path: string): Promise<void> {
  return rm(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
}
