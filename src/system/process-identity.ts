import { firstPage } from './proc-file.js';
import { isDead, startTimeOf, statOf } from './process-table.js';

/**
 * One process for ever: the system gives a process ID anew, but never with the same start time in the same boot.
 * The texts are empty where the system does not tell.
 */
export interface ProcessIdentity {
  readonly pid: number;
  /** In the kernel's ticks since boot. */
  readonly startTime: string;
  readonly bootId: string;
}

export function ownIdentity(): ProcessIdentity {
  const { pid } = process;
  return { pid, startTime: startTimeOf(pid) ?? '', bootId: bootId() };
}

/** @returns undefined for a text that is not the JSON of an identity */
export function readIdentity(text: string): ProcessIdentity | undefined {
  try {
    const { pid, startTime, bootId } = JSON.parse(text);
    if (!Number.isSafeInteger(pid) || pid < 0) return undefined;
    if (typeof startTime !== 'string' || typeof bootId !== 'string') return undefined;
    return { pid, startTime, bootId };
  } catch {
    return undefined;
  }
}

/** Whether that very process runs. A zombie does not. */
export function isRunning({ pid, startTime, bootId: itsBoot }: ProcessIdentity): boolean {
  if (itsBoot !== bootId()) return false;
  const stat = statOf(pid);
  if (stat !== undefined) return stat.startTime === startTime && !isDead(stat);
  return startTime === '' && pid > 0 && canBeSignalled(pid);
}

function canBeSignalled(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

function bootId(): string {
  return firstPage('/proc/sys/kernel/random/boot_id')?.trim() ?? '';
}
