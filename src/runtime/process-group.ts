import type { Clock } from '../model/clock.js';
import type { LogLine } from '../model/instance.js';
import { hasLivingMembers, membersOf, startTimeOf } from '../system/process-table.js';
import { wait } from '../system/wait.js';
import { within } from '../system/within.js';
import type { Guard } from './guard.js';
import type { Launched, ProcessExit } from './launch.js';
import type { MarkedProcess, MarkedProcesses } from './marked-processes.js';
import { readLines } from './read-lines.js';

/** How long killed processes may take to vanish, and their output to arrive. */
const VANISH_LIMIT_MS = 250;
const DRAIN_MS = 100;
/** How long the last output of a process may take to arrive after its exit, while others hold the pipe. */
const OUTPUT_LIMIT_MS = 25;
const INTERVAL_MS = 5;
/** A process may fork while the table is read: only several passes in a row that find nothing say that nothing is left. */
const PASSES_WITHOUT_FIND = 2;
/** A process that forks faster than it can be killed is left to the guard. */
const MOST_PASSES = 50;

export interface GroupContext {
  readonly instanceId: string;
  readonly port: number;
  readonly clock: Clock;
  readonly guard: Guard;
  readonly marked: MarkedProcesses;
  /** Told of each line that the processes print. */
  readonly onLine: (source: LogLine['source'], line: string) => void;
}

/**
 * A started process with all that it starts: its process group, and on Linux also the processes that left the group.
 *
 * Why no signal reaches a process of others (quality T20, I27): the system gives a process ID anew only when its process has been
 * reaped and no process or group carries it. While the exit of the leader is unknown, the leader runs or is unreaped, so its ID is
 * held. After the exit, the group is signalled only while it has members, which hold the ID too; an empty group answers ESRCH. A process
 * outside the group is signalled only if it still has the start time with which it was found.
 */
export class ProcessGroup {
  readonly pid: number;
  /** The port in its `FC_SERVER_PORT`. */
  readonly port: number;
  /** Resolves when the leader has ended and its output is in the log. Never rejects. */
  readonly died: Promise<ProcessExit>;
  /** Resolves when no process of the instance is left and its output is in the log. Never rejects. */
  readonly ended: Promise<ProcessExit>;
  readonly #leader: Launched;
  readonly #context: GroupContext;
  /** Whether the leader ended with exit code 0. */
  exitedInOrder = false;
  /** Whether processes went on when the leader had ended. */
  leftProcesses = false;
  /** Whether the exit of the leader is known. */
  leaderGone = false;
  #over = false;
  #killAt: number | undefined;
  #cancelKill: () => void = () => {};

  constructor(leader: Launched, context: GroupContext) {
    this.pid = leader.pid;
    this.port = context.port;
    this.#leader = leader;
    this.#context = context;
    const { guard, onLine } = context;
    guard.watch(leader.pid, startTimeOf(leader.pid));
    const drained = Promise.all([
      readLines(leader.stdout, (line) => onLine('stdout', line)),
      readLines(leader.stderr, (line) => onLine('stderr', line)),
    ]);
    this.died = this.#untilDead(drained);
    this.ended = this.#untilEnded(drained);
  }

  /** The process IDs of the group. */
  members(): readonly number[] {
    return membersOf(this.pid);
  }

  /** The process IDs of the group and of the processes that left it. */
  async processes(): Promise<number[]> {
    const marked = await this.#context.marked.of(this.#context.instanceId);
    return [...new Set([...this.members(), ...marked.map(({ pid }) => pid)])];
  }

  /** SIGTERM, and SIGKILL after `graceMs`; 0 kills at once. May be called again: the earlier end counts. */
  end(graceMs: number): void {
    if (this.#over) return;
    const { clock } = this.#context;
    const killAt = clock.now() + graceMs;
    const first = this.#killAt === undefined;
    if (this.#killAt !== undefined && this.#killAt <= killAt) return;
    this.#killAt = killAt;
    this.#cancelKill();
    if (graceMs <= 0) {
      this.#signal('SIGKILL');
      return;
    }
    if (first) this.#signal('SIGTERM');
    this.#cancelKill = clock.wakeAt(killAt, () => this.#signal('SIGKILL'));
  }

  async #untilDead(drained: Promise<unknown>): Promise<ProcessExit> {
    const exit = await this.#leader.exit;
    await within(this.#context.clock, OUTPUT_LIMIT_MS, drained);
    return exit;
  }

  async #untilEnded(drained: Promise<unknown>): Promise<ProcessExit> {
    const { clock, guard } = this.#context;
    const exit = await this.#leader.exit;
    this.leaderGone = true;
    this.exitedInOrder = exit.code === 0;
    this.leftProcesses = this.#hasMembers();
    await this.#useGrace();
    await this.#killGroup();
    await this.#killMarked();
    this.#over = true;
    this.#cancelKill();
    await within(clock, DRAIN_MS, drained);
    this.#leader.stdout.destroy();
    this.#leader.stderr.destroy();
    await drained;
    guard.forget(this.pid);
    return exit;
  }

  /** What the leader leaves behind has the rest of the grace, if the instance was asked to end. */
  async #useGrace(): Promise<void> {
    if (!this.#hasGrace()) return;
    const outside = await this.#outsideGroup();
    for (const one of outside) one.send('SIGTERM');
    while (this.#hasGrace() && (this.#hasMembers() || outside.some((one) => one.isAlive)))
      await wait(this.#context.clock, 10, { keepAlive: true });
  }

  async #killGroup(): Promise<void> {
    const { clock } = this.#context;
    this.#signal('SIGKILL');
    const limit = clock.now() + VANISH_LIMIT_MS;
    while (clock.now() < limit && this.#hasMembers()) await wait(clock, INTERVAL_MS, { keepAlive: true });
  }

  /** Kills the processes that left the group. */
  async #killMarked(): Promise<void> {
    let withoutFind = 0;
    for (let passes = 0; passes < MOST_PASSES && withoutFind < PASSES_WITHOUT_FIND; passes++) {
      if (withoutFind === 0 && passes > 0) await wait(this.#context.clock, INTERVAL_MS, { keepAlive: true });
      const found = await this.#outsideGroup();
      for (const one of found) one.send('SIGKILL');
      this.leftProcesses ||= found.length > 0;
      withoutFind = found.length === 0 ? withoutFind + 1 : 0;
    }
  }

  async #outsideGroup(): Promise<readonly MarkedProcess[]> {
    const { marked, instanceId } = this.#context;
    return (await marked.of(instanceId)).filter(({ group }) => group !== this.pid);
  }

  #hasGrace(): boolean {
    return this.#killAt !== undefined && this.#context.clock.now() < this.#killAt;
  }

  #hasMembers(): boolean {
    return this.#send(0) && hasLivingMembers(this.pid) !== false;
  }

  #signal(name: NodeJS.Signals): void {
    if (this.leaderGone && !this.#hasMembers()) return;
    this.#send(name);
  }

  /** @returns whether a process received it */
  #send(signal: NodeJS.Signals | 0): boolean {
    if (this.#over) return false;
    try {
      process.kill(-this.pid, signal);
      return true;
    } catch {
      // ESRCH: the group is empty. EPERM (macOS): only zombies are left in it.
      return false;
    }
  }
}
