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

/** A file that only grows, and that holds nothing but whole appends. */
export class JournalFile {
  readonly #descriptor: number;
  #length: number;
  /** Whether bytes of an append that failed may stand behind the length. */
  #isTorn = false;

  private constructor(descriptor: number) {
    this.#descriptor = descriptor;
    this.#length = fstatSync(descriptor).size;
  }

  /**
   * @throws ENOENT when there is none, ELOOP for a symbolic link (quality T27), Error for anything else that is not the user's own
   *   file, or that others may write
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

  /** @throws EEXIST when there is one, ENOSPC, EIO, … */
  static create(path: string): JournalFile {
    return new JournalFile(openSync(path, O_RDWR | O_APPEND | O_NOFOLLOW | O_CREAT | O_EXCL, 0o600));
  }

  /** Bytes of the whole appends. */
  get length(): number {
    return this.#length;
  }

  read(): Buffer {
    return readFileSync(this.#descriptor);
  }

  /** Takes away what stands behind that length. */
  cut(length: number): void {
    ftruncateSync(this.#descriptor, length);
    this.#length = length;
    this.#isTorn = false;
  }

  /**
   * Writes all of it, in one write: a kill cannot come between. When it throws (ENOSPC, EIO, …) nothing of it counts: the file is cut
   * back at once, or else before the next append.
   */
  append(bytes: Buffer): void {
    if (this.#isTorn) this.cut(this.#length);
    this.#isTorn = true;
    try {
      // The kernel takes less than all of it only when it is about to fail, as on a full disk; the next write then says why.
      for (let written = 0; written < bytes.length; ) written += writeSync(this.#descriptor, bytes, written);
    } catch (error) {
      this.#cutBack();
      throw error;
    }
    this.#isTorn = false;
    this.#length += bytes.length;
  }

  /** Returns when it is on the disk. */
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
      // Still torn: the next append begins with another try.
    }
  }
}
