import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import type { Clock } from '../../model/clock.js';
import type { SignalName } from '../signals.js';

type Witness = ChildProcessByStdio<Writable, Readable, null>;

/** A witness that a signal ended at most this long ago was ended by the same signal. */
const SAME_SENDING_MS = 200;

/**
 * Tells whether a signal was sent to the whole process group, as a terminal and `timeout` do, or only to this process. The witness is
 * a `cat` in the same group. A signal to the group ends it. Otherwise it returns the bytes that are written to it.
 */
export class GroupWitness {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #env: Readonly<Record<string, string | undefined>>;
  #witness: Witness | undefined;
  #lastEnd: { readonly signal: string | null; readonly at: number } | undefined;
  #isClosed = false;

  constructor(clock: Pick<Clock, 'now'>, env: Readonly<Record<string, string | undefined>>) {
    this.#clock = clock;
    this.#env = env;
    this.#start();
  }

  /** @returns whether the last received signal went to the whole process group; false when that is not known */
  async hasReceived(signal: SignalName): Promise<boolean> {
    const last = this.#lastEnd;
    if (last?.signal === signal && this.#clock.now() - last.at <= SAME_SENDING_MS) return true;
    const witness = this.#witness;
    if (witness === undefined) return false;
    return new Promise((resolve) => {
      witness.once('exit', () => resolve(true));
      witness.once('error', () => resolve(false));
      witness.stdout.once('data', () => resolve(false));
      witness.stdin.write('.');
    });
  }

  close(): void {
    this.#isClosed = true;
    this.#witness?.stdin.end();
  }

  #start(): void {
    const witness = spawn('cat', [], { env: this.#env, stdio: ['pipe', 'pipe', 'ignore'] });
    this.#witness = witness;
    // The exit event reports the same.
    witness.stdin.on('error', () => {});
    witness.once('error', () => {
      this.#witness = undefined;
    });
    witness.once('exit', (_, signal) => {
      this.#lastEnd = { signal, at: this.#clock.now() };
      this.#witness = undefined;
      if (!this.#isClosed && signal !== null) this.#start();
    });
  }
}
