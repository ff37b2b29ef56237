import {
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readFileSync,
  writeSync,
} from 'node:fs';

const { O_RDWR, O_APPEND, O_NOFOLLOW, O_CREAT, O_EXCL } = constants;

/** A file that only grows and holds only whole appends. */
export class JournalFile {
  readonly #descriptor: number;
  #length: number;
  /** Whether the file may hold bytes of a failed append behind its length. */
  #isTorn = false;

  private constructor(descriptor: number) {
    this.#descriptor = descriptor;
    this.#length = fstatSync(descriptor).size;
  }

  /**
   * @throws ENOENT when there is no such file, ELOOP for a symbolic link (quality T27), Error when it is not a file, another user owns
   *   it, or others may write it
   */
  static open(path: string): JournalFile {
    const descriptor = openSync(path, O_RDWR | O_APPEND | O_NOFOLLOW);
    try {
      const { uid, mode } = fstatSync(descriptor);
      if ((mode & constants.S_IFMT) !== constants.S_IFREG) throw new Error('it is not a file');
      if (uid !== (process.getuid?.() ?? uid)) throw new Error('it is owned by another user');
      if ((mode & 0o022) !== 0) throw new Error('others may write it');
      if ((mode & 0o077) !== 0) fchmodSync(descriptor, 0o600);
      return new JournalFile(descriptor);
    } catch (error) {
      closeSync(descriptor);
      throw error;
    }
  }

  /** @throws EEXIST when the file exists, ENOSPC, EIO, … */
  static create(path: string): JournalFile {
    return new JournalFile(openSync(path, O_RDWR | O_APPEND | O_NOFOLLOW | O_CREAT | O_EXCL, 0o600));
  }

  /** The number of bytes of the whole appends. */
  get length(): number {
    return this.#length;
  }

  read(): Buffer {
    return readFileSync(this.#descriptor);
  }

  /** Removes all bytes behind that length. */
  cut(length: number): void {
    ftruncateSync(this.#descriptor, length);
    this.#length = length;
    this.#isTorn = false;
  }

  /**
   * Writes all bytes in one write, which a kill cannot interrupt. When the write fails (ENOSPC, EIO, …), the file is cut back to its
   * last whole append, at once or before the next append.
   */
  append(bytes: Buffer): void {
    if (this.#isTorn) this.cut(this.#length);
    this.#isTorn = true;
    try {
      // The kernel writes fewer bytes only when it is about to fail, as on a full disk. The next write then throws the reason.
      for (let written = 0; written < bytes.length; ) written += writeSync(this.#descriptor, bytes, written);
    } catch (error) {
      this.#cutBack();
      throw error;
    }
    this.#isTorn = false;
    this.#length += bytes.length;
  }

  /** Returns when the bytes are on the disk. */
  sync(): void {
    fsyncSync(this.#descriptor);
  }

  close(): void {
    closeSync(this.#descriptor);
  }

  #cutBack(): void {
    try {
      this.cut(this.#length);
    } catch {
      // The file stays torn. The next append tries again.
    }
  }
}
