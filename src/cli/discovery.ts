import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runtimeDirectory } from './runtime-directory.js';

type Env = Readonly<Record<string, string | undefined>>;

/** What a running `serve` leaves for the other commands. */
export interface RunningEmulator {
  readonly pid: number;
  /** Sets a process apart from a later one of the same ID; empty where the system does not tell. */
  readonly startTime: string;
  readonly endpoint: string;
  readonly functions: readonly string[];
}

/** @returns the file, to be removed at the end; undefined where there is no safe place for it */
export function announce(emulator: Omit<RunningEmulator, 'pid' | 'startTime'>, env: Env): string | undefined {
  const folder = runtimeDirectory(env, { make: true });
  if (folder === undefined) return undefined;
  const { pid } = process;
  const file = join(folder, `serve-${pid}.json`);
  try {
    const content = JSON.stringify({ ...emulator, pid, startTime: startTimeOf(pid) });
    rmSync(`${file}.new`, { force: true });
    writeFileSync(`${file}.new`, content, { mode: 0o600, flag: 'wx' });
    renameSync(`${file}.new`, file);
    return file;
  } catch {
    return undefined;
  }
}

/** @returns the emulators of this user whose process is alive */
export function runningEmulators(env: Env): RunningEmulator[] {
  const folder = runtimeDirectory(env, { make: false });
  if (folder === undefined) return [];
  return readdirSync(folder)
    .filter((name) => /^serve-\d+\.json$/.test(name))
    .map((name) => read(join(folder, name)))
    .filter((emulator) => emulator !== undefined)
    .filter(isAlive);
}

function read(file: string): RunningEmulator | undefined {
  try {
    const { pid, startTime, endpoint, functions } = JSON.parse(readFileSync(file, 'utf8'));
    if (!Number.isInteger(pid) || typeof endpoint !== 'string' || !URL.canParse(endpoint)) return undefined;
    const names = Array.isArray(functions) ? functions.map(String) : [];
    return { pid, startTime: String(startTime), endpoint, functions: names };
  } catch {
    return undefined;
  }
}

function isAlive({ pid, startTime }: RunningEmulator): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    const denied = error instanceof Error && 'code' in error && error.code === 'EPERM';
    if (!denied) return false;
  }
  return startTimeOf(pid) === startTime;
}

/** Field 22 of `/proc/<pid>/stat`, counted behind the name, which may hold anything. */
function startTimeOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
}
