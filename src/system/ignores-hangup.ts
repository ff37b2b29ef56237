import { firstPage } from './proc-file.js';

const WRITE_ONLY = 1;
/** SIGHUP is signal 1, so its bit is the lowest. */
const SIGHUP = 1n;

/**
 * Whether this process was started with SIGHUP ignored, as `nohup` and `trap '' HUP` do. Node.js resets the signal before any script
 * runs, so three traces are read instead: the variable `_` that shells set, the write-only stdin that nohup opens in a terminal, and
 * (on Linux) the signals that the parent ignores. Must be called at the start: a hangup may end the parent.
 */
export function ignoresHangup(env: Readonly<Record<string, string | undefined>>): boolean {
  if (env._ !== undefined && /(^|\/)nohup$/.test(env._)) return true;
  const [, flags = '0'] = /^flags:\s*(\d+)/m.exec(firstPage('/proc/self/fdinfo/0') ?? '') ?? [];
  if ((Number.parseInt(flags, 8) & 3) === WRITE_ONLY) return true;
  const status = firstPage(`/proc/${process.ppid}/status`) ?? '';
  const [, ignored = '0'] = /^SigIgn:\s*([0-9a-f]+)/m.exec(status) ?? [];
  return (BigInt(`0x${ignored}`) & SIGHUP) === SIGHUP;
}
