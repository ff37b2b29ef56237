import { closeSync, existsSync, openSync, readdirSync, readFileSync, readlinkSync, readSync } from 'node:fs';

// What Linux tells in /proc. Elsewhere every answer is "unknown": `undefined`, or nothing.

interface Listener {
  readonly port: number;
  readonly inode: string;
}

/**
 * `sl local_address rem_address st tx:rx tr:when retrnsmt uid timeout inode …`. The kernel lists listening sockets before connections,
 * so reading stops at the first connection: under load the whole table is long and slow.
 */
const TABLES = ['/proc/net/tcp', '/proc/net/tcp6'];
const PAGE = 4096;
const LISTENING = '0A';
const DEAD = ['Z', 'X'];

/** When that process began, in the kernel's ticks since boot: with the process ID it names one process for ever. */
export function startTimeOf(pid: number): string | undefined {
  return statFields(pid)?.[19];
}

/** Whether a process of that group listens on the port; `undefined` where that cannot be known. */
export function ownsListener(group: number, port: number): boolean | undefined {
  if (!existsSync('/proc/net/tcp')) return undefined;
  const leaders = new Set(socketsOf(group));
  const strange: string[] = [];
  for (const listener of listeners()) {
    if (listener.port !== port) continue;
    if (leaders.has(listener.inode)) return true;
    strange.push(listener.inode);
  }
  return membersOf(group).some((pid) => socketsOf(pid).some((inode) => strange.includes(inode)));
}

/** The ports on which that group listens, in order. */
export function portsOf(group: number): number[] {
  const inodes = new Set(membersOf(group).flatMap(socketsOf));
  const ports = [...listeners()].filter(({ inode }) => inodes.has(inode)).map(({ port }) => port);
  return [...new Set(ports)].sort((one, other) => one - other);
}

/** Whether the group has members that are not merely dead and unreaped (an init that reaps late, or never); `undefined` if unknown. */
export function hasLivingMembers(group: number): boolean | undefined {
  const members = membersOf(group);
  if (members.length === 0) return undefined;
  return members.some((pid) => !DEAD.includes(statFields(pid)?.[0] ?? 'X'));
}

function membersOf(group: number): number[] {
  return entries('/proc')
    .map(Number)
    .filter((pid) => pid > 0 && statFields(pid)?.[2] === String(group));
}

/** The fields of /proc/<pid>/stat after the name, which may itself hold blanks and brackets: state, parent, group, … */
function statFields(pid: number): string[] | undefined {
  const text = content(`/proc/${pid}/stat`);
  return text?.slice(text.lastIndexOf(')') + 2).split(' ');
}

function socketsOf(pid: number): string[] {
  return entries(`/proc/${pid}/fd`).flatMap((descriptor) => {
    try {
      return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${descriptor}`))?.[1] ?? [];
    } catch {
      return [];
    }
  });
}

function* listeners(): Generator<Listener> {
  for (const table of TABLES) {
    for (const row of rows(table)) {
      const [, local = '', , state, , , , , , inode] = row.trim().split(/\s+/);
      if (state === LISTENING && inode !== undefined) {
        yield { port: Number.parseInt(local.slice(local.lastIndexOf(':') + 1), 16), inode };
      } else if (local.includes(':')) break;
    }
  }
}

/** Reads no more of the file than is asked for. */
function* rows(path: string): Generator<string> {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(path, 'r');
    const bytes = Buffer.alloc(PAGE);
    let begun = '';
    for (let got = readSync(descriptor, bytes); got > 0; got = readSync(descriptor, bytes)) {
      const lines = (begun + bytes.toString('latin1', 0, got)).split('\n');
      begun = lines.pop() ?? '';
      yield* lines;
    }
  } catch {
    // Not Linux, or no longer there.
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

function content(path: string): string | undefined {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return undefined;
  }
}

function entries(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}
