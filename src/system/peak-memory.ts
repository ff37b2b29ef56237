import { firstPage } from './proc-file.js';

/** @returns the most memory that a process has had resident, in bytes; undefined where the system does not show it */
export function peakMemoryOf(pid: number): number | undefined {
  const [, kilobytes] = /^VmHWM:\s*(\d+) kB$/m.exec(firstPage(`/proc/${pid}/status`) ?? '') ?? [];
  return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
}
