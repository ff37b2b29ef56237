import { existsSync, readlinkSync } from 'node:fs';
import { firstPage, namesIn, piecesOf } from './proc-file.js';
import { processIds } from './process-table.js';

// Which process listens on which TCP port, by /proc, which only Linux has. Elsewhere every answer is `undefined` or empty.

export interface PortOwner {
  readonly pid: number;
  readonly name: string;
}

interface Listener {
  readonly port: number;
  /** In hexadecimal, as the kernel writes it. */
  readonly address: string;
  /** The inode of its socket. */
  readonly inode: string;
}

/**
 * `sl local_address rem_address st tx:rx tr:when retrnsmt uid timeout inode …`. The kernel lists listening sockets before connections,
 * so reading stops at the first connection: under load the whole table is long and slow.
 */
const TABLES = ['/proc/net/tcp', '/proc/net/tcp6'];
/** The length of a row. To read one row more, the kernel may look through its whole table of connections. */
const ROW_BYTES = 150;
const LISTENING = '0A';
/** 127.x.x.x, ::1, and ::ffff:127.x.x.x; each 32 bits in the order of this machine, which is little-endian wherever Node.js runs. */
const LOOPBACK = /^([0-9A-F]{6}7F|0{24}01000000|0{16}FFFF0000[0-9A-F]{6}7F)$/;

/** @returns the process that listens on a TCP port, as far as the system shows it to this user */
export function portOwner(port: number): PortOwner | undefined {
  const inodes = inodesOf((listener) => listener.port === port);
  if (inodes.size === 0) return undefined;
  const pid = processIds().find((candidate) => hasSocket(candidate, inodes));
  if (pid === undefined) return undefined;
  return { pid, name: firstPage(`/proc/${pid}/comm`)?.trim() ?? 'unknown' };
}

/**
 * Whether one of some processes listens on the port; `undefined` where that cannot be known. Reads no more than is needed.
 * @param likely the process that listens most likely
 * @param others gives the other processes when they are needed
 */
export function listensOn(
  port: number,
  likely: number,
  others: () => readonly number[],
): boolean | undefined {
  if (!existsSync('/proc/net/tcp')) return undefined;
  const inodes = new Set<string>();
  for (const listener of listeners()) {
    if (listener.port !== port) continue;
    if (hasSocket(likely, new Set([listener.inode]))) return true;
    inodes.add(listener.inode);
  }
  return inodes.size > 0 && others().some((pid) => hasSocket(pid, inodes));
}

/** The ports on which these processes listen, in ascending order. */
export function portsOf(pids: readonly number[]): number[] {
  const inodes = new Set(pids.flatMap((pid) => [...socketsOf(pid)]));
  const ports = [...listeners()].filter(({ inode }) => inodes.has(inode)).map(({ port }) => port);
  return [...new Set(ports)].sort((one, other) => one - other);
}

/** Whether these processes listen on the port at a loopback address alone; false where that cannot be known. */
export function listensOnLoopbackOnly(port: number, pids: readonly number[]): boolean {
  const inodes = new Set(pids.flatMap((pid) => [...socketsOf(pid)]));
  const theirs = [...listeners()].filter((one) => one.port === port && inodes.has(one.inode));
  return theirs.length > 0 && theirs.every(({ address }) => LOOPBACK.test(address));
}

function inodesOf(wanted: (listener: Listener) => boolean): Set<string> {
  return new Set([...listeners()].filter(wanted).map(({ inode }) => inode));
}

function hasSocket(pid: number, inodes: ReadonlySet<string>): boolean {
  for (const socket of socketsOf(pid)) if (inodes.has(socket)) return true;
  return false;
}

/** The inodes of the sockets of a process, the newest first: a handler opens its listener late. */
function* socketsOf(pid: number): Generator<string> {
  for (const descriptor of namesIn(`/proc/${pid}/fd`).reverse()) {
    let target = '';
    try {
      target = readlinkSync(`/proc/${pid}/fd/${descriptor}`);
    } catch {
      // The descriptor has been closed meanwhile.
    }
    const [, inode] = /^socket:\[(\d+)\]$/.exec(target) ?? [];
    if (inode !== undefined) yield inode;
  }
}

function* listeners(): Generator<Listener> {
  for (const table of TABLES) {
    for (const row of rowsOf(table)) {
      const [, local = '', , state, , , , , , inode] = row.trim().split(/\s+/);
      if (state === LISTENING && inode !== undefined) {
        const [address = '', port = ''] = local.split(':');
        yield { port: Number.parseInt(port, 16), address, inode };
      } else if (local.includes(':')) break;
    }
  }
}

function* rowsOf(path: string): Generator<string> {
  let begun = '';
  for (const text of piecesOf(path, ROW_BYTES)) {
    const lines = (begun + text).split('\n');
    begun = lines.pop() ?? '';
    yield* lines;
  }
}
