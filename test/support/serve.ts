import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { onTestFinished } from 'vitest';
import { BIN, type CliResult, cleanEnvironment, type Env, runCli, temporaryFolder } from './run-cli.js';

interface ReadyLine {
  readonly event: 'ready';
  readonly readyMs: number;
  readonly functions: readonly [{ readonly functionName: string; readonly url: string }];
  readonly api: string;
  readonly console: string;
}

interface LogEvent {
  readonly event: string;
  readonly [key: string]: unknown;
}

export interface Served {
  readonly process: ChildProcess;
  readonly pid: number;
  readonly ready: ReadyLine;
  /** Of the first function. */
  readonly url: string;
  /** Of everything that this run starts: with its discovery folder. */
  readonly env: Env;
  /** Lines of stderr so far. */
  readonly lines: readonly string[];
  readonly events: readonly LogEvent[];
  /** Resolves with the first event, past or to come, that fits. */
  event(fits: (event: LogEvent) => boolean): Promise<LogEvent>;
  readonly exited: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
  /** Runs another command against it. */
  cli(...args: string[]): Promise<CliResult>;
}

interface ServeOptions {
  readonly env?: Env;
  readonly directory?: string;
  /** Runs serve under another program, both in a process group of their own. `process` is then that program. */
  readonly under?: readonly string[];
}

/**
 * Starts `serve` of the built program on free ports and waits until it is ready. It is ended with the test, whatever happens.
 * @throws when it ends before it is ready, with what it printed
 */
export async function serve(args: readonly string[] = [], options: ServeOptions = {}): Promise<Served> {
  const folder = temporaryFolder();
  const env = { XDG_RUNTIME_DIR: folder, ...options.env };
  const flags = ['--port', '0', '--api-port', '0', '--log-format', 'json'];
  const { under = [] } = options;
  const [program = '', ...words] = [...under, process.execPath, BIN, 'serve', ...flags, ...args];
  const child = spawn(program, words, {
    cwd: options.directory ?? folder,
    env: cleanEnvironment(env),
    detached: under.length > 0,
    stdio: ['ignore', 'inherit', 'pipe'],
  });
  const exited = new Promise<Awaited<Served['exited']>>((resolve) => {
    child.on('exit', (code, signal) => resolve({ code, signal }));
  });
  onTestFinished(async () => {
    // A drain would wait for the test's own requests; the guard ends what is left of a killed one.
    if (under.length > 0) killGroup(child.pid);
    else child.kill('SIGKILL');
    await exited;
  });

  const lines: string[] = [];
  const events: LogEvent[] = [];
  const waiting = new Set<(event: LogEvent) => void>();
  const ended = new Promise<void>((resolve) => {
    createInterface({ input: child.stderr })
      .on('line', (line) => {
        lines.push(line);
        const event = parse(line);
        if (event === undefined) return;
        events.push(event);
        for (const tell of waiting) tell(event);
      })
      .on('close', resolve);
  });
  const served = {
    process: child,
    pid: child.pid ?? 0,
    env,
    lines,
    events,
    exited,
    event(fits: (event: LogEvent) => boolean): Promise<LogEvent> {
      const known = events.find(fits);
      if (known !== undefined) return Promise.resolve(known);
      return new Promise((resolve, reject) => {
        const tell = (event: LogEvent): void => {
          if (!fits(event)) return;
          waiting.delete(tell);
          resolve(event);
        };
        waiting.add(tell);
        void ended.then(() => reject(new Error(`serve ended without it:\n${lines.join('\n')}`)));
      });
    },
  };
  const ready = (await served.event(({ event }) => event === 'ready')) as unknown as ReadyLine;
  return {
    ...served,
    ready,
    // None with `--no-function`.
    url: ready.functions[0]?.url ?? '',
    cli: (...words) => runCli(words, { env }),
  };
}

function killGroup(pid = 0): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}

function parse(line: string): LogEvent | undefined {
  try {
    return JSON.parse(line) as LogEvent;
  } catch {
    return undefined;
  }
}
