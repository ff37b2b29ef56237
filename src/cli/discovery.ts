import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { makePrivateDirectory, whyNotPrivate } from '../system/private-directory.js';
import { isRunning, ownIdentity, type ProcessIdentity, readIdentity } from '../system/process-identity.js';

/** The control API of `serve` without --api-port. */
export const DEFAULT_ENDPOINT = 'http://127.0.0.1:9001';

type Env = Readonly<Record<string, string | undefined>>;

/** The discovery file of a running `serve`, for other commands. */
export interface RunningEmulator extends ProcessIdentity {
  readonly endpoint: string;
  readonly functions: readonly string[];
}

/** @returns the file, which the caller removes at the end; undefined when there is no safe folder for it */
export function announce(
  emulator: Omit<RunningEmulator, keyof ProcessIdentity>,
  env: Env,
): string | undefined {
  const folder = runtimeDirectory(env, { make: true });
  if (folder === undefined) return undefined;
  const file = join(folder, `serve-${process.pid}.json`);
  try {
    const content = JSON.stringify({ ...emulator, ...ownIdentity() });
    rmSync(`${file}.new`, { force: true });
    writeFileSync(`${file}.new`, content, { mode: 0o600, flag: 'wx' });
    renameSync(`${file}.new`, file);
    return file;
  } catch {
    return undefined;
  }
}

/** @returns the running emulators of this user */
export function runningEmulators(env: Env): RunningEmulator[] {
  const folder = runtimeDirectory(env, { make: false });
  if (folder === undefined) return [];
  return readdirSync(folder)
    .filter((name) => /^serve-\d+\.json$/.test(name))
    .map((name) => read(join(folder, name)))
    .filter((emulator) => emulator !== undefined)
    .filter(isRunning);
}

function read(file: string): RunningEmulator | undefined {
  try {
    const text = readFileSync(file, 'utf8');
    const identity = readIdentity(text);
    const { endpoint, functions } = JSON.parse(text);
    if (identity === undefined || typeof endpoint !== 'string' || !URL.canParse(endpoint)) return undefined;
    return { ...identity, endpoint, functions: Array.isArray(functions) ? functions.map(String) : [] };
  } catch {
    return undefined;
  }
}

/**
 * The user's private folder for discovery files: in `XDG_RUNTIME_DIR`, or else in the temporary directory.
 * @returns undefined when the folder does not exist and must not be created, or when other users can change it
 */
export function runtimeDirectory(
  env: Readonly<Record<string, string | undefined>>,
  { make }: { readonly make: boolean },
): string | undefined {
  const uid = process.getuid?.();
  const given = env.XDG_RUNTIME_DIR;
  const folder =
    given !== undefined && isAbsolute(given)
      ? join(given, 'fc-affinity')
      : join(tmpdir(), `fc-affinity-${uid ?? 'user'}`);
  try {
    if (make) makePrivateDirectory(folder);
    return whyNotPrivate(folder, 'everything') === undefined ? folder : undefined;
  } catch {
    return undefined;
  }
}
