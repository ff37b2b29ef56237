import { closeSync, existsSync, openSync, readdirSync, readlinkSync, readSync } from 'node:fs';

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
/** The length of one. Reading a row more than is needed may have the kernel look through its whole table of connections for it. */
const ROW_BYTES = 150;
const PAGE_BYTES = 4096;
const LISTENING = '0A';
const RUNNING = 'R';
const DEAD = ['Z', 'X'];

/** When that process began, in the kernel's ticks since boot: with the process ID it names one process for ever. */
export function startTimeOf(pid: number): string | undefined {
  return statFields(pid)?.[19];
}

/** Whether that process runs on a processor or waits for one, and not for anything else; `undefined` where that cannot be known. */
export function isAtWork(pid: number): boolean | undefined {
  const state = statFields(pid)?.[0];
  return state === undefined ? undefined : state === RUNNING;
}

/** Whether a process of that group listens on the port; `undefined` where that cannot be known. */
export function ownsListener(group: number, port: number): boolean | undefined {
  if (!existsSync('/proc/net/tcp')) return undefined;
  const strange: string[] = [];
  for (const listener of listeners()) {
    if (listener.port !== port) continue;
    if (hasSocket(group, listener.inode)) return true;
    strange.push(listener.inode);
  }
  return strange.some((inode) => membersOf(group).some((pid) => hasSocket(pid, inode)));
}

/** The ports on which that group listens, in order. */
export function portsOf(group: number): number[] {
  const inodes = new Set(membersOf(group).flatMap((pid) => [...socketsOf(pid)]));
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

/** The newest first: of a handler's start, the listener is among the last. */
function* socketsOf(pid: number): Generator<string> {
  for (const descriptor of entries(`/proc/${pid}/fd`).reverse()) {
    let target = '';
    try {
      target = readlinkSync(`/proc/${pid}/fd/${descriptor}`);
    } catch {
      // Closed meanwhile.
    }
    const [, inode] = /^socket:\[(\d+)\]$/.exec(target) ?? [];
    if (inode !== undefined) yield inode;
  }
}

function hasSocket(pid: number, inode: string): boolean {
  for (const socket of socketsOf(pid)) if (socket === inode) return true;
  return false;
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

function* rows(path: string): Generator<string> {
  let begun = '';
  for (const text of pieces(path, ROW_BYTES)) {
    const lines = (begun + text).split('\n');
    begun = lines.pop() ?? '';
    yield* lines;
  }
}

/** The begin of a file of the kernel's, which is whole if it is no longer than a page. */
function content(path: string): string | undefined {
  for (const text of pieces(path, PAGE_BYTES)) return text;
  return undefined;
}

/** Reads no more of the file than is asked for. */
function* pieces(path: string, size: number): Generator<string> {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(path, 'r');
    const bytes = Buffer.alloc(size);
    for (let got = readSync(descriptor, bytes); got > 0; got = readSync(descriptor, bytes))
      yield bytes.toString('latin1', 0, got);
  } catch {
    // Not Linux, or no longer there.
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

function entries(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}
