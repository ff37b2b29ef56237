import type { Readable } from 'node:stream';
import type { Clock } from '../model/clock.js';
import { hasLivingMembers, startTimeOf } from '../system/process-table.js';
import { wait } from '../system/wait.js';
import { within } from '../system/within.js';
import type { Guard } from './guard.js';
import type { BoundedLog } from './instance-log.js';
import type { Launched, ProcessExit } from './launch.js';
import { LineSplitter } from './line-splitter.js';

/** How long what is left of a killed group may take to vanish, and its output to arrive. */
const AFTERMATH_MS = 250;
const DRAIN_MS = 100;

interface GroupSurroundings {
  readonly clock: Clock;
  readonly guard: Guard;
  readonly log: BoundedLog;
}

/**
 * A started process with all that it starts. Signals always go to the group.
 *
 * Why a signal never meets a stranger (quality T20, I27): a process ID is free again only when its process has been reaped and no
 * process or group carries it. While we have not seen the leader's exit it is running or unreaped, so the number is held. After
 * that, the group is signalled only on the way to its end, at once and while it has members: a group with members holds the number
 * too, and an empty one answers ESRCH. What is left is the instant between the reaping and our turn, in which the system
 * would have to hand out every other number first.
 */
export class ProcessGroup {
  readonly pid: number;
  /** When the leader has exited, its group is empty and its output is in the log. Never rejects. */
  readonly ended: Promise<ProcessExit>;
  readonly #leader: Launched;
  readonly #around: GroupSurroundings;
  #leaderGone = false;
  #over = false;
  #killAt: number | undefined;
  #callOffKill: () => void = () => {};

  constructor(leader: Launched, around: GroupSurroundings) {
    this.pid = leader.pid;
    this.#leader = leader;
    this.#around = around;
    around.guard.watch(leader.pid, startTimeOf(leader.pid));
    const drained = Promise.all([
      collect(leader.stdout, (line) => around.log.add('stdout', line)),
      collect(leader.stderr, (line) => around.log.add('stderr', line)),
    ]);
    this.ended = this.#follow(drained);
  }

  /** SIGTERM, and SIGKILL after `graceMs`; 0 kills at once. May be called again: the sooner end counts. */
  end(graceMs: number): void {
    if (this.#over) return;
    const { clock } = this.#around;
    const killAt = clock.now() + graceMs;
    const first = this.#killAt === undefined;
    if (this.#killAt !== undefined && this.#killAt <= killAt) return;
    this.#killAt = killAt;
    this.#callOffKill();
    if (graceMs <= 0) {
      this.#signal('SIGKILL');
      return;
    }
    if (first) this.#signal('SIGTERM');
    this.#callOffKill = clock.wakeAt(killAt, () => this.#signal('SIGKILL'));
  }

  async #follow(drained: Promise<unknown>): Promise<ProcessExit> {
    const exit = await this.#leader.exit;
    this.#leaderGone = true;
    await this.#clear();
    this.#over = true;
    this.#callOffKill();
    await within(this.#around.clock, DRAIN_MS, drained);
    this.#leader.stdout.destroy();
    this.#leader.stderr.destroy();
    await drained;
    this.#around.guard.forget(this.pid);
    return exit;
  }

  /** What the leader leaves behind has the rest of the grace, if it was asked to end; then it is killed. */
  async #clear(): Promise<void> {
    const { clock } = this.#around;
    while (this.#killAt !== undefined && clock.now() < this.#killAt && this.#hasMembers())
      await wait(clock, 10);
    this.#signal('SIGKILL');
    const patience = clock.now() + AFTERMATH_MS;
    while (clock.now() < patience && this.#hasMembers()) await wait(clock, 5);
  }

  #hasMembers(): boolean {
    return this.#send(0) && hasLivingMembers(this.pid) !== false;
  }

  #signal(name: NodeJS.Signals): void {
    if (this.#leaderGone && !this.#hasMembers()) return;
    this.#send(name);
  }

  /** @returns whether there was anybody to receive it */
  #send(signal: NodeJS.Signals | 0): boolean {
    if (this.#over) return false;
    try {
      process.kill(-this.pid, signal);
      return true;
    } catch {
      // ESRCH: the group is empty. EPERM (macOS): only the dead are left in it.
      return false;
    }
  }
}

/** Resolves when the stream is over. Reads without ever waiting for anybody, so a handler never blocks on its output (quality F-30). */
function collect(stream: Readable, take: (line: string) => void): Promise<void> {
  const splitter = new LineSplitter(take);
  stream.on('data', (chunk: Buffer) => splitter.write(chunk));
  stream.on('error', () => {});
  return new Promise((resolve) => {
    stream.once('close', () => {
      splitter.end();
      resolve();
    });
  });
}
