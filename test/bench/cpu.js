import { readdirSync, readFileSync } from 'node:fs';

const TICK_NS = 10_000_000;

/**
 * Processor time that a process has used, in user mode and in the kernel, all its threads together.
 * @param {number} pid
 * @returns {number} nanoseconds
 * @throws where the system has no /proc
 */
export function cpuNsOf(pid) {
  try {
    return readdirSync(`/proc/${pid}/task`).reduce(
      (sum, thread) =>
        sum + Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'latin1').split(' ')[0]),
      0,
    );
  } catch {
    // A kernel without scheduling statistics: ticks, a hundred a second.
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) * TICK_NS;
  }
}

/**
 * @param {number} pid
 * @param {() => Promise<unknown>} work
 * @returns {Promise<number>} nanoseconds that the process used meanwhile
 */
export async function cpuNsDuring(pid, work) {
  const before = cpuNsOf(pid);
  await work();
  return cpuNsOf(pid) - before;
}
