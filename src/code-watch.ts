import { isAbsolute, relative, resolve, sep } from 'node:path';
import type { Clock } from './model/clock.js';
import { FcError, messageOf } from './model/errors.js';
import type { FunctionConfig } from './model/function.js';
import { type FolderWatch, watchFolder } from './system/watch-folder.js';

interface CodeWatchOptions {
  /** Names of the functions whose code is watched. */
  readonly functionNames: readonly string[];
  /** The process clock. */
  readonly clock: Clock;
  /** The folder in which the emulator keeps sessions: it may lie in the code. */
  readonly stateDirectory: string | undefined;
  /** @returns undefined when the function is gone */
  readonly configOf: (functionName: string) => FunctionConfig | undefined;
  /** Makes a new revision, which takes over when an instance of it is ready. */
  readonly deploy: (config: FunctionConfig, signal: AbortSignal) => Promise<unknown>;
  readonly onNotice: (text: string) => void;
}

/** Editors and builds write several files in a row, and a file in several pieces. */
const QUIET_MS = 100;
/** Where files change all the time, a new revision is made nevertheless. */
const LONGEST_DELAY_MS = 1000;

/** Folders and files that are no code, or that a running handler writes. */
const IGNORED_FOLDER =
  /^(node_modules|\.git|\.hg|\.svn|\.s|logs?|__pycache__|\.?venv|\.(pytest|mypy|ruff)_cache|\.cache|coverage|\.nyc_output|\.idea|\.vscode)$/;
const IGNORED_FILE =
  /(\.log(\.\d+)?|\.pid|\.sock|\.tmp|\.sw[px]|~|\.pyc|\.(db|sqlite3?)(-(journal|wal|shm))?)$|^(\.#.*|#.*#|4913|\.DS_Store)$/;

/** Watches the code of functions: a change makes a new revision, if an instance of it starts. */
export class CodeWatch {
  readonly #options: CodeWatchOptions;
  readonly #watches: FolderWatch[] = [];
  readonly #updates: readonly CodeUpdate[];

  constructor(options: CodeWatchOptions) {
    this.#options = options;
    const folders = new Map<string, CodeUpdate[]>();
    for (const functionName of options.functionNames) {
      const config = options.configOf(functionName);
      if (config === undefined) continue;
      const folder = resolve(config.codeDirectory);
      const update = new CodeUpdate(functionName, folder, options);
      folders.set(folder, [...(folders.get(folder) ?? []), update]);
    }
    this.#updates = [...folders.values()].flat();
    for (const [folder, updates] of folders) this.#watches.push(this.#watch(folder, updates));
  }

  async close(): Promise<void> {
    for (const update of this.#updates) update.close();
    await Promise.all(this.#watches.map((watch) => watch.close()));
  }

  #watch(folder: string, updates: readonly CodeUpdate[]): FolderWatch {
    const { stateDirectory, onNotice } = this.#options;
    const state = stateDirectory === undefined ? undefined : resolve(stateDirectory);
    const watch = watchFolder(folder, {
      isIgnored: (path) => path === state || isIgnored(relative(folder, path)),
      onChange: (path) => {
        for (const update of updates) update.changed(relative(folder, path));
      },
      onError: (error) => onNotice(`not every change in ${folder} is noticed: ${error.message}`),
    });
    watch.ready.then(
      () => onNotice(`watching ${folder}: a change makes a new revision`),
      // `onError` has reported it.
      () => {},
    );
    return watch;
  }
}

/** @param path below the code folder */
function isIgnored(path: string): boolean {
  if (path === '' || path.startsWith('..') || isAbsolute(path)) return false;
  const names = path.split(sep);
  return names.some((name) => IGNORED_FOLDER.test(name)) || IGNORED_FILE.test(names.at(-1) ?? '');
}

/** Brings the changed code of one function into use. */
class CodeUpdate {
  readonly #functionName: string;
  readonly #folder: string;
  readonly #options: CodeWatchOptions;
  readonly #changed = new Set<string>();
  #changedAt = 0;
  #cancel = (): void => {};
  /** The trial under way. */
  #trial: AbortController | undefined;
  #isClosed = false;

  constructor(functionName: string, folder: string, options: CodeWatchOptions) {
    this.#functionName = functionName;
    this.#folder = folder;
    this.#options = options;
  }

  /** @param file below the folder */
  changed(file: string): void {
    if (this.#isClosed) return;
    const { clock } = this.#options;
    if (this.#changed.size === 0) this.#changedAt = clock.now();
    this.#changed.add(file);
    this.#cancel();
    const at = Math.min(clock.now() + QUIET_MS, this.#changedAt + LONGEST_DELAY_MS);
    this.#cancel = clock.wakeAt(at, () => void this.#update());
  }

  close(): void {
    this.#isClosed = true;
    this.#cancel();
    this.#trial?.abort();
  }

  async #update(): Promise<void> {
    const { configOf, deploy, onNotice } = this.#options;
    const name = this.#functionName;
    const config = configOf(name);
    const what = inWords([...this.#changed]);
    this.#changed.clear();
    // An update by the API may have given it other code.
    if (config === undefined || resolve(config.codeDirectory) !== this.#folder) return;
    // An earlier state of the code that is still being tried is of no use any more.
    this.#trial?.abort();
    const trial = new AbortController();
    this.#trial = trial;
    try {
      await deploy(config, trial.signal);
      onNotice(`${name}: ${what} changed: new sessions get the new code, open ones keep theirs`);
    } catch (error) {
      if (trial.signal.aborted) return;
      if (error instanceof FcError && error.code === 'ConcurrentUpdateError') return this.#update();
      onNotice(
        `${name}: ${what} changed, but the new code does not start, so the code before stays in use: ${reasonOf(error)}`,
      );
    } finally {
      if (this.#trial === trial) this.#trial = undefined;
    }
  }
}

function inWords([first = 'the code', ...others]: readonly string[]): string {
  if (others.length === 0) return first;
  return others.length === 1 ? `${first} and ${others[0]}` : `${first} and ${others.length} other files`;
}

/** The line that names the failure; the log shows the rest. */
function reasonOf(error: unknown): string {
  const text = messageOf(error);
  const [sentence = '', logs = ''] = text.split('\nLogs:\n');
  const [line = ''] = logs.split('\n');
  return line === '' ? sentence : line;
}
