import { readdirSync, readFileSync } from 'node:fs';

// What Linux tells of processes.

/** @returns {number} bytes of resident memory */
export function residentBytes(pid) {
  const [, kilobytes] = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1')) ?? [];
  return Number(kilobytes) * 1024;
}

/** @returns {number} open file descriptors */
export function descriptorsOf(pid) {
  return readdirSync(`/proc/${pid}/fd`).length;
}

/** @returns {{ pid: number, startTime: string }[]} every process below that one */
export function descendantsOf(pid) {
  const all = processes();
  const found = [];
  for (let parents = [pid]; parents.length > 0; ) {
    const children = all.filter(({ parent }) => parents.includes(parent));
    found.push(...children);
    parents = children.map((child) => child.pid);
  }
  return found;
}

/** @returns {boolean} whether that very process is there, and not merely dead and unreaped */
export function isAlive({ pid, startTime }) {
  const found = processAt(pid);
  return found !== undefined && found.startTime === startTime && found.state !== 'Z';
}

/** @returns {number[]} those that have this text in their environment */
export function carriersOf(text) {
  return pids().filter((pid) => (content(`/proc/${pid}/environ`) ?? '').includes(text));
}

function processes() {
  return pids().flatMap((pid) => processAt(pid) ?? []);
}

function pids() {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 0);
}

function processAt(pid) {
  const text = content(`/proc/${pid}/stat`);
  if (text === undefined) return undefined;
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return { pid, state: fields[0], parent: Number(fields[1]), startTime: fields[19] };
}

function content(file) {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return undefined;
  }
}
