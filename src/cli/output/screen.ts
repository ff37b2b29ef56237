import { fstatSync, writeSync } from 'node:fs';
import { Writable } from 'node:stream';
import { isatty } from 'node:tty';
import { type Style, styleFor, wantsColour } from './style.js';

/** Where lines go: stdout or stderr, or in a test a list. */
export interface Screen {
  readonly isTTY: boolean;
  /** Width in characters, where there is one. */
  readonly columns: number | undefined;
  readonly style: Style;
  /** Aborted when nothing more can be written: the reader has gone away (`| head -1`), or a write has failed. */
  readonly closed: AbortSignal;
  /** Why a write has failed, as on a full disk. A reader that has gone away is no failure. */
  readonly failure: Error | undefined;
  /** Takes text, or bytes as they are. */
  write(text: string | Uint8Array): void;
  /** Whether nothing waits to be handed over. */
  readonly isFlushed: boolean;
  /** Resolves when all was handed over, or will never be. */
  flush(): Promise<void>;
}

/** Held back for a slow reader of a log; what comes after it is dropped and counted, for the log must not fill the memory. */
const MAX_HELD_BYTES = 4 * 1024 * 1024;

const READER_GONE = new Set(['EPIPE', 'ECONNRESET']);

interface ScreenOptions {
  /** Gives Node's own stream, which takes time to make. */
  readonly stream: () => NodeJS.WriteStream;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Whether lines may be dropped when the reader is too slow: lines of a log may, lines of a result never. */
  readonly lossy: boolean;
}

/** @param fd of the process's own: 1 or 2 */
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
        sink.write(`… ${dropped} lines dropped: nobody read them in time\n`);
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

/** Node writes to its own pipes synchronously: a reader who sleeps would stop the whole process. A socket of ours waits instead. */
async function patientPipe(fd: number): Promise<Writable> {
  const { Socket } = await import('node:net');
  const socket = new Socket({ fd, readable: false, writable: true });
  socket.unref();
  return socket;
}

/** Writes a file to its last byte. Node itself writes a part on a full disk and reports no error for the rest. */
function wholeFile(fd: number, fail: (error: Error) => void): Writable {
  return new Writable({
    write(chunk: Buffer, _encoding, done) {
      try {
        for (let at = 0; at < chunk.length; ) at += writeSync(fd, chunk, at);
      } catch (error) {
        // Without an event of a later turn: the program may end before it.
        fail(error instanceof Error ? error : new Error(String(error)));
      }
      done();
    },
  });
}
