import { readFileSync } from 'node:fs';
import { Fields } from './fields.js';

/** One process for ever: IDs are given anew, but not with the same start time in the same boot. Empty where the system does not tell. */
export interface ProcessIdentity {
  readonly pid: number;
  /** In the kernel's ticks since boot. */
  readonly startTime: string;
  readonly bootId: string;
}

const DEAD = ['Z', 'X'];

export function ownIdentity(): ProcessIdentity {
  const { pid } = process;
  return { pid, startTime: stateOf(pid)?.startTime ?? '', bootId: bootId() };
}

/** @returns undefined for a text that tells of no process */
export function readIdentity(text: string): ProcessIdentity | undefined {
  try {
    const fields = new Fields(JSON.parse(text));
    return { pid: fields.count('pid'), startTime: fields.text('startTime'), bootId: fields.text('bootId') };
  } catch {
    return undefined;
  }
}

/** Whether that very process runs; one that is dead and not yet reaped does not. */
export function isRunning({ pid, startTime, bootId: itsBoot }: ProcessIdentity): boolean {
  if (itsBoot !== bootId()) return false;
  const state = stateOf(pid);
  if (state !== undefined) return state.startTime === startTime && !DEAD.includes(state.status);
  return startTime === '' && pid > 0 && answers(pid);
}

function stateOf(pid: number): { readonly status: string; readonly startTime: string } | undefined {
  // The name, in brackets, may itself hold blanks and brackets; the fields count behind it.
  const [status, ...fields] = content(`/proc/${pid}/stat`)?.split(') ').at(-1)?.split(' ') ?? [];
  const startTime = fields[18];
  return status === undefined || startTime === undefined ? undefined : { status, startTime };
}

function answers(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

function bootId(): string {
  return content('/proc/sys/kernel/random/boot_id')?.trim() ?? '';
}

function content(path: string): string | undefined {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return undefined;
  }
}
