import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

export interface PortOwner {
  readonly pid: number;
  readonly name: string;
}

/** @returns the process that listens on a TCP port, as far as Linux tells this user; elsewhere undefined */
export function portOwner(port: number): PortOwner | undefined {
  const inodes = new Set([...listening('/proc/net/tcp', port), ...listening('/proc/net/tcp6', port)]);
  if (inodes.size === 0) return undefined;
  for (const pid of attempt(() => readdirSync('/proc'), []).filter((name) => /^\d+$/.test(name))) {
    if (!holds(pid, inodes)) continue;
    const name = attempt(() => readFileSync(`/proc/${pid}/comm`, 'utf8').trim(), 'unknown');
    return { pid: Number(pid), name };
  }
  return undefined;
}

/** The socket inodes in state LISTEN on that port. */
function listening(table: string, port: number): string[] {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  return attempt(() => readFileSync(table, 'utf8'), '')
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([, local, , state]) => local?.endsWith(suffix) && state === '0A')
    .map((columns) => `socket:[${columns[9]}]`);
}

function holds(pid: string, inodes: ReadonlySet<string>): boolean {
  const folder = `/proc/${pid}/fd`;
  return attempt(() => readdirSync(folder), []).some((fd) =>
    inodes.has(attempt(() => readlinkSync(`${folder}/${fd}`), '')),
  );
}

/** Processes come and go while they are looked at, and some are not ours to look at. */
function attempt<T>(look: () => T, otherwise: T): T {
  try {
    return look();
  } catch {
    return otherwise;
  }
}
