import { readdirSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';

/** @returns the IDs of the living processes that carry the run's nonce in their environment */
export function processesOf(nonce: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => environmentOf(pid).includes(`FC_AFFINITY_RUN=${nonce}`));
}

/** @returns the nonce of the run that a process belongs to */
export function nonceOf(pid: number): string {
  const variable = environmentOf(pid).find((text) => text.startsWith('FC_AFFINITY_RUN='));
  if (variable === undefined) throw new Error(`process ${pid} carries no nonce`);
  return variable.slice('FC_AFFINITY_RUN='.length);
}

/** Whether the process runs; a dead one that nobody has waited for does not. */
export function isAlive(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8') !== '';
  } catch {
    return false;
  }
}

export function listens(url: string): Promise<boolean> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname);
    socket.on('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}

function environmentOf(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
  } catch {
    return [];
  }
}
