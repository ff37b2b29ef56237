import { fstatSync, writeSync } from 'node:fs';
import { Writable } from 'node:stream';
import { isatty } from 'node:tty';
import { type Style, styleFor, wantsColour } from './style.js';

/** The destination of lines: stdout, stderr, or a list in a test. */
export interface Screen {
  readonly isTTY: boolean;
  /** The width in characters; undefined without a terminal. */
  readonly columns: number | undefined;
  readonly style: Style;
  /** Aborted when no more text can be written, because the reader has closed the pipe (`| head -1`) or a write has failed. */
  readonly closed: AbortSignal;
  /** The error of a failed write, for example on a full disk. A pipe that the reader has closed is not an error. */
  readonly failure: Error | undefined;
  /** Writes text, or bytes without a change. */
  write(text: string | Uint8Array): void;
  /** Whether all text has been written. */
  readonly isFlushed: boolean;
  /** Resolves when all text has been written, or when no more can be written. */
  flush(): Promise<void>;
}

/** The most text to keep for a slow reader of a log. More lines are dropped and counted, so that the log does not fill the memory. */
const MAX_HELD_BYTES = 4 * 1024 * 1024;

const READER_GONE = new Set(['EPIPE', 'ECONNRESET']);

interface ScreenOptions {
  /** @returns the stream of Node.js, which takes time to create */
  readonly stream: () => NodeJS.WriteStream;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Whether lines may be dropped for a slow reader. Lines of a log may be dropped, lines of a result never. */
  readonly lossy: boolean;
}

/** @param fd 1 for stdout, 2 for stderr */
export async function screenOf(fd: number, { stream, env, lossy }: ScreenOptions): Promise<Screen> {
  const closed = new AbortController();
  let failure: Error | undefined;
  const fail = (error: NodeJS.ErrnoException): void => {
    if (!READER_GONE.has(error.code ?? '')) failure = error;
    closed.abort();
  };
  const own = isatty(fd) ? stream() : undefined;
  const isTTY = own !== undefined;
  const sink: Writable = own ?? (isPipe(fd) ? await patientPipe(fd) : wholeFile(fd, fail));
  let dropped = 0;

  const isFlushed = (): boolean => closed.signal.aborted || sink.writableLength === 0;

  sink.on('error', fail);
  return {
    isTTY,
    get columns() {
      return own?.columns;
    },
    style: await styleFor(wantsColour(isTTY, env), env),
    closed: closed.signal,
    get failure() {
      return failure;
    },
    write(text) {
      if (closed.signal.aborted) return;
      if (lossy && sink.writableLength > MAX_HELD_BYTES) {
        dropped += 1;
        return;
      }
      if (dropped > 0) {
        sink.write(`… ${dropped} lines dropped: the reader was too slow\n`);
        dropped = 0;
      }
      sink.write(text);
    },
    get isFlushed() {
      return isFlushed();
    },
    flush() {
      if (isFlushed()) return Promise.resolve();
      return new Promise((resolve) => {
        closed.signal.addEventListener('abort', () => resolve());
        sink.write('', () => resolve());
      });
    },
  };
}

function isPipe(fd: number): boolean {
  const stat = fstatSync(fd);
  return stat.isFIFO() || stat.isSocket();
}

/** Writes through a socket. Node.js writes to its own pipes synchronously, and a slow reader would stop the whole process. */
async function patientPipe(fd: number): Promise<Writable> {
  const { Socket } = await import('node:net');
  const socket = new Socket({ fd, readable: false, writable: true });
  socket.unref();
  return socket;
}

/** Writes all bytes to a file. On a full disk, Node.js writes a part and reports no error for the rest. */
function wholeFile(fd: number, fail: (error: Error) => void): Writable {
  return new Writable({
    write(chunk: Buffer, _encoding, done) {
      try {
        for (let at = 0; at < chunk.length; ) at += writeSync(fd, chunk, at);
      } catch (error) {
        // Synchronous, because the program may end before a later turn of the event loop.
        fail(error instanceof Error ? error : new Error(String(error)));
      }
      done();
    },
  });
}
