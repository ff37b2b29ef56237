import { type ChildProcess, spawn } from 'node:child_process';
import type { Writable } from 'node:stream';
import type { Clock } from '../model/clock.js';
import { GUARD_SCRIPT } from './guard-script.js';

/** A guard that ends sooner than this, several times in a row, is not started again. */
const SHORT_LIFE_MS = 1000;
const MOST_SHORT_LIVES = 5;
const CLOSE_LIMIT_MS = 5000;

interface GuardOptions {
  readonly clock: Clock;
  /** In the environment of every process that the run starts. Of a fixed length, so that no nonce is the begin of another. */
  readonly nonce: string;
  /** Where the guard finds grep and rm. */
  readonly path: string;
  readonly onWarning: (message: string) => void;
  readonly shell?: string;
}

interface RunningGuard {
  readonly process: ChildProcess;
  readonly input: Writable;
  readonly since: number;
}

/**
 * A process beside the emulator that ends last and kills what the emulator left, even after `kill -9` (quality §3). It reads from a
 * pipe of the emulator, which closes when the emulator ends, whatever the cause. No instance inherits the other end of the pipe:
 * Node.js opens its pipes close-on-exec. The guard runs in a session of its own, so the Ctrl-C of a terminal does not reach it.
 */
export class Guard {
  readonly #options: GuardOptions;
  /** The start time of the leader of each group. */
  readonly #groups = new Map<number, string>();
  readonly #files = new Set<string>();
  #running: RunningGuard | undefined;
  #closing = false;
  #shortLives = 0;

  constructor(options: GuardOptions) {
    this.#options = options;
  }

  /** The process ID of the guard while it runs. */
  get pid(): number | undefined {
    return this.#running?.process.pid;
  }

  /** Starts the guard unless it runs. Must be called before the first process is started. */
  begin(): void {
    if (this.#running !== undefined || this.#closing || this.#shortLives >= MOST_SHORT_LIVES) return;
    const { clock, nonce, path, shell = '/bin/sh' } = this.#options;
    const child = spawn(shell, ['-c', 'eval "$GUARD_SCRIPT"', 'fc-affinity-guard', nonce], {
      cwd: '/',
      // The environment carries the script, so that lists of processes show a short command line.
      env: { PATH: `${path}:/usr/bin:/bin`, GUARD_SCRIPT },
      stdio: ['pipe', 'ignore', 'ignore'],
      detached: true,
    });
    const running: RunningGuard = { process: child, input: child.stdin, since: clock.now() };
    this.#running = running;
    child.once('error', (error) => this.#onEnd(running, error));
    child.once('exit', () => this.#onEnd(running));
    // The exit event reports the end of the guard.
    child.stdin.on('error', () => {});
    // The guard does not keep the emulator alive.
    child.unref();
    if ('unref' in child.stdin && typeof child.stdin.unref === 'function') child.stdin.unref();
    for (const [group, startTime] of this.#groups) this.#send(`+ ${group} ${startTime}`);
    for (const file of this.#files) this.#send(`f ${file}`);
  }

  /** Has a process group killed when the emulator ends. @param startTime of the leader, where the system shows it */
  watch(group: number, startTime = '0'): void {
    this.#groups.set(group, startTime);
    this.#send(`+ ${group} ${startTime}`);
  }

  forget(group: number): void {
    if (this.#groups.delete(group)) this.#send(`- ${group}`);
  }

  /**
   * Has a file removed when the emulator ends.
   * @param path absolute, without a line end
   * @returns a function that takes this back
   */
  removeOnExit(path: string): () => void {
    this.begin();
    this.#files.add(path);
    this.#send(`f ${path}`);
    return () => {
      if (this.#files.delete(path)) this.#send(`F ${path}`);
    };
  }

  /** Ends the input of the guard, and does not wait for the guard. */
  closeNow(): void {
    this.#closing = true;
    this.#running?.input.end();
  }

  /** Ends the input of the guard, and waits until it has killed the processes that are left. */
  async close(): Promise<void> {
    const running = this.#running;
    this.closeNow();
    if (running === undefined) return;
    const { clock } = this.#options;
    const callOff = clock.wakeAt(clock.now() + CLOSE_LIMIT_MS, () => {
      running.process.kill('SIGKILL');
    });
    running.process.ref();
    await new Promise<void>((resolve) => {
      if (this.#running === undefined) resolve();
      else running.process.once('exit', () => resolve());
    });
    callOff();
  }

  #send(line: string): void {
    this.#running?.input.write(`${line}\n`);
  }

  #onEnd(running: RunningGuard, error?: Error): void {
    if (this.#running !== running) return;
    this.#running = undefined;
    if (this.#closing) return;
    this.#shortLives = this.#options.clock.now() - running.since < SHORT_LIFE_MS ? this.#shortLives + 1 : 0;
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
