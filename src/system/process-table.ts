import { firstPage, namesIn, wholeFile } from './proc-file.js';

// Reads about processes in /proc, which only Linux has. Elsewhere every answer is `undefined` or empty.

const RUNNING = 'R';
/** A zombie, and a process that is being removed. */
const DEAD = ['Z', 'X'];

/** What /proc/<pid>/stat says of a process. */
export interface ProcessStat {
  readonly state: string;
  /** The ID of its process group. */
  readonly group: number;
  /** In the kernel's ticks since boot: together with the process ID it names one process for ever. */
  readonly startTime: string;
}

/** @returns undefined where the process does not exist or the system does not tell */
export function statOf(pid: number): ProcessStat | undefined {
  const text = firstPage(`/proc/${pid}/stat`);
  if (text === undefined) return undefined;
  // The name of the program, in brackets, may hold blanks and brackets, so the fields are counted from the last bracket.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [state = '', , group] = fields;
  const startTime = fields[19];
  return startTime === undefined ? undefined : { state, group: Number(group), startTime };
}

export function startTimeOf(pid: number): string | undefined {
  return statOf(pid)?.startTime;
}

/** Whether the process runs on a processor or waits for one; `undefined` where that cannot be known. */
export function isAtWork(pid: number): boolean | undefined {
  const stat = statOf(pid);
  return stat && stat.state === RUNNING;
}

/** Whether a process has ended and only its entry in the table is left. */
export function isDead({ state }: ProcessStat): boolean {
  return DEAD.includes(state);
}

/** The IDs of all processes that this user can see. */
export function processIds(): number[] {
  return namesIn('/proc')
    .map(Number)
    .filter((pid) => pid > 0);
}

/** The environment with which a process was started, as `NAME=value` with a NUL behind each; empty for zombies and where it may not be read. */
export function environmentOf(pid: number): string {
  return wholeFile(`/proc/${pid}/environ`);
}

/** The processes of a process group. */
export function membersOf(group: number): number[] {
  return processIds().filter((pid) => statOf(pid)?.group === group);
}

/** Whether the group has members besides zombies, which an init may reap late or never; `undefined` where that cannot be known. */
export function hasLivingMembers(group: number): boolean | undefined {
  const stats = membersOf(group)
    .map(statOf)
    .filter((stat) => stat !== undefined);
  return stats.length === 0 ? undefined : stats.some((stat) => !isDead(stat));
}
