import { type ChildProcess, spawn } from 'node:child_process';
import type { Writable } from 'node:stream';
import type { Clock } from '../model/clock.js';
import { GUARD_SCRIPT } from './guard-script.js';

/** A guard that lives shorter than this is not worth starting again and again. */
const SHORT_LIFE_MS = 1000;
const MOST_SHORT_LIVES = 5;
const CLOSE_LIMIT_MS = 5000;

interface GuardOptions {
  readonly clock: Clock;
  /** In the environment of everything that the run starts; of a fixed length, so that none is the begin of another. */
  readonly nonce: string;
  /** PATH for the guard's few tools. */
  readonly path: string;
  readonly onWarning: (message: string) => void;
  readonly shell?: string;
}

interface Post {
  readonly process: ChildProcess;
  readonly input: Writable;
  readonly since: number;
}

/**
 * One process beside the emulator that outlives it by a moment and ends whatever it left, even after `kill -9` (quality §3). It holds
 * the reading end of a pipe from us; the end of our process, whatever the cause, closes the other. No instance inherits that end:
 * Node opens its pipes close-on-exec. It runs in a session of its own, so a terminal's Ctrl-C does not reach it.
 */
export class Guard {
  readonly #options: GuardOptions;
  /** Group to start time. */
  readonly #groups = new Map<number, string>();
  readonly #files = new Set<string>();
  #post: Post | undefined;
  #closing = false;
  #shortLives = 0;

  constructor(options: GuardOptions) {
    this.#options = options;
  }

  /** Its process ID while it runs. */
  get pid(): number | undefined {
    return this.#post?.process.pid;
  }

  /** Takes up its post. To be called before the first process is started. */
  begin(): void {
    if (this.#post !== undefined || this.#closing || this.#shortLives >= MOST_SHORT_LIVES) return;
    const { clock, nonce, path, shell = '/bin/sh' } = this.#options;
    const child = spawn(shell, ['-c', 'eval "$GUARD_SCRIPT"', 'fc-affinity-guard', nonce], {
      cwd: '/',
      // The script stands in the environment, so that lists of processes show a short command line.
      env: { PATH: `${path}:/usr/bin:/bin`, GUARD_SCRIPT },
      stdio: ['pipe', 'ignore', 'ignore'],
      detached: true,
    });
    const post: Post = { process: child, input: child.stdin, since: clock.now() };
    this.#post = post;
    child.once('error', (error) => this.#lost(post, error));
    child.once('exit', () => this.#lost(post));
    // A guard that died is noticed by its exit.
    child.stdin.on('error', () => {});
    // It waits for us, not we for it.
    child.unref();
    if ('unref' in child.stdin && typeof child.stdin.unref === 'function') child.stdin.unref();
    for (const [group, startTime] of this.#groups) this.#tell(`+ ${group} ${startTime}`);
    for (const file of this.#files) this.#tell(`f ${file}`);
  }

  /** @param startTime of its leader, where the system tells it */
  watch(group: number, startTime = '0'): void {
    this.#groups.set(group, startTime);
    this.#tell(`+ ${group} ${startTime}`);
  }

  forget(group: number): void {
    if (this.#groups.delete(group)) this.#tell(`- ${group}`);
  }

  /**
   * Has a file removed when the emulator ends.
   * @param path absolute, without a line end
   * @returns leaves the file alone again
   */
  removeOnExit(path: string): () => void {
    this.begin();
    this.#files.add(path);
    this.#tell(`f ${path}`);
    return () => {
      if (this.#files.delete(path)) this.#tell(`F ${path}`);
    };
  }

  /** Ends its input, without waiting for what it then does. */
  closeNow(): void {
    this.#closing = true;
    this.#post?.input.end();
  }

  /** Ends its input and waits for its last sweep. */
  async close(): Promise<void> {
    const post = this.#post;
    this.closeNow();
    if (post === undefined) return;
    const { clock } = this.#options;
    const callOff = clock.wakeAt(clock.now() + CLOSE_LIMIT_MS, () => {
      post.process.kill('SIGKILL');
    });
    post.process.ref();
    await new Promise<void>((resolve) => {
      if (this.#post === undefined) resolve();
      else post.process.once('exit', () => resolve());
    });
    callOff();
  }

  #tell(line: string): void {
    this.#post?.input.write(`${line}\n`);
  }

  #lost(post: Post, error?: Error): void {
    if (this.#post !== post) return;
    this.#post = undefined;
    if (this.#closing) return;
    this.#shortLives = this.#options.clock.now() - post.since < SHORT_LIFE_MS ? this.#shortLives + 1 : 0;
    if (error === undefined && this.#shortLives < MOST_SHORT_LIVES) {
      this.begin();
      return;
    }
    this.#shortLives = MOST_SHORT_LIVES;
    this.#options.onWarning(
      `no guard is running (${error?.message ?? 'it keeps ending'}): instances may be left behind if the emulator is killed`,
    );
  }
}
